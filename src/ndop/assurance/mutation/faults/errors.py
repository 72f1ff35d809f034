"""Faults in error responses (NDOP-134 to NDOP-149)."""

from __future__ import annotations

from collections.abc import Callable

from ndop.assurance.mutation.messages import Request, Resource, Response, make_response
from ndop.assurance.mutation.model import (
    BodyRewriter,
    Fault,
    Handler,
    ReferenceServer,
    RequestPredicate,
    any_request,
    is_create,
    rewrites_body,
    rewrites_response,
    success_response,
)


def _in_each_issue(change: Callable[[Resource, ReferenceServer], object]) -> BodyRewriter:
    """Applies a change to each issue of an OperationOutcome."""

    def rewrite(outcome: Resource, _request: Request, server: ReferenceServer) -> None:
        if outcome.get("resourceType") == "OperationOutcome":
            for issue in outcome["issue"]:
                change(issue, server)

    return rewrite


def _value_set_as_system(issue: Resource, server: ReferenceServer) -> None:
    codes = server.edition.error_codes
    value_sets = (
        one for one in server.edition.value_sets if one.include[0].code_system == codes.id
    )
    issue["details"]["coding"][0]["system"] = next(value_sets).url


def _swaps_code(situation: str, instead: str) -> Callable[[Resource, ReferenceServer], None]:
    def change(issue: Resource, server: ReferenceServer) -> None:
        coding = issue["details"]["coding"][0]
        if coding["code"] == server.edition.answer_to(situation).code:
            other = server.edition.answer_to(instead).code
            display = server.edition.error_codes.concepts[other]
            coding.update(code=other, display=display)

    return change


def _reports_success(on: RequestPredicate) -> Handler:
    """Reports success for a request that has to be refused."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        response = server.forward(request)
        return make_response(204) if response.is_error and on(request) else response

    return handle


def _accepts_unreadable_body(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    if is_create(request) and response.is_error and request.consent() is None:
        return success_response(request)
    return response


def _accepts_unknown_elements(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    consent = request.consent() or {}
    accepts = response.is_error and is_create(request) and "favouriteColour" in consent
    return success_response(request) if accepts else response


def _is_outside_the_api(request: Request) -> bool:
    return request.method == "GET" and (
        request.segments[:1] not in (["Consent"], ["metadata"]) or "$" in request.path
    )


FAULTS: list[Fault] = [
    rewrites_body(
        "refuses without details",
        "NDOP-134",
        any_request,
        _in_each_issue(lambda issue, _server: issue.pop("details", None)),
    ),
    rewrites_body(
        "names the value set as system",
        "NDOP-135",
        any_request,
        _in_each_issue(_value_set_as_system),
    ),
    rewrites_body(
        "has a code for each kind of element",
        "NDOP-138",
        any_request,
        _in_each_issue(_swaps_code("invalid-resource", "invalid-element")),
    ),
    Fault("reads what is unreadable", "NDOP-139", _accepts_unreadable_body),
    Fault("takes elements that FHIR does not know", "NDOP-139", _accepts_unknown_elements),
    Fault("deletes", "NDOP-140", _reports_success(lambda request: request.method == "DELETE")),
    Fault("patches", "NDOP-141", _reports_success(lambda request: request.method == "PATCH")),
    Fault(
        "takes a Bundle",
        "NDOP-142",
        _reports_success(lambda request: request.method == "POST" and not request.path),
    ),
    Fault("has other types and operations", "NDOP-143", _reports_success(_is_outside_the_api)),
    rewrites_body(
        "warns of success",
        "NDOP-149",
        lambda request: request.header("prefer") is not None,
        _in_each_issue(lambda issue, _server: issue.update(severity="warning")),
    ),
    rewrites_response(
        "says nothing of success",
        "NDOP-149",
        lambda request: request.header("prefer") is not None,
        lambda response, _request, _server: make_response(
            response.status, Location=response.header("location") or ""
        ),
    ),
]
