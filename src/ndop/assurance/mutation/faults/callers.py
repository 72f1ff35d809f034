"""Faults in what is open to whom: tokens and their claims (NDOP-150 to NDOP-168), and what stands
beside the API (NDOP-211).
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ndop.assurance.mutation.messages import Request, Response, make_response
from ndop.assurance.mutation.model import Fault, Handler, ReferenceServer, is_create

Claims = dict[str, Any]
ClaimsPredicate = Callable[[Claims, Request, ReferenceServer], bool]


def _token_in(request: Request, server: ReferenceServer) -> str | None:
    names = server.edition.audit.headers.token
    return next((value for name in names if (value := request.header(name)) is not None), None)


def _decoded(text: str) -> list[Claims] | None:
    """Header and payload of a token; None if it is malformed."""
    parts = text.removeprefix("Bearer ").split(".")[:2]
    try:
        decoded = [
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts
        ]
    except ValueError:
        return None
    return decoded if len(decoded) == 2 and all(isinstance(one, dict) for one in decoded) else None


def _without_token(request: Request, server: ReferenceServer) -> Request:
    return request.without_header(*server.edition.audit.headers.token)


def _ignores_tokens(when: ClaimsPredicate) -> Handler:
    """Does not check some tokens: the reference server never sees them."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        text = _token_in(request, server)
        parts = _decoded(text) if text else None
        if parts is not None and when(parts[1], request, server):
            return server.forward(_without_token(request, server))
        return server.forward(request)

    return handle


def _refuses_tokens(when: Callable[[str, Request, ReferenceServer], bool]) -> Handler:
    """Refuses some tokens that have to be accepted."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        text = _token_in(request, server)
        if text is not None and when(text, request, server):
            return server.error_response("invalid-token")
        return server.forward(request)

    return handle


def _ignores_claim(name: str, when: Callable[[Any, Request, ReferenceServer], bool]) -> Handler:
    return _ignores_tokens(lambda claims, request, server: when(claims.get(name), request, server))


def _is_malformed(text: str) -> bool:
    return _decoded(text) is None


def _accepts_malformed_token(request: Request, server: ReferenceServer) -> Response:
    text = _token_in(request, server)
    unreadable = text is not None and _is_malformed(text)
    return server.forward(_without_token(request, server) if unreadable else request)


def _needs_no_token(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    if response.is_error and _token_in(request, server) is None:
        return Response(201 if is_create(request) else 200)
    return response


def _requires_token(request: Request, server: ReferenceServer) -> Response:
    if _token_in(request, server) is None:
        return server.error_response("invalid-token")
    return server.forward(request)


def _refuses_repeated_token(request: Request, server: ReferenceServer) -> Response:
    text = _token_in(request, server)
    if text is not None and text in server.state:
        return server.error_response("invalid-token")
    if text is not None:
        server.state[text] = True
    return server.forward(request)


def _lacks_required_claim(claims: Claims, _request: Request, server: ReferenceServer) -> bool:
    return any(
        claim.required and name not in claims for name, claim in server.edition.audit.claims.items()
    )


def _has_wrong_subject(claims: Claims, _request: Request, server: ReferenceServer) -> bool:
    """Whether sub equals none of the claims that it may be the same as."""
    claim = server.edition.audit.claims.get("sub")
    others = [claims.get(name) for name in claim.same_as] if claim else []
    return bool(others) and claims.get("sub") not in others


def _has_secondary_subject(claims: Claims, _request: Request, server: ReferenceServer) -> bool:
    """Whether sub equals one of those claims, but not the first that is present."""
    claim = server.edition.audit.claims["sub"]
    present = [claims[name] for name in claim.same_as if name in claims]
    return claims.get("sub") in present[1:] and claims.get("sub") != present[0]


def _creates_with_read_scope(value: Any, request: Request, _server: ReferenceServer) -> bool:
    """Whether a create comes with scopes for reading only."""
    return (
        is_create(request)
        and isinstance(value, str)
        and all(scope.endswith("read") for scope in value.split())
    )


def _is_of_another_system(claims: Claims, request: Request, server: ReferenceServer) -> bool:
    sender = next(
        (
            request.header(name)
            for name in server.edition.audit.headers.from_
            if request.header(name)
        ),
        None,
    )
    value = str(claims.get("requesting_system", ""))
    return sender is not None and "|" in value and value.rpartition("|")[2] != sender


def _is_not_allowed(name: str) -> Callable[[Any, Request, ReferenceServer], bool]:
    return lambda value, _request, server: value not in server.edition.audit.claims[name].one_of


def _serves(page: str, response: Response) -> Handler:
    """Answers beside the API as a host does that is left open."""

    def handle(request: Request, server: ReferenceServer) -> Response:
        path = urlsplit(request.target).path
        return response if path == f"/{page}" else server.forward(request)

    return handle


def _names_product(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    outcome = response.resource()
    if outcome is None or request.path or response.status != 404:
        return response
    for found in outcome["issue"]:
        found["diagnostics"] = "HAPI-0302: Unknown resource type"
    return response.with_resource(outcome)


FAULTS: list[Fault] = [
    Fault(
        "judges tokens though it is told to ignore them",
        "NDOP-150",
        _refuses_tokens(lambda text, _request, _server: _is_malformed(text)),
        claims=("ignores-token",),
    ),
    Fault("insists on a token", "NDOP-151", _requires_token),
    Fault("takes any text for a token, where none is needed", "NDOP-151", _accepts_malformed_token),
    Fault("needs no token", "NDOP-152", _needs_no_token, claims=("requires-token",)),
    Fault("takes any text for a token", "NDOP-153", _accepts_malformed_token),
    Fault(
        "refuses a token without a signature",
        "NDOP-154",
        _refuses_tokens(lambda text, _request, _server: text.endswith(".")),
    ),
    Fault(
        "refuses a token with a signature",
        "NDOP-154",
        _refuses_tokens(lambda text, _request, _server: not text.endswith(".")),
    ),
    Fault("remembers tokens", "NDOP-155", _refuses_repeated_token),
    Fault("does not miss a claim", "NDOP-156", _ignores_tokens(_lacks_required_claim)),
    Fault("does not miss a claim of the alpha", "NDOP-157", _ignores_tokens(_lacks_required_claim)),
    Fault(
        "takes any issuer", "NDOP-159", _ignores_claim("iss", lambda iss, _r, _s: iss == "no uri")
    ),
    Fault("takes any subject", "NDOP-160", _ignores_tokens(_has_wrong_subject)),
    Fault(
        "takes any of the callers as subject", "NDOP-160", _ignores_tokens(_has_secondary_subject)
    ),
    Fault(
        "refuses the whole reference as subject",
        "NDOP-161",
        _refuses_tokens(
            lambda text, _request, _server: "/" in (_decoded(text) or [{}, {}])[1]["sub"]
        ),
    ),
    Fault("takes any subject beside the actor", "NDOP-161", _ignores_tokens(_has_wrong_subject)),
    Fault(
        "takes any audience",
        "NDOP-162",
        _ignores_claim("aud", _is_not_allowed("aud")),
    ),
    Fault(
        "takes tokens that are past their time",
        "NDOP-163",
        _ignores_claim("exp", lambda exp, _r, _s: isinstance(exp, int) and exp < time.time()),
    ),
    Fault(
        "takes tokens that live long",
        "NDOP-163",
        _ignores_tokens(
            lambda claims, _request, server: (
                isinstance(claims.get("exp"), int)
                and isinstance(claims.get("iat"), int)
                and claims["exp"] - claims["iat"] > (server.edition.audit.lifetime or 0)
            )
        ),
    ),
    Fault(
        "takes any reason",
        "NDOP-164",
        _ignores_claim("reason_for_request", _is_not_allowed("reason_for_request")),
    ),
    Fault(
        "looks for the reason in a list",
        "NDOP-164",
        _ignores_claim("reason_for_request", lambda reason, _r, _s: isinstance(reason, list)),
    ),
    Fault("lets readers write", "NDOP-165", _ignores_claim("scope", _creates_with_read_scope)),
    Fault(
        "takes any scope",
        "NDOP-166",
        _ignores_claim("requested_scopes", lambda scopes, _r, _s: "consent" not in str(scopes)),
    ),
    Fault("takes the token of another system", "NDOP-167", _ignores_tokens(_is_of_another_system)),
    Fault(
        "takes a bare NHS number for the patient",
        "NDOP-168",
        _ignores_claim(
            "requesting_patient", lambda patient, _r, _s: "|" not in str(patient or "|")
        ),
    ),
    Fault(
        "refuses further claims",
        "NDOP-168",
        _refuses_tokens(
            lambda text, _request, _server: "colour" in (_decoded(text) or [{}, {}])[1]
        ),
    ),
    Fault(
        "has the host's test page",
        "NDOP-211",
        _serves("page", Response(200, b"<html></html>", headers=(("Content-Type", "text/html"),))),
    ),
    Fault(
        "lets the host's framework report errors",
        "NDOP-211",
        _serves("error", make_response(500, {"status": 999, "error": "None"})),
    ),
    Fault("names its product beside the API", "NDOP-211", _names_product),
]
