"""Faults of who calls: tokens and their claims (NDOP-150 to NDOP-168)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from ndop.assurance.mutation.messages import Answer, Request
from ndop.assurance.mutation.model import Fault, Filter, ReferenceServer, creates

Claims = dict[str, Any]
#: Whether the claims of a token are such as a fault takes.
When = Callable[[Claims, Request, ReferenceServer], bool]


def _token(request: Request, sound: ReferenceServer) -> str | None:
    names = sound.edition.audit.headers.token
    return next((value for name in names if (value := request.header(name)) is not None), None)


def _parts(text: str) -> list[Claims] | None:
    """Header and payload of a token; None where it is none."""
    parts = text.removeprefix("Bearer ").split(".")[:2]
    try:
        read = [
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts
        ]
    except ValueError:
        return None
    return read if len(read) == 2 and all(isinstance(one, dict) for one in read) else None


def _without_token(request: Request, sound: ReferenceServer) -> Request:
    return request.without_header(*sound.edition.audit.headers.token)


def _ignores(when: When) -> Filter:
    """Does not judge some tokens: the sound server does not see them."""

    def ignore(request: Request, sound: ReferenceServer) -> Answer:
        text = _token(request, sound)
        parts = _parts(text) if text else None
        if parts is not None and when(parts[1], request, sound):
            return sound.ask(_without_token(request, sound))
        return sound.ask(request)

    return ignore


def _refuses(when: Callable[[str, Request, ReferenceServer], bool]) -> Filter:
    """Refuses some tokens that have to be accepted."""

    def refuse(request: Request, sound: ReferenceServer) -> Answer:
        text = _token(request, sound)
        if text is not None and when(text, request, sound):
            return sound.outcome("invalid-token")
        return sound.ask(request)

    return refuse


def _claim(name: str, when: Callable[[Any, Request, ReferenceServer], bool]) -> Filter:
    return _ignores(lambda claims, request, sound: when(claims.get(name), request, sound))


def _is_unreadable(text: str) -> bool:
    return _parts(text) is None


def _takes_any_text(request: Request, sound: ReferenceServer) -> Answer:
    text = _token(request, sound)
    unreadable = text is not None and _is_unreadable(text)
    return sound.ask(_without_token(request, sound) if unreadable else request)


def _needs_no_token(request: Request, sound: ReferenceServer) -> Answer:
    answer = sound.ask(request)
    if answer.refuses and _token(request, sound) is None:
        return Answer(201 if creates(request) else 200)
    return answer


def _needs_a_token(request: Request, sound: ReferenceServer) -> Answer:
    if _token(request, sound) is None:
        return sound.outcome("invalid-token")
    return sound.ask(request)


def _remembers(request: Request, sound: ReferenceServer) -> Answer:
    text = _token(request, sound)
    if text is not None and text in sound.memory:
        return sound.outcome("invalid-token")
    if text is not None:
        sound.memory[text] = True
    return sound.ask(request)


def _misses_a_claim(claims: Claims, _request: Request, sound: ReferenceServer) -> bool:
    return any(
        claim.required and name not in claims for name, claim in sound.edition.audit.claims.items()
    )


def _is_about_another(claims: Claims, _request: Request, sound: ReferenceServer) -> bool:
    """Whether sub is none of the claims that it has to equal."""
    claim = sound.edition.audit.claims.get("sub")
    others = [claims.get(name) for name in claim.same_as] if claim else []
    return bool(others) and claims.get("sub") not in others


def _is_not_first(claims: Claims, _request: Request, sound: ReferenceServer) -> bool:
    """Whether sub is one of those claims, but not the one that counts."""
    claim = sound.edition.audit.claims["sub"]
    there = [claims[name] for name in claim.same_as if name in claims]
    return claims.get("sub") in there[1:] and claims.get("sub") != there[0]


def _lacks_scope(value: Any, request: Request, _reference: ReferenceServer) -> bool:
    """A scope that is for reading only, on a create."""
    return (
        creates(request)
        and isinstance(value, str)
        and all(scope.endswith("read") for scope in value.split())
    )


def _is_of_another_system(claims: Claims, request: Request, sound: ReferenceServer) -> bool:
    sender = next(
        (
            request.header(name)
            for name in sound.edition.audit.headers.from_
            if request.header(name)
        ),
        None,
    )
    value = str(claims.get("requesting_system", ""))
    return sender is not None and "|" in value and value.rpartition("|")[2] != sender


def _is_one_of(name: str) -> Callable[[Any, Request, ReferenceServer], bool]:
    return lambda value, _request, sound: value not in sound.edition.audit.claims[name].one_of


FAULTS: list[Fault] = [
    Fault(
        "judges tokens though it is told to ignore them",
        "NDOP-150",
        _refuses(lambda text, _request, _sound: _is_unreadable(text)),
        claims=("ignores-token",),
    ),
    Fault("insists on a token", "NDOP-151", _needs_a_token),
    Fault("takes any text for a token, where none is needed", "NDOP-151", _takes_any_text),
    Fault("needs no token", "NDOP-152", _needs_no_token, claims=("requires-token",)),
    Fault("takes any text for a token", "NDOP-153", _takes_any_text),
    Fault(
        "refuses a token without a signature",
        "NDOP-154",
        _refuses(lambda text, _request, _sound: text.endswith(".")),
    ),
    Fault(
        "refuses a token with a signature",
        "NDOP-154",
        _refuses(lambda text, _request, _sound: not text.endswith(".")),
    ),
    Fault("remembers tokens", "NDOP-155", _remembers),
    Fault("does not miss a claim", "NDOP-156", _ignores(_misses_a_claim)),
    Fault("does not miss a claim of the alpha", "NDOP-157", _ignores(_misses_a_claim)),
    Fault("takes any issuer", "NDOP-159", _claim("iss", lambda iss, _r, _s: iss == "no uri")),
    Fault("takes any subject", "NDOP-160", _ignores(_is_about_another)),
    Fault("takes any of the callers as subject", "NDOP-160", _ignores(_is_not_first)),
    Fault(
        "refuses the whole reference as subject",
        "NDOP-161",
        _refuses(lambda text, _request, _sound: "/" in (_parts(text) or [{}, {}])[1]["sub"]),
    ),
    Fault("takes any subject beside the actor", "NDOP-161", _ignores(_is_about_another)),
    Fault(
        "takes any audience",
        "NDOP-162",
        _claim("aud", _is_one_of("aud")),
    ),
    Fault(
        "takes tokens that are past their time",
        "NDOP-163",
        _claim("exp", lambda exp, _r, _s: isinstance(exp, int) and exp < time.time()),
    ),
    Fault(
        "takes tokens that live long",
        "NDOP-163",
        _ignores(
            lambda claims, _request, sound: (
                isinstance(claims.get("exp"), int)
                and isinstance(claims.get("iat"), int)
                and claims["exp"] - claims["iat"] > (sound.edition.audit.lifetime or 0)
            )
        ),
    ),
    Fault(
        "takes any reason",
        "NDOP-164",
        _claim("reason_for_request", _is_one_of("reason_for_request")),
    ),
    Fault("lets readers write", "NDOP-165", _claim("scope", _lacks_scope)),
    Fault(
        "takes any scope",
        "NDOP-166",
        _claim("requested_scopes", lambda scopes, _r, _s: "consent" not in str(scopes)),
    ),
    Fault("takes the token of another system", "NDOP-167", _ignores(_is_of_another_system)),
    Fault(
        "takes a bare NHS number for the patient",
        "NDOP-168",
        _claim("requesting_patient", lambda patient, _r, _s: "|" not in str(patient or "|")),
    ),
    Fault(
        "refuses further claims",
        "NDOP-168",
        _refuses(lambda text, _request, _sound: "colour" in (_parts(text) or [{}, {}])[1]),
    ),
]
