"""Faults in formats, version headers and audit headers (NDOP-172 to NDOP-183)."""

from __future__ import annotations

import re
from collections.abc import Callable

from ndop.assurance.mutation.messages import Request, Response
from ndop.assurance.mutation.model import (
    Fault,
    Handler,
    ReferenceServer,
    any_request,
    is_create,
    is_update,
    is_write,
    rewrites_request,
    rewrites_response,
)
from ndop.fhir.media_types import JSON

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _is_xml(request: Request) -> bool:
    return "xml" in (request.header("content-type") or "")


def _has_dstu2_media_type(request: Request) -> bool:
    return (request.header("content-type") or "").partition(";")[0].endswith("+fhir")


def _without_charset(response: Response, _request: Request, _server: ReferenceServer) -> Response:
    media_type = response.header("content-type") or ""
    return response.with_header("Content-Type", media_type.partition(";")[0])


def _reads_audit_headers_by(which: str) -> Handler:
    """Reads the audit headers by the first of their names (`first`), or by the others only."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        names = server.edition.audit.headers.model_dump(by_alias=True)
        unknown = [
            name
            for meaning in ("trace", "from", "to", "interaction")
            for name in (names[meaning][1:] if which == "first" else names[meaning][:1])
        ]
        return server.forward(request.without_header(*unknown))

    return handle


def _refuses_alternative_names(request: Request, server: ReferenceServer) -> Response:
    """Refuses an audit header that has one of its alternative names."""
    names = server.edition.audit.headers.model_dump(by_alias=True)
    others = {name for meaning in ("from", "to", "interaction") for name in names[meaning][1:]}
    if any(request.header(name) is not None for name in others):
        return server.error_response("invalid-header")
    return server.forward(request)


def _ignores_header(meaning: str, when: Callable[[str, ReferenceServer], bool]) -> Handler:
    """Does not check some values of an audit header."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        forwarded = request
        for name in getattr(server.edition.audit.headers, meaning):
            value = request.header(name)
            if value is not None and when(value, server):
                forwarded = forwarded.without_header(name)
        return server.forward(forwarded)

    return handle


def _is_of_another_service(value: str, server: ReferenceServer) -> bool:
    ids = server.edition.audit.interaction_ids
    return ids is not None and not value.startswith(ids.service)


def _does_not_require(meaning: str) -> Handler:
    """Reports success where an audit header is missing."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        response = server.forward(request)
        names = getattr(server.edition.audit.headers, meaning)
        if not response.is_error or any(request.header(name) is not None for name in names):
            return response
        return Response(201 if is_create(request) else 200)

    return handle


FAULTS: list[Fault] = [
    rewrites_request(
        "ignores Accept", "NDOP-177", any_request, lambda request: request.without_header("accept")
    ),
    rewrites_request(
        "ignores _format",
        "NDOP-178",
        any_request,
        lambda request: request.without_parameter("_format"),
    ),
    rewrites_request(
        "answers in JSON by default",
        "NDOP-179",
        lambda request: request.header("accept") is None,
        lambda request: request.with_header("Accept", JSON),
    ),
    rewrites_response(
        "takes no XML",
        "NDOP-180",
        lambda request: is_write(request) and _is_xml(request),
        lambda _response, _request, server: server.error_response("unsupported-media-type"),
    ),
    rewrites_response(
        "fails at the older names of formats",
        "NDOP-180",
        lambda request: is_write(request) and _has_dstu2_media_type(request),
        lambda _response, _request, server: server.error_response("internal-failure"),
    ),
    rewrites_response("does not say its charset", "NDOP-182", any_request, _without_charset),
    rewrites_request(
        "does not compress",
        "NDOP-182",
        any_request,
        lambda request: request.with_header("Accept-Encoding", "identity"),
    ),
    rewrites_response(
        "updates without an ETag",
        "NDOP-183",
        is_update,
        lambda response, _request, _server: response.without_header("etag"),
    ),
    rewrites_response(
        "creates with the ETag of another version",
        "NDOP-183",
        is_create,
        lambda response, _request, _server: response.with_header("ETag", 'W/"0"'),
    ),
    Fault("knows audit headers by one name", "NDOP-172", _reads_audit_headers_by("first")),
    Fault("stumbles over names of audit headers", "NDOP-172", _refuses_alternative_names),
    Fault(
        "does not miss a trace id",
        "NDOP-173",
        _does_not_require("trace"),
        claims=("requires-token",),
    ),
    Fault(
        "does not miss the caller's address",
        "NDOP-173",
        _does_not_require("from_"),
        claims=("requires-token",),
    ),
    Fault(
        "does not miss the interaction",
        "NDOP-173",
        _does_not_require("interaction"),
        claims=("requires-token",),
    ),
    Fault(
        "takes any trace id",
        "NDOP-174",
        _ignores_header("trace", lambda value, _server: _UUID.fullmatch(value) is None),
    ),
    Fault(
        "takes the interactions of another service",
        "NDOP-175",
        _ignores_header("interaction", _is_of_another_service),
    ),
]
