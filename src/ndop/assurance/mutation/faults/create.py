"""Faults in create (NDOP-082 to NDOP-092, NDOP-203)."""

from __future__ import annotations

import time
import uuid

from ndop.assurance.mutation.faults.consents import first_coding, number_of, patient_of, sources_in
from ndop.assurance.mutation.messages import Request, Resource, Response, make_response
from ndop.assurance.mutation.model import (
    Fault,
    Handler,
    ReferenceServer,
    accepts,
    is_create,
    refuses,
    rewrites_body,
    rewrites_response,
    success_response,
)
from ndop.editions import Edition

_CONCURRENT_SECONDS = 2.0


def _has_several_purposes(edition: Edition) -> bool:
    return len(edition.purposes) > 1


def _is_duplicate_error(response: Response) -> bool:
    return response.status == 422 and b"DUPLICATE_REJECTED" in response.content()


def _without_location(response: Response, _request: Request, _server: ReferenceServer) -> Response:
    return response.without_header("location")


def _sequential_id(response: Response, _request: Request, server: ReferenceServer) -> Response:
    """Ids are consecutive numbers."""
    location = response.header("location")
    if location is None:
        return response
    server.state["id"] = number = server.state.get("id", 0) + 1
    return response.with_header(
        "Location", f"{location.partition('/Consent/')[0]}/Consent/{number}"
    )


def _version_as_sent(consent: Resource, _request: Request, _server: ReferenceServer) -> None:
    consent.setdefault("meta", {})["versionId"] = "99"


def _random_id(consent: Resource, _request: Request, _server: ReferenceServer) -> None:
    consent["id"] = str(uuid.uuid4())


def _accepts_duplicates(which: str) -> Handler:
    """Accepts a second Consent of a patient: any, one `after inactive`, or one sent `at once`
    with the first.
    """

    def handle(request: Request, server: ReferenceServer) -> Response:
        response = server.forward(request)
        consent = request.consent()
        if not is_create(request) or consent is None:
            return response
        if response.status == 201:
            server.state[number_of(consent)] = time.monotonic()
        if not _is_duplicate_error(response):
            return response
        if which == "at once":
            age = time.monotonic() - server.state.get(number_of(consent), 0)
            return success_response(request) if age < _CONCURRENT_SECONDS else response
        if which == "after inactive":
            stored = server.consents_of(consent, request)
            inactive = any(one["status"] == "inactive" for one in stored)
            return success_response(request) if inactive else response
        return success_response(request)

    return handle


def _finds_refused_consents(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    consent = request.consent()
    if is_create(request) and response.is_error and consent is not None:
        server.state[patient_of(consent)] = consent
    if not request.is_search or request.parameters.get("patient") not in server.state:
        return response
    return make_response(200, {"resourceType": "Bundle", "type": "searchset", "total": 1})


def _distinguishes_hosts(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    consent = request.consent()
    if not is_create(request) or consent is None or not _is_duplicate_error(response):
        return response
    stored = {patient_of(one) for one in server.consents_of(consent, request)}
    return response if patient_of(consent) in stored else success_response(request)


FAULTS: list[Fault] = [
    rewrites_response("names no Location", "NDOP-082", is_create, _without_location),
    rewrites_body("tells the id of another", "NDOP-082", is_create, _random_id),
    rewrites_response("counts its Consents", "NDOP-083", is_create, _sequential_id),
    rewrites_body(
        "takes the version that is sent", "NDOP-084", lambda r: r.is_read, _version_as_sent
    ),
    accepts("lets clients choose ids", "NDOP-085", lambda c, _e: "id" in c, methods=("POST",)),
    Fault("accepts a second Consent", "NDOP-086", _accepts_duplicates("any")),
    Fault("accepts a second Consent for a purpose", "NDOP-087", _accepts_duplicates("any")),
    refuses(
        "refuses the second purpose",
        "NDOP-087",
        lambda c, e: c["purpose"][0]["code"] == e.purpose_codings()[1].code,
        situation="duplicate",
        applies_to=_has_several_purposes,
    ),
    Fault("forgets the inactive", "NDOP-088", _accepts_duplicates("after inactive")),
    Fault("looks before it stores", "NDOP-089", _accepts_duplicates("at once")),
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
    Fault("finds what it refused", "NDOP-092", _finds_refused_consents),
    Fault("knows hosts apart", "NDOP-203", _distinguishes_hosts),
]
