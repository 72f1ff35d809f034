"""Tokens and audit headers of a caller, made from an edition's facts (docs/specification.md,
section 7).

Published tokens are unsecured; one with a key is signed (RFC 7515), for servers that verify.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from joserfc import jwk, jwt
from joserfc.errors import InvalidKeyTypeError, JoseError

from ndop.editions import Edition
from ndop.editions.model import Claim
from ndop.system.errors import TokenError

#: What a token holds, before it becomes text; like a Consent's Draft it may break any rule.
Claims = dict[str, Any]

Key = jwk.RSAKey | jwk.ECKey

#: By the type of the key; each is one of those that the server accepts.
ALGORITHMS = {"RSA": "RS512", "EC": "ES256"}

_ISSUER = "https://ndop-fhir.example"
_CALLED = "999999999999"
_LIFETIME = 300

#: The ASID of the caller who is not named.
SYSTEM = "200000000205"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and for whom.

    `system` is an ASID; `user` an identifier (naming system, pipe, value) or a reference, as
    the edition has it; `patient` an NHS number. `scopes`: None for all that the edition knows.
    """

    system: str = SYSTEM
    user: str | None = None
    patient: str | None = None
    scopes: str | None = None


def claims(edition: Edition, caller: Caller, *, now: int | None = None) -> Claims:
    """Every claim that the edition asks for, and those that the caller fills.

    `now`: seconds since 1970 in UTC, by default the clock's. `jti` makes the token the only
    one of its kind (NDOP-155). Raises TokenError: the edition's token needs a patient.
    """
    issued = int(time.time()) if now is None else now
    made: Claims = {}
    for name, claim in edition.audit.claims.items():
        value = _value(edition, caller, name, claim, issued)
        if value is not None:
            made[name] = value
    for name, claim in edition.audit.claims.items():
        if claim.same_as:
            made[name] = next(made[other] for other in claim.same_as if other in made)
    return {**made, "jti": str(uuid.uuid4())}


def _value(edition: Edition, caller: Caller, name: str, claim: Claim, issued: int) -> Any:
    if claim.form == "seconds":
        return issued if name == "iat" else issued + (edition.audit.lifetime or _LIFETIME)
    if claim.scopes is not None:
        return caller.scopes if caller.scopes is not None else all_scopes(claim)
    if claim.form == "record":
        return _record(edition, caller, name)
    if claim.form == "reference":
        return caller.user or (
            edition.patient.reference_to(caller.patient) if caller.patient else edition.custodian
        )
    if claim.form == "identifier":
        held = {"system": caller.system, "user": caller.user, "patient": caller.patient}
        value = held[claim.names or "user"]
        if value is None or claim.system is None or value.startswith(f"{claim.system}|"):
            return value
        return f"{claim.system}|{value}"
    if claim.form == "uri":
        return _ISSUER
    return claim.one_of[0] if claim.one_of else None


def _record(edition: Edition, caller: Caller, name: str) -> dict[str, Any]:
    if caller.patient is None:
        raise TokenError(
            f"A token of {edition.id} names a patient in the claim {name}: expected an NHS "
            "number (--patient), found none."
        )
    reference = edition.patient.reference_to(caller.patient)
    return {"resourceType": edition.consent.type, "patient": {"reference": reference}}


def names_patient(edition: Edition) -> bool:
    """Whether every token of the edition names the patient that it is for (NDOP-169)."""
    return any(claim.form == "record" and claim.required for claim in edition.audit.claims.values())


def all_scopes(claim: Claim) -> str:
    """The first scope for each access, once each."""
    assert claim.scopes is not None
    return " ".join(dict.fromkeys(scopes[0] for scopes in claim.scopes.values()))


def expired(made: Claims) -> Claims:
    """The same token, ten minutes after its time."""
    return {
        name: value - 2 * _LIFETIME if name in ("iat", "exp") else value
        for name, value in made.items()
    }


def broken(edition: Edition, made: Claims, name: str) -> Claims:
    """The same token with one claim of a wrong form. Raises TokenError: no such claim."""
    table = edition.audit.claims
    if name not in table:
        raise TokenError(
            f"Expected a claim of {edition.id} ({', '.join(table) or 'it has none'}); "
            f"found {name!r}."
        )
    return {**made, name: "broken" if table[name].form == "seconds" else 0}


def unsecured(made: Claims) -> str:
    """The token as published: alg none, an empty signature, a dot at its end (NDOP-154)."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(made)}."


def signed(made: Claims, key: Key) -> str:
    """The token with a signature, RS512 or ES256 by the type of the key."""
    header = {"alg": ALGORITHMS[key.key_type], "typ": "JWT", "kid": key_id(key)}
    return jwt.encode(header, made, key, algorithms=list(ALGORITHMS.values()))


def token(made: Claims, key: Key | None) -> str:
    """The token as text, signed where there is a key."""
    return unsecured(made) if key is None else signed(made, key)


def read_key(file: Path) -> Key:
    """A private key in JSON (a JWK) or PEM. Raises TokenError: it cannot be used to sign."""
    try:
        text = file.read_text(encoding="utf-8")
        key = _from_jwk(json.loads(text)) if text.lstrip().startswith("{") else _from_pem(text)
    except (OSError, ValueError, JoseError) as error:
        raise TokenError(f"{file}: expected a private key as JWK or PEM ({error})") from error
    if not key.is_private:
        raise TokenError(f"{file}: expected a private key, found a public one")
    if isinstance(key, jwk.ECKey) and key.curve_name != "P-256":
        raise TokenError(f"{file}: expected the curve P-256, found {key.curve_name}")
    return key


def _from_jwk(data: dict[str, Any]) -> Key:
    if data.get("kty") not in ALGORITHMS:
        raise ValueError(f"the type is {data.get('kty')}, not RSA or EC")
    return jwk.RSAKey.import_key(data) if data["kty"] == "RSA" else jwk.ECKey.import_key(data)


def _from_pem(text: str) -> Key:
    try:
        return jwk.RSAKey.import_key(text)
    except InvalidKeyTypeError:
        return jwk.ECKey.import_key(text)


def new_key(key_type: str) -> Key:
    """A new private key, RSA (3072 bits) or EC (P-256). Raises KeyError for another type."""
    made: dict[str, Any] = {
        "RSA": lambda: jwk.RSAKey.generate_key(3072),
        "EC": lambda: jwk.ECKey.generate_key("P-256"),
    }
    key = cast("Key", made[key_type]())
    key.ensure_kid()
    return key


def key_id(key: Key) -> str:
    """The key's own id, or its thumbprint (RFC 7638)."""
    return key.kid or key.thumbprint()


def public_keys(keys: Sequence[Key]) -> dict[str, Any]:
    """The public halves as a JWK set, as a server reads it."""
    return {
        "keys": [
            {
                **key.as_dict(private=False),
                "kid": key_id(key),
                "alg": ALGORITHMS[key.key_type],
                "use": "sig",
            }
            for key in keys
        ]
    }


def audit_headers(
    edition: Edition, interaction: str, caller: Caller | None = None
) -> dict[str, str]:
    """The headers beside the token, under the edition's own names.

    `interaction` is FHIR's code, such as create, or capabilities.
    """
    names, ids = edition.audit.headers, edition.audit.interaction_ids
    service = ids.service if ids else "urn:nhs:names:services:"
    capabilities = ids.capabilities if ids else f"{service}fhir:rest:read:metadata"
    return {
        names.trace[0]: str(uuid.uuid4()),
        names.from_[0]: (caller or Caller()).system,
        names.to[0]: _CALLED,
        names.interaction[0]: capabilities
        if interaction == "capabilities"
        else f"{service}fhir:rest:{interaction}:consent",
    }


def token_header(edition: Edition, text: str) -> dict[str, str]:
    """The header that carries a token."""
    return {edition.audit.headers.token[0]: f"Bearer {text}"}


def _part(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()
