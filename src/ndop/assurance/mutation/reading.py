"""Faults of read, search and history (NDOP-096 to NDOP-132, NDOP-204)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ndop.assurance.mutation.messages import Answer, Request, Resource, answer_with
from ndop.assurance.mutation.model import Fault, ReferenceServer, answers, asks, changes, writes

_NO_HISTORY = {"resourceType": "Bundle", "type": "history", "total": 0}


def _first_version(answer: Answer, request: Request, sound: ReferenceServer) -> Answer:
    """Serves the version that it stored first."""
    found = sound.ask(replace(request, target=f"{request.target}/_history/1"))
    return answer if found.refuses else found


def _gone(answer: Answer, _request: Request, sound: ReferenceServer) -> Answer:
    return sound.outcome("unreadable-body") if answer.status == 404 else answer


def _not_found_if_empty(answer: Answer, _request: Request, sound: ReferenceServer) -> Answer:
    found = answer.resource() or {}
    return sound.outcome("unknown-record") if found.get("total") == 0 else answer


def _empty_if_not_found(answer: Answer, _request: Request, _reference: ReferenceServer) -> Answer:
    return answer_with(200, _NO_HISTORY) if answer.status == 404 else answer


def _everybody(request: Request, sound: ReferenceServer) -> Answer:
    """A search finds the last Consent that was stored too, whoever's it is."""
    answer = sound.ask(request)
    consent = request.consent()
    if writes(request) and consent is not None and not answer.refuses:
        sound.memory["last"] = consent
    bundle = answer.resource()
    last = sound.memory.get("last")
    if request.is_search and bundle is not None and last is not None:
        bundle.setdefault("entry", []).append({"resource": last})
        return answer.with_resource(bundle)
    return answer


def _one_more(bundle: Resource, _request: Request, _reference: ReferenceServer) -> None:
    bundle["total"] = bundle.get("total", 0) + 1


def _only(
    keeps: Callable[[Resource, Request], bool],
) -> Callable[[Resource, Request, ReferenceServer], None]:
    """A Bundle with some of its entries only."""

    def change(bundle: Resource, request: Request, _reference: ReferenceServer) -> None:
        kept = [one for one in bundle.get("entry", []) if keeps(one["resource"], request)]
        bundle["total"] = len(kept)
        bundle["entry"] = kept
        if not kept:
            del bundle["entry"]

    return change


def _without_links(bundle: Resource, _request: Request, _reference: ReferenceServer) -> None:
    bundle.pop("link", None)


def _without_full_urls(bundle: Resource, _request: Request, _reference: ReferenceServer) -> None:
    for entry in bundle.get("entry", []):
        entry.pop("fullUrl", None)


def _without_the_oldest(bundle: Resource, _request: Request, _reference: ReferenceServer) -> None:
    if bundle.get("entry"):
        bundle["entry"].pop()
        bundle["total"] -= 1


def _oldest_first(bundle: Resource, _request: Request, _reference: ReferenceServer) -> None:
    bundle.get("entry", []).reverse()


def _without_requests(bundle: Resource, _request: Request, _reference: ReferenceServer) -> None:
    for entry in bundle.get("entry", []):
        entry.pop("request", None)


def _current(answer: Answer, request: Request, sound: ReferenceServer) -> Answer:
    """Serves the current version, whichever is asked for."""
    current = replace(request, target=request.target.partition("/_history/")[0])
    found = sound.ask(current)
    return answer if found.refuses else found


def _any_version(answer: Answer, request: Request, sound: ReferenceServer) -> Answer:
    return _current(answer, request, sound) if answer.refuses else answer


def _without(name: str) -> Callable[[Request], Request]:
    return lambda request: request.without_parameter(name)


def _both(request: Request) -> bool:
    return request.is_search and {"_id", "patient"} <= request.parameters.keys()


def _is_of(consent: Resource, request: Request) -> bool:
    """Whether a Consent refers to its patient as the request does."""
    return bool(consent["patient"]["reference"] == request.parameters.get("patient"))


def _reversed(consent: Resource, _request: Request, _reference: ReferenceServer) -> None:
    consent["status"] = "inactive" if consent["status"] == "active" else "active"


def _by(name: str) -> Callable[[Request], bool]:
    return lambda request: name in request.parameters


def _in_type_history(name: str) -> Callable[[Request], bool]:
    return lambda request: request.path == "Consent/_history" and name in request.parameters


FAULTS: list[Fault] = [
    answers(
        "reads without Last-Modified",
        "NDOP-096",
        lambda r: r.is_read,
        lambda answer, _request, _sound: answer.without_header("last-modified"),
    ),
    changes("reads the reverse", "NDOP-096", lambda r: r.is_read, _reversed),
    answers("reads the first version", "NDOP-096", lambda r: r.is_read, _first_version),
    answers("calls an unknown id malformed", "NDOP-097", lambda r: r.is_read, _gone),
    answers(
        "calls an empty search an error", "NDOP-099", lambda r: r.is_search, _not_found_if_empty
    ),
    Fault("finds the Consents of others", "NDOP-100", _everybody),
    changes("finds one too many", "NDOP-101", lambda r: r.is_search, _one_more),
    changes(
        "finds the active only",
        "NDOP-102",
        lambda r: r.is_search,
        _only(lambda consent, _request: consent["status"] == "active"),
    ),
    changes("searches without a self link", "NDOP-103", lambda r: r.is_search, _without_links),
    changes("searches without fullUrl", "NDOP-103", lambda r: r.is_search, _without_full_urls),
    asks("ignores the patient beside _id", "NDOP-104", _both, _without("patient")),
    asks("ignores the purpose in a search", "NDOP-105", _by("purpose"), _without("purpose")),
    asks("ignores the category in a search", "NDOP-106", _by("category"), _without("category")),
    changes(
        "forgets the oldest version of a patient",
        "NDOP-124",
        lambda r: r.path == "Consent/_history",
        _without_the_oldest,
    ),
    asks(
        "ignores versionId in a history",
        "NDOP-125",
        _in_type_history("versionId"),
        _without("versionId"),
    ),
    asks(
        "ignores the purpose in a history",
        "NDOP-126",
        _in_type_history("purpose"),
        _without("purpose"),
    ),
    answers(
        "calls an empty history an error", "NDOP-127", lambda r: r.is_history, _not_found_if_empty
    ),
    changes(
        "forgets the oldest version of a Consent",
        "NDOP-129",
        lambda r: r.is_history,
        _without_the_oldest,
    ),
    answers(
        "has an empty history of an unknown Consent",
        "NDOP-129",
        lambda r: r.is_history,
        _empty_if_not_found,
    ),
    answers("reads the current version for any", "NDOP-130", lambda r: r.is_vread, _current),
    answers(
        "reads the current version for an unknown one",
        "NDOP-131",
        lambda r: r.is_vread,
        _any_version,
    ),
    changes("tells a history oldest first", "NDOP-132", lambda r: r.is_history, _oldest_first),
    changes(
        "tells a history without requests", "NDOP-132", lambda r: r.is_history, _without_requests
    ),
    changes(
        "searches by the whole reference",
        "NDOP-204",
        lambda r: r.is_search,
        _only(_is_of),
    ),
    changes(
        "tells a history by the whole reference",
        "NDOP-204",
        lambda r: r.path == "Consent/_history",
        _only(_is_of),
    ),
]
