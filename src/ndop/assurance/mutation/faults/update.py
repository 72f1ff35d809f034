"""Faults in update (NDOP-112 to NDOP-122, NDOP-205)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from ndop.assurance.mutation.faults.consents import number_of, patient_of
from ndop.assurance.mutation.messages import Request, Response
from ndop.assurance.mutation.model import (
    Fault,
    Handler,
    ReferenceServer,
    accepts,
    is_update,
    rewrites_body,
    rewrites_request,
    rewrites_response,
    success_response,
)


def _stored_consent(request: Request, server: ReferenceServer) -> Response:
    return server.forward(request.follow_up("GET", request.path))


def _discards_updates(request: Request, server: ReferenceServer) -> Response:
    """Reports success and stores nothing."""
    return success_response(request) if is_update(request) else server.forward(request)


def _merges_versions(request: Request, server: ReferenceServer) -> Response:
    """Keeps elements that the new version omits."""
    consent = request.consent()
    if not is_update(request) or consent is None:
        return server.forward(request)
    before = _stored_consent(request, server).resource() or {}
    merged = {**before, **consent}
    body = json.dumps(merged).encode()
    return server.forward(replace(request.without_header("content-length"), body=body))


def _accepts_updates(
    when: Callable[[Request, Response, ReferenceServer], bool],
) -> Handler:
    """Reports success for some updates that have to be refused."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        response = server.forward(request)
        if is_update(request) and response.is_error and when(request, response, server):
            return success_response(request)
        return response

    return handle


def _has_wrong_id(request: Request, _response: Response, _server: ReferenceServer) -> bool:
    consent = request.consent()
    return consent is not None and [consent.get("id")] != request.segments[1:]


def _is_of_another_patient(request: Request, _response: Response, server: ReferenceServer) -> bool:
    consent, before = request.consent(), _stored_consent(request, server).resource()
    return bool(consent and before and number_of(consent) != number_of(before))


def _is_duplicate(request: Request, response: Response, server: ReferenceServer) -> bool:
    """Whether the update would give a patient a second Consent of one identity."""
    consent = request.consent()
    if consent is None:
        return False
    others = [one["id"] for one in server.consents_of(consent, request)]
    return any(one != request.segments[-1] for one in others) and response.status == 422


def _updates_other_purpose_too(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    consent = request.consent()
    if not is_update(request) or response.is_error or consent is None:
        return response
    for other in server.consents_of(consent, request):
        if other["id"] != request.segments[-1]:
            body = json.dumps({**other, "status": consent["status"]}).encode()
            server.forward(request.follow_up("PUT", f"Consent/{other['id']}", body))
    return response


def _requires_if_match(request: Request, server: ReferenceServer) -> Response:
    if is_update(request) and request.header("if-match") is None:
        return server.error_response("version-required")
    return server.forward(request)


def _without_second_entry(
    bundle: dict[str, list[object]], _request: Request, _server: ReferenceServer
) -> None:
    if len(bundle.get("entry", [])) > 2:
        del bundle["entry"][1]


FAULTS: list[Fault] = [
    Fault("forgets updates", "NDOP-112", _discards_updates),
    Fault("keeps what a new version leaves out", "NDOP-112", _merges_versions),
    rewrites_body(
        "loses a change of mind", "NDOP-113", lambda r: r.is_history, _without_second_entry
    ),
    Fault("needs no id in the body", "NDOP-114", _accepts_updates(_has_wrong_id)),
    Fault(
        "creates by update",
        "NDOP-115",
        _accepts_updates(lambda _request, response, _server: response.status == 404),
    ),
    Fault(
        "updates without an id",
        "NDOP-116",
        _accepts_updates(lambda request, _response, _server: request.path == "Consent"),
    ),
    Fault(
        "takes what it cannot read for an update",
        "NDOP-117",
        _accepts_updates(lambda request, _response, _server: request.consent() is None),
    ),
    accepts(
        "holds updates to no rule",
        "NDOP-118",
        lambda c, _e: c["status"] == "proposed",
        methods=["PUT"],
    ),
    Fault("makes duplicates by update", "NDOP-119", _accepts_updates(_is_duplicate)),
    Fault("touches the other purpose", "NDOP-120", _updates_other_purpose_too),
    rewrites_request(
        "ignores If-Match",
        "NDOP-121",
        is_update,
        lambda request: request.without_header("if-match"),
    ),
    rewrites_response(
        "knows no version of If-Match",
        "NDOP-121",
        lambda request: is_update(request) and request.header("if-match") is not None,
        lambda _response, _request, server: server.error_response("stale-version"),
    ),
    Fault("insists on If-Match", "NDOP-122", _requires_if_match),
    Fault(
        "does not insist on If-Match",
        "NDOP-122",
        _accepts_updates(lambda _request, response, _server: response.status == 412),
        claims=("require-if-match",),
    ),
    Fault(
        "gives a Consent to another patient", "NDOP-205", _accepts_updates(_is_of_another_patient)
    ),
    rewrites_response(
        "keeps a Consent to its host",
        "NDOP-205",
        is_update,
        lambda response, request, server: (
            server.error_response("invalid-resource")
            if _has_another_host(request, server)
            else response
        ),
    ),
]


def _has_another_host(request: Request, server: ReferenceServer) -> bool:
    consent = request.consent() or {}
    return patient_of(consent) != server.edition.patient.reference_to(number_of(consent))
