"""What a fault is, and the factories that make most of them.

A fault is one small deviation from what the reference server does, such as accepting what has to be
refused. It names the requirement that it breaks; a test of that requirement must catch it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ndop.assurance.mutation.messages import Request, Resource, Response, make_response
from ndop.editions import Edition
from ndop.fhir.outcomes import issue


@dataclass(frozen=True, slots=True)
class ReferenceServer:
    """The correct server behind the fault proxy.

    `state` belongs to the seeded fault and is empty at the start of each test.
    """

    edition: Edition
    forward: Callable[[Request], Response]
    state: dict[str, Any] = field(default_factory=dict)

    def consents_of(self, consent: Resource, request: Request) -> list[Resource]:
        """The stored Consents of the patient that a Consent refers to."""
        reference = consent.get("patient", {}).get("reference", "")
        search = request.follow_up("GET", f"Consent?patient={reference}")
        bundle = self.forward(search).resource() or {}
        return [entry["resource"] for entry in bundle.get("entry", [])]

    def error_response(self, situation: str) -> Response:
        """The error that the edition's catalogue has for a situation."""
        status = self.edition.answer_to(situation).status
        issues = [issue(self.edition, situation, "Returned by a seeded fault.")]
        return make_response(status, {"resourceType": "OperationOutcome", "issue": issues})


#: Handles a request in place of the reference server.
Handler = Callable[[Request, ReferenceServer], Response]
ConsentPredicate = Callable[[Resource, Edition], bool]
RequestPredicate = Callable[[Request], bool]
#: Changes the body of a response in place.
BodyRewriter = Callable[[Resource, Request, ReferenceServer], None]
ResponseRewriter = Callable[[Response, Request, ReferenceServer], Response]


@dataclass(frozen=True, slots=True)
class Fault:
    """A named deviation in behaviour.

    `applies_to` says which editions can have it, `claims` what the reference server must be set up
    for (as in `ndop conformance --claim`).
    """

    name: str
    requirement: str
    handle: Handler
    applies_to: Callable[[Edition], bool] = lambda _edition: True
    claims: tuple[str, ...] = ()


def accepts(
    name: str,
    requirement: str,
    when: ConsentPredicate,
    *,
    methods: Iterable[str] = ("POST", "PUT"),
    **more: Any,
) -> Fault:
    """Reports success for Consents that have to be refused; nothing is stored."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        response = server.forward(request)
        if response.is_error and request.method in methods and _matches(request, server, when):
            return success_response(request)
        return response

    return Fault(name, requirement, handle, **more)


def refuses(
    name: str,
    requirement: str,
    when: ConsentPredicate,
    *,
    situation: str = "invalid-resource",
    **more: Any,
) -> Fault:
    """Refuses Consents that have to be accepted, without forwarding them."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        if is_write(request) and _matches(request, server, when):
            return server.error_response(situation)
        return server.forward(request)

    return Fault(name, requirement, handle, **more)


def rewrites_request(
    name: str,
    requirement: str,
    on: RequestPredicate,
    rewrite: Callable[[Request], Request],
    **more: Any,
) -> Fault:
    """Forwards another request than the one received, such as one without a header."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        return server.forward(rewrite(request) if on(request) else request)

    return Fault(name, requirement, handle, **more)


def rewrites_response(
    name: str, requirement: str, on: RequestPredicate, rewrite: ResponseRewriter, **more: Any
) -> Fault:
    """Replaces a response, typically its status or its headers."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        response = server.forward(request)
        return rewrite(response, request, server) if on(request) else response

    return Fault(name, requirement, handle, **more)


def rewrites_body(
    name: str, requirement: str, on: RequestPredicate, rewrite: BodyRewriter, **more: Any
) -> Fault:
    """Changes the resource in a response; responses without one are left alone."""

    def rewrite_response(response: Response, request: Request, server: ReferenceServer) -> Response:
        resource = response.resource()
        if resource is None:
            return response
        rewrite(resource, request, server)
        return response.with_resource(resource)

    return rewrites_response(name, requirement, on, rewrite_response, **more)


def success_response(request: Request) -> Response:
    """The response of a server that has created or updated a Consent."""
    consent_id = request.segments[1] if len(request.segments) > 1 else str(uuid.uuid4())
    location = f"http://{request.header('host')}/fhir/Consent/{consent_id}/_history/1"
    return make_response(201 if request.method == "POST" else 200, Location=location, ETag='W/"1"')


def any_request(_request: Request) -> bool:
    """Matches every request."""
    return True


def is_write(request: Request) -> bool:
    """Whether the request creates or updates."""
    return request.method in ("POST", "PUT")


def is_create(request: Request) -> bool:
    """Whether the request is a create."""
    return request.method == "POST" and request.path == "Consent"


def is_update(request: Request) -> bool:
    """Whether the request is an update."""
    return request.method == "PUT"


def _matches(request: Request, server: ReferenceServer, when: ConsentPredicate) -> bool:
    """Whether the body is a Consent that satisfies the predicate; one that lacks the elements the
    predicate looks at does not.
    """
    consent = request.consent()
    try:
        return consent is not None and when(consent, server.edition)
    except (LookupError, TypeError, AttributeError):
        return False
