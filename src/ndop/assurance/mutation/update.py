"""Faults of update (NDOP-112 to NDOP-122, NDOP-205)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from ndop.assurance.mutation.messages import Answer, Request
from ndop.assurance.mutation.model import (
    Fault,
    ReferenceServer,
    accepted,
    accepts,
    answers,
    asks,
    changes,
    updates,
)
from ndop.assurance.mutation.profile import number_of, patient_of


def _stored(request: Request, sound: ReferenceServer) -> Answer:
    return sound.ask(request.to("GET", request.path))


def _forgets_updates(request: Request, sound: ReferenceServer) -> Answer:
    """Says that it has updated."""
    return accepted(request) if updates(request) else sound.ask(request)


def _merges(request: Request, sound: ReferenceServer) -> Answer:
    """Keeps what the new version leaves out."""
    consent = request.consent()
    if not updates(request) or consent is None:
        return sound.ask(request)
    before = _stored(request, sound).resource() or {}
    merged = {**before, **consent}
    body = json.dumps(merged).encode()
    asked = request.without_header("content-length")
    return sound.ask(replace(asked, body=body))


def _accepting(
    when: Callable[[Request, Answer, ReferenceServer], bool],
) -> Callable[[Request, ReferenceServer], Answer]:
    """Accepts some updates that have to be refused."""

    def accept(request: Request, sound: ReferenceServer) -> Answer:
        answer = sound.ask(request)
        if updates(request) and answer.refuses and when(request, answer, sound):
            return accepted(request)
        return answer

    return accept


def _has_another_id(request: Request, _answer: Answer, _reference: ReferenceServer) -> bool:
    consent = request.consent()
    return consent is not None and [consent.get("id")] != request.steps[1:]


def _is_of_another_patient(request: Request, _answer: Answer, sound: ReferenceServer) -> bool:
    consent, before = request.consent(), _stored(request, sound).resource()
    return bool(consent and before and number_of(consent) != number_of(before))


def _is_a_duplicate(request: Request, answer: Answer, sound: ReferenceServer) -> bool:
    """Of another patient who has one, or of another purpose."""
    consent = request.consent()
    if consent is None:
        return False
    others = [one["id"] for one in sound.consents_of(consent, request)]
    return any(one != request.steps[-1] for one in others) and answer.status == 422


def _touches_the_other_purpose(request: Request, sound: ReferenceServer) -> Answer:
    answer = sound.ask(request)
    consent = request.consent()
    if not updates(request) or answer.refuses or consent is None:
        return answer
    for other in sound.consents_of(consent, request):
        if other["id"] != request.steps[-1]:
            body = json.dumps({**other, "status": consent["status"]}).encode()
            sound.ask(request.to("PUT", f"Consent/{other['id']}", body))
    return answer


def _insists_on_if_match(request: Request, sound: ReferenceServer) -> Answer:
    if updates(request) and request.header("if-match") is None:
        return sound.outcome("version-required")
    return sound.ask(request)


def _loses_the_middle(
    bundle: dict[str, list[object]], _request: Request, _reference: ReferenceServer
) -> None:
    if len(bundle.get("entry", [])) > 2:
        del bundle["entry"][1]


FAULTS: list[Fault] = [
    Fault("forgets updates", "NDOP-112", _forgets_updates),
    Fault("keeps what a new version leaves out", "NDOP-112", _merges),
    changes("loses a change of mind", "NDOP-113", lambda r: r.is_history, _loses_the_middle),
    Fault("needs no id in the body", "NDOP-114", _accepting(_has_another_id)),
    Fault(
        "creates by update",
        "NDOP-115",
        _accepting(lambda _request, answer, _sound: answer.status == 404),
    ),
    Fault(
        "updates without an id",
        "NDOP-116",
        _accepting(lambda request, _answer, _sound: request.path == "Consent"),
    ),
    Fault(
        "takes what it cannot read for an update",
        "NDOP-117",
        _accepting(lambda request, _answer, _sound: request.consent() is None),
    ),
    accepts(
        "holds updates to no rule",
        "NDOP-118",
        lambda c, _e: c["status"] == "proposed",
        methods=["PUT"],
    ),
    Fault("makes duplicates by update", "NDOP-119", _accepting(_is_a_duplicate)),
    Fault("touches the other purpose", "NDOP-120", _touches_the_other_purpose),
    asks(
        "ignores If-Match", "NDOP-121", updates, lambda request: request.without_header("if-match")
    ),
    answers(
        "knows no version of If-Match",
        "NDOP-121",
        lambda request: updates(request) and request.header("if-match") is not None,
        lambda _answer, _request, sound: sound.outcome("stale-version"),
    ),
    Fault("insists on If-Match", "NDOP-122", _insists_on_if_match),
    Fault(
        "does not insist on If-Match",
        "NDOP-122",
        _accepting(lambda _request, answer, _sound: answer.status == 412),
        claims=("require-if-match",),
    ),
    Fault("gives a Consent to another patient", "NDOP-205", _accepting(_is_of_another_patient)),
    answers(
        "keeps a Consent to its host",
        "NDOP-205",
        updates,
        lambda answer, request, sound: (
            sound.outcome("invalid-resource") if _has_another_host(request, sound) else answer
        ),
    ),
]


def _has_another_host(request: Request, sound: ReferenceServer) -> bool:
    consent = request.consent() or {}
    return patient_of(consent) != sound.edition.patient.reference_to(number_of(consent))
