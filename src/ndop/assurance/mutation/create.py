"""Faults of create (NDOP-082 to NDOP-092, NDOP-203)."""

from __future__ import annotations

import time
import uuid

from ndop.assurance.mutation.messages import Answer, Request, Resource, answer_with
from ndop.assurance.mutation.model import (
    Fault,
    Filter,
    ReferenceServer,
    accepted,
    accepts,
    answers,
    changes,
    creates,
    refuses,
)
from ndop.assurance.mutation.profile import first_coding, number_of, patient_of, sources_in
from ndop.editions import Edition

_AT_ONCE = 2.0


def _has_several_questions(edition: Edition) -> bool:
    return len(edition.purposes) > 1


def _is_duplicate(answer: Answer) -> bool:
    return answer.status == 422 and b"DUPLICATE_REJECTED" in answer.text()


def _without_location(answer: Answer, _request: Request, _reference: ReferenceServer) -> Answer:
    return answer.without_header("location")


def _counted(answer: Answer, _request: Request, sound: ReferenceServer) -> Answer:
    """Ids are numbers, one after the other."""
    location = answer.header("location")
    if location is None:
        return answer
    sound.memory["id"] = number = sound.memory.get("id", 0) + 1
    return answer.with_header("Location", f"{location.partition('/Consent/')[0]}/Consent/{number}")


def _version_as_sent(consent: Resource, _request: Request, _reference: ReferenceServer) -> None:
    consent.setdefault("meta", {})["versionId"] = "99"


def _id_of_another(consent: Resource, _request: Request, _reference: ReferenceServer) -> None:
    consent["id"] = str(uuid.uuid4())


def _accepting_duplicates(which: str) -> Filter:
    """Accepts a second Consent of a patient: any, one after an inactive one, or one that comes at
    the same time as the first.
    """

    def accept(request: Request, sound: ReferenceServer) -> Answer:
        answer = sound.ask(request)
        consent = request.consent()
        if not creates(request) or consent is None:
            return answer
        if answer.status == 201:
            sound.memory[number_of(consent)] = time.monotonic()
        if not _is_duplicate(answer):
            return answer
        if which == "at once":
            age = time.monotonic() - sound.memory.get(number_of(consent), 0)
            return accepted(request) if age < _AT_ONCE else answer
        if which == "after inactive":
            stored = sound.consents_of(consent, request)
            inactive = any(one["status"] == "inactive" for one in stored)
            return accepted(request) if inactive else answer
        return accepted(request)

    return accept


def _finds_what_it_refused(request: Request, sound: ReferenceServer) -> Answer:
    answer = sound.ask(request)
    consent = request.consent()
    if creates(request) and answer.refuses and consent is not None:
        sound.memory[patient_of(consent)] = consent
    if not request.is_search or request.parameters.get("patient") not in sound.memory:
        return answer
    return answer_with(200, {"resourceType": "Bundle", "type": "searchset", "total": 1})


def _knows_hosts_apart(request: Request, sound: ReferenceServer) -> Answer:
    answer = sound.ask(request)
    consent = request.consent()
    if not creates(request) or consent is None or not _is_duplicate(answer):
        return answer
    stored = {patient_of(one) for one in sound.consents_of(consent, request)}
    return answer if patient_of(consent) in stored else accepted(request)


FAULTS: list[Fault] = [
    answers("names no Location", "NDOP-082", creates, _without_location),
    changes("tells the id of another", "NDOP-082", creates, _id_of_another),
    answers("counts its Consents", "NDOP-083", creates, _counted),
    changes("takes the version that is sent", "NDOP-084", lambda r: r.is_read, _version_as_sent),
    accepts("lets clients choose ids", "NDOP-085", lambda c, _e: "id" in c, methods=("POST",)),
    Fault("accepts a second Consent", "NDOP-086", _accepting_duplicates("any")),
    Fault("accepts a second Consent for a purpose", "NDOP-087", _accepting_duplicates("any")),
    refuses(
        "refuses the second purpose",
        "NDOP-087",
        lambda c, e: c["purpose"][0]["code"] == e.purpose_codings()[1].code,
        situation="duplicate",
        where=_has_several_questions,
    ),
    Fault("forgets the inactive", "NDOP-088", _accepting_duplicates("after inactive")),
    Fault("looks before it stores", "NDOP-089", _accepting_duplicates("at once")),
    refuses(
        "refuses the guide's example",
        "NDOP-090",
        lambda c, e: (
            first_coding(sources_in(c, e)[0]["valueCodeableConcept"])["display"]
            == first_coding(sources_in(e.samples["guide"], e)[0]["valueCodeableConcept"])["display"]
        ),
    ),
    refuses(
        "refuses the guide's examples",
        "NDOP-091",
        lambda c, _e: "display" not in first_coding(c["actor"][0]["role"]),
    ),
    Fault("finds what it refused", "NDOP-092", _finds_what_it_refused),
    Fault("knows hosts apart", "NDOP-203", _knows_hosts_apart),
]
