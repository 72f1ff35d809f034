"""Access tokens and audit headers of a caller, built from the facts of an edition
(docs/specification.md, section 7).

As published, tokens are unsecured JWTs (RFC 7519, section 6); with a key they are signed
(RFC 7515), for servers that verify signatures.
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

#: The claims of a token before it is encoded; like a Draft of a Consent they may break any rule.
Claims = dict[str, Any]

Key = jwk.RSAKey | jwk.ECKey

#: The signature algorithm for each type of key; the server accepts them all.
ALGORITHMS = {"RSA": "RS512", "EC": "ES256"}

#: The issuer of the tokens that are made here, and of the keys that sign them.
ISSUER = "https://ndop-fhir.example"

_RECIPIENT = "999999999999"
_LIFETIME_SECONDS = 300

#: The ASID of a caller that does not say which system it is.
SYSTEM = "200000000205"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and on whose behalf.

    `system` is an ASID; `user` an identifier (naming system, pipe, value) or a reference,
    whichever the edition expects; `patient` an NHS number; `scopes` None for all of the edition's;
    `issuer` the URI of the system that issues the token.
    """

    system: str = SYSTEM
    user: str | None = None
    patient: str | None = None
    scopes: str | None = None
    issuer: str = ISSUER


def claims(edition: Edition, caller: Caller, *, now: int | None = None) -> Claims:
    """All claims that the edition requires, and the optional ones for which the caller has values;
    in every edition those that a server that verifies signatures requires.

    `now` is in seconds since the epoch, by default the current time. A random `jti` makes the
    token unique (NDOP-155). Raises TokenError: the edition's tokens require a patient.
    """
    issued = int(time.time()) if now is None else now
    values: Claims = {"iss": caller.issuer, "iat": issued, "exp": issued + _LIFETIME_SECONDS}
    for name, claim in edition.audit.claims.items():
        value = _value(edition, caller, name, claim, issued)
        if value is not None:
            values[name] = value
    for name, claim in edition.audit.claims.items():
        if claim.same_as:
            values[name] = next(values[other] for other in claim.same_as if other in values)
    return {**values, "jti": str(uuid.uuid4())}


def _value(edition: Edition, caller: Caller, name: str, claim: Claim, issued: int) -> Any:
    if claim.form == "seconds":
        return issued if name == "iat" else issued + (edition.audit.lifetime or _LIFETIME_SECONDS)
    if claim.scopes is not None:
        return caller.scopes if caller.scopes is not None else all_scopes(claim)
    if claim.form == "record":
        return _requested_record(edition, caller, name)
    if claim.form == "reference":
        return caller.user or (
            edition.patient.reference_to(caller.patient) if caller.patient else edition.custodian
        )
    if claim.form == "identifier":
        identifiers = {"system": caller.system, "user": caller.user, "patient": caller.patient}
        value = identifiers[claim.names or "user"]
        if value is None or claim.system is None or value.startswith(f"{claim.system}|"):
            return value
        return f"{claim.system}|{value}"
    if claim.form == "uri":
        return caller.issuer
    return claim.one_of[0] if claim.one_of else None


def _requested_record(edition: Edition, caller: Caller, name: str) -> dict[str, Any]:
    if caller.patient is None:
        raise TokenError(
            f"A token of {edition.id} names a patient in the claim {name}: expected an NHS "
            "number (--patient), found none."
        )
    reference = edition.patient.reference_to(caller.patient)
    return {"resourceType": edition.consent.type, "patient": {"reference": reference}}


def names_patient(edition: Edition) -> bool:
    """Whether every token of the edition has to name its patient (NDOP-169)."""
    return any(claim.form == "record" and claim.required for claim in edition.audit.claims.values())


def all_scopes(claim: Claim) -> str:
    """One scope for each kind of access, without repetitions."""
    assert claim.scopes is not None
    return " ".join(dict.fromkeys(scopes[0] for scopes in claim.scopes.values()))


def expired(payload: Claims) -> Claims:
    """The claims of a token that has expired: the same, with times ten minutes earlier."""
    return {
        name: value - 2 * _LIFETIME_SECONDS if name in ("iat", "exp") else value
        for name, value in payload.items()
    }


def broken(edition: Edition, payload: Claims, name: str) -> Claims:
    """The claims with one of them in a wrong form. Raises TokenError: no such claim."""
    known = edition.audit.claims
    if name not in known:
        raise TokenError(
            f"Expected a claim of {edition.id} ({', '.join(known) or 'it has none'}); "
            f"found {name!r}."
        )
    return {**payload, name: "broken" if known[name].form == "seconds" else 0}


def unsecured(payload: Claims) -> str:
    """An unsecured token as published: alg none and an empty signature (NDOP-154)."""
    return f"{_encode_part({'alg': 'none', 'typ': 'JWT'})}.{_encode_part(payload)}."


def signed(payload: Claims, key: Key) -> str:
    """A signed token, by RS512 or ES256 according to the type of the key."""
    header = {"alg": ALGORITHMS[key.key_type], "typ": "JWT", "kid": key_id(key)}
    return jwt.encode(header, payload, key, algorithms=list(ALGORITHMS.values()))


def token(payload: Claims, key: Key | None) -> str:
    """The encoded token, signed if there is a key."""
    return unsecured(payload) if key is None else signed(payload, key)


def read_key(file: Path) -> Key:
    """Read a private key, as JWK or PEM. Raises TokenError: it cannot be used to sign."""
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
    """Generate a private key, RSA (3072 bits) or EC (P-256). Raises KeyError for another type."""
    generators: dict[str, Any] = {
        "RSA": lambda: jwk.RSAKey.generate_key(3072),
        "EC": lambda: jwk.ECKey.generate_key("P-256"),
    }
    key = cast("Key", generators[key_type]())
    key.ensure_kid()
    return key


def key_id(key: Key) -> str:
    """The key's `kid`, or its thumbprint if it has none (RFC 7638)."""
    return key.kid or key.thumbprint()


def public_keys(keys: Sequence[Key], issuer: str = ISSUER) -> dict[str, Any]:
    """The public keys as a JWK set, for a server to verify signatures of the issuer's tokens with.

    Each key says in the member `iss` whose it is.
    """
    return {
        "keys": [
            {
                **key.as_dict(private=False),
                "kid": key_id(key),
                "alg": ALGORITHMS[key.key_type],
                "use": "sig",
                "iss": issuer,
            }
            for key in keys
        ]
    }


def audit_headers(
    edition: Edition, interaction: str, caller: Caller | None = None
) -> dict[str, str]:
    """The audit headers besides the token, under the names that the edition gives them.

    `interaction` is a code of FHIR, such as create or capabilities.
    """
    names, ids = edition.audit.headers, edition.audit.interaction_ids
    service = ids.service if ids else "urn:nhs:names:services:"
    capabilities = ids.capabilities if ids else f"{service}fhir:rest:read:metadata"
    return {
        names.trace[0]: str(uuid.uuid4()),
        names.from_[0]: (caller or Caller()).system,
        names.to[0]: _RECIPIENT,
        names.interaction[0]: capabilities
        if interaction == "capabilities"
        else f"{service}fhir:rest:{interaction}:consent",
    }


def token_header(edition: Edition, text: str) -> dict[str, str]:
    """The header that carries a token, as a bearer token."""
    return {edition.audit.headers.token[0]: f"Bearer {text}"}


def _encode_part(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()
