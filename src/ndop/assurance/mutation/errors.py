"""Faults of refusals (NDOP-134 to NDOP-149)."""

from __future__ import annotations

from collections.abc import Callable

from ndop.assurance.mutation.messages import Answer, Request, Resource, answer_with
from ndop.assurance.mutation.model import (
    Fault,
    ReferenceServer,
    accepted,
    answers,
    changes,
    creates,
)


def _any(_request: Request) -> bool:
    return True


def _of_outcomes(change: Callable[[Resource, ReferenceServer], object]) -> Callable[..., None]:
    """Changes each issue of an error."""

    def of_body(outcome: Resource, _request: Request, sound: ReferenceServer) -> None:
        if outcome.get("resourceType") == "OperationOutcome":
            for issue in outcome["issue"]:
                change(issue, sound)

    return of_body


def _value_set_as_system(issue: Resource, sound: ReferenceServer) -> None:
    codes = sound.edition.error_codes
    value_sets = (one for one in sound.edition.value_sets if one.include[0].code_system == codes.id)
    issue["details"]["coding"][0]["system"] = next(value_sets).url


def _another_code(situation: str, instead: str) -> Callable[[Resource, ReferenceServer], None]:
    def change(issue: Resource, sound: ReferenceServer) -> None:
        coding = issue["details"]["coding"][0]
        if coding["code"] == sound.edition.errors[situation].code:
            other = sound.edition.errors[instead].code
            display = sound.edition.error_codes.concepts[other]
            coding.update(code=other, display=display)

    return change


def _performs(on: Callable[[Request], bool]) -> Callable[[Request, ReferenceServer], Answer]:
    """Says that it has done what it must not do."""

    def perform(request: Request, sound: ReferenceServer) -> Answer:
        answer = sound.ask(request)
        return answer_with(204) if answer.refuses and on(request) else answer

    return perform


def _reads_anything(request: Request, sound: ReferenceServer) -> Answer:
    answer = sound.ask(request)
    if creates(request) and answer.refuses and request.consent() is None:
        return accepted(request)
    return answer


def _takes_unknown_elements(request: Request, sound: ReferenceServer) -> Answer:
    answer = sound.ask(request)
    consent = request.consent() or {}
    known = answer.refuses and creates(request) and "favouriteColour" in consent
    return accepted(request) if known else answer


def _is_elsewhere(request: Request) -> bool:
    return request.method == "GET" and (
        request.steps[:1] not in (["Consent"], ["metadata"]) or "$" in request.path
    )


FAULTS: list[Fault] = [
    changes(
        "refuses without details",
        "NDOP-134",
        _any,
        _of_outcomes(lambda issue, _sound: issue.pop("details", None)),
    ),
    changes("names the value set as system", "NDOP-135", _any, _of_outcomes(_value_set_as_system)),
    changes(
        "has a code for each kind of element",
        "NDOP-138",
        _any,
        _of_outcomes(_another_code("invalid-resource", "invalid-element")),
    ),
    Fault("reads what is unreadable", "NDOP-139", _reads_anything),
    Fault("takes elements that FHIR does not know", "NDOP-139", _takes_unknown_elements),
    Fault("deletes", "NDOP-140", _performs(lambda request: request.method == "DELETE")),
    Fault("patches", "NDOP-141", _performs(lambda request: request.method == "PATCH")),
    Fault(
        "takes a Bundle",
        "NDOP-142",
        _performs(lambda request: request.method == "POST" and not request.path),
    ),
    Fault("has other types and operations", "NDOP-143", _performs(_is_elsewhere)),
    changes(
        "warns of success",
        "NDOP-149",
        lambda request: request.header("prefer") is not None,
        _of_outcomes(lambda issue, _sound: issue.update(severity="warning")),
    ),
    answers(
        "says nothing of success",
        "NDOP-149",
        lambda request: request.header("prefer") is not None,
        lambda answer, _request, _sound: answer_with(
            answer.status, Location=answer.header("location") or ""
        ),
    ),
]
