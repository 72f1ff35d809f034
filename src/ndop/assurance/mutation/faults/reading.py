"""Faults in read, search and history (NDOP-096 to NDOP-132, NDOP-204)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ndop.assurance.mutation.messages import Request, Resource, Response, make_response
from ndop.assurance.mutation.model import (
    BodyRewriter,
    Fault,
    ReferenceServer,
    RequestPredicate,
    is_write,
    rewrites_body,
    rewrites_request,
    rewrites_response,
)

_NO_HISTORY = {"resourceType": "Bundle", "type": "history", "total": 0}


def _first_version(response: Response, request: Request, server: ReferenceServer) -> Response:
    """Serves the first version."""
    found = server.forward(replace(request, target=f"{request.target}/_history/1"))
    return response if found.is_error else found


def _malformed_if_not_found(
    response: Response, _request: Request, server: ReferenceServer
) -> Response:
    return server.error_response("unreadable-body") if response.status == 404 else response


def _not_found_if_empty(response: Response, _request: Request, server: ReferenceServer) -> Response:
    found = response.resource() or {}
    return server.error_response("unknown-record") if found.get("total") == 0 else response


def _empty_if_not_found(
    response: Response, _request: Request, _server: ReferenceServer
) -> Response:
    return make_response(200, _NO_HISTORY) if response.status == 404 else response


def _finds_last_written_too(request: Request, server: ReferenceServer) -> Response:
    """A search also finds the Consent that was written last, whoever the patient is."""
    response = server.forward(request)
    consent = request.consent()
    if is_write(request) and consent is not None and not response.is_error:
        server.state["last"] = consent
    bundle = response.resource()
    last = server.state.get("last")
    if request.is_search and bundle is not None and last is not None:
        bundle.setdefault("entry", []).append({"resource": last})
        return response.with_resource(bundle)
    return response


def _total_plus_one(bundle: Resource, _request: Request, _server: ReferenceServer) -> None:
    bundle["total"] = bundle.get("total", 0) + 1


def _keeps_only(
    predicate: Callable[[Resource, Request], bool],
) -> BodyRewriter:
    """Removes the other entries of a Bundle."""

    def rewrite(bundle: Resource, request: Request, _server: ReferenceServer) -> None:
        kept = [one for one in bundle.get("entry", []) if predicate(one["resource"], request)]
        bundle["total"] = len(kept)
        bundle["entry"] = kept
        if not kept:
            del bundle["entry"]

    return rewrite


def _without_links(bundle: Resource, _request: Request, _server: ReferenceServer) -> None:
    bundle.pop("link", None)


def _without_full_urls(bundle: Resource, _request: Request, _server: ReferenceServer) -> None:
    for entry in bundle.get("entry", []):
        entry.pop("fullUrl", None)


def _without_the_oldest(bundle: Resource, _request: Request, _server: ReferenceServer) -> None:
    if bundle.get("entry"):
        bundle["entry"].pop()
        bundle["total"] -= 1


def _oldest_first(bundle: Resource, _request: Request, _server: ReferenceServer) -> None:
    bundle.get("entry", []).reverse()


def _without_requests(bundle: Resource, _request: Request, _server: ReferenceServer) -> None:
    for entry in bundle.get("entry", []):
        entry.pop("request", None)


def _current_version(response: Response, request: Request, server: ReferenceServer) -> Response:
    """Serves the current version, whichever was requested."""
    current = replace(request, target=request.target.partition("/_history/")[0])
    found = server.forward(current)
    return response if found.is_error else found


def _current_if_unknown(response: Response, request: Request, server: ReferenceServer) -> Response:
    return _current_version(response, request, server) if response.is_error else response


def _drops_parameter(name: str) -> Callable[[Request], Request]:
    return lambda request: request.without_parameter(name)


def _has_id_and_patient(request: Request) -> bool:
    return request.is_search and {"_id", "patient"} <= request.parameters.keys()


def _has_same_reference(consent: Resource, request: Request) -> bool:
    """Whether a Consent has the same reference to the patient as the search, host included."""
    return bool(consent["patient"]["reference"] == request.parameters.get("patient"))


def _inverted_status(consent: Resource, _request: Request, _server: ReferenceServer) -> None:
    consent["status"] = "inactive" if consent["status"] == "active" else "active"


def _has_parameter(name: str) -> RequestPredicate:
    return lambda request: name in request.parameters


def _in_type_history(name: str) -> RequestPredicate:
    return lambda request: request.path == "Consent/_history" and name in request.parameters


FAULTS: list[Fault] = [
    rewrites_response(
        "reads without Last-Modified",
        "NDOP-096",
        lambda r: r.is_read,
        lambda response, _request, _server: response.without_header("last-modified"),
    ),
    rewrites_body("reads the reverse", "NDOP-096", lambda r: r.is_read, _inverted_status),
    rewrites_response("reads the first version", "NDOP-096", lambda r: r.is_read, _first_version),
    rewrites_response(
        "calls an unknown id malformed", "NDOP-097", lambda r: r.is_read, _malformed_if_not_found
    ),
    rewrites_response(
        "calls an empty search an error", "NDOP-099", lambda r: r.is_search, _not_found_if_empty
    ),
    Fault("finds the Consents of others", "NDOP-100", _finds_last_written_too),
    rewrites_body("finds one too many", "NDOP-101", lambda r: r.is_search, _total_plus_one),
    rewrites_body(
        "finds the active only",
        "NDOP-102",
        lambda r: r.is_search,
        _keeps_only(lambda consent, _request: consent["status"] == "active"),
    ),
    rewrites_body(
        "searches without a self link", "NDOP-103", lambda r: r.is_search, _without_links
    ),
    rewrites_body(
        "searches without fullUrl", "NDOP-103", lambda r: r.is_search, _without_full_urls
    ),
    rewrites_request(
        "ignores the patient beside _id",
        "NDOP-104",
        _has_id_and_patient,
        _drops_parameter("patient"),
    ),
    rewrites_request(
        "ignores the purpose in a search",
        "NDOP-105",
        _has_parameter("purpose"),
        _drops_parameter("purpose"),
    ),
    rewrites_request(
        "ignores the category in a search",
        "NDOP-106",
        _has_parameter("category"),
        _drops_parameter("category"),
    ),
    rewrites_body(
        "forgets the oldest version of a patient",
        "NDOP-124",
        lambda r: r.path == "Consent/_history",
        _without_the_oldest,
    ),
    rewrites_request(
        "ignores versionId in a history",
        "NDOP-125",
        _in_type_history("versionId"),
        _drops_parameter("versionId"),
    ),
    rewrites_request(
        "ignores the purpose in a history",
        "NDOP-126",
        _in_type_history("purpose"),
        _drops_parameter("purpose"),
    ),
    rewrites_response(
        "calls an empty history an error", "NDOP-127", lambda r: r.is_history, _not_found_if_empty
    ),
    rewrites_body(
        "forgets the oldest version of a Consent",
        "NDOP-129",
        lambda r: r.is_history,
        _without_the_oldest,
    ),
    rewrites_response(
        "has an empty history of an unknown Consent",
        "NDOP-129",
        lambda r: r.is_history,
        _empty_if_not_found,
    ),
    rewrites_response(
        "reads the current version for any", "NDOP-130", lambda r: r.is_vread, _current_version
    ),
    rewrites_response(
        "reads the current version for an unknown one",
        "NDOP-131",
        lambda r: r.is_vread,
        _current_if_unknown,
    ),
    rewrites_body(
        "tells a history oldest first", "NDOP-132", lambda r: r.is_history, _oldest_first
    ),
    rewrites_body(
        "tells a history without requests", "NDOP-132", lambda r: r.is_history, _without_requests
    ),
    rewrites_body(
        "searches by the whole reference",
        "NDOP-204",
        lambda r: r.is_search,
        _keeps_only(_has_same_reference),
    ),
    rewrites_body(
        "tells a history by the whole reference",
        "NDOP-204",
        lambda r: r.path == "Consent/_history",
        _keeps_only(_has_same_reference),
    ),
]
