"""Area security-audit: the claims of a token (docs/specification.md, section 7.2)."""

from __future__ import annotations

import pytest

from ndop.conformance.suite.expectations import expect_status
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Claims
from support import CreateWith, RefusesToken, changed, checks_callers, needs_claim


@pytest.mark.requirement("NDOP-156", "NDOP-157")
@checks_callers
@pytest.mark.where(holds=lambda edition: bool(edition.audit.claims))
@pytest.mark.parametrize("null", [False, True], ids=["missing", "null"])
def test_mandatory_claims(
    edition: Edition,
    claims: Claims,
    create_with: CreateWith,
    refuses_token: RefusesToken,
    null: bool,
) -> None:
    """SHALL: a token without one of the mandatory claims, or with null for it, is refused."""
    for name, claim in edition.audit.claims.items():
        if claim.required:
            missing = {other: value for other, value in claims.items() if other != name}
            refuses_token(create_with({**missing, name: None} if null else missing), name)
    expect_status(create_with(claims), 201)


@pytest.mark.requirement("NDOP-158")
@pytest.mark.where(holds=lambda edition: not edition.audit.claims)
def test_no_claims(create_with: CreateWith) -> None:
    """MAY: an empty payload is accepted where the edition asks for no claim."""
    expect_status(create_with({}), 201)


@pytest.mark.requirement("NDOP-159")
@checks_callers
@needs_claim("iss")
@pytest.mark.parametrize("issuer", ["", "no uri", 7])
def test_issuer(
    claims: Claims, create_with: CreateWith, refuses_token: RefusesToken, issuer: object
) -> None:
    """SHALL: iss is a URI."""
    refuses_token(create_with(changed(claims, iss=issuer)), "iss")
    expect_status(create_with(claims), 201)


@pytest.mark.requirement("NDOP-162")
@checks_callers
@needs_claim("aud")
def test_audience(claims: Claims, create_with: CreateWith, refuses_token: RefusesToken) -> None:
    """SHALL: aud is the edition's; any other value, and null, is refused."""
    refuses_token(create_with(changed(claims, aud="https://example.org/token")), "aud")
    refuses_token(create_with(changed(claims, aud=None)), "aud")
    refuses_token(create_with(changed(claims, aud="")), "aud")
    expect_status(create_with(claims), 201)


@pytest.mark.requirement("NDOP-163")
@checks_callers
@needs_claim("exp")
def test_lifetime(claims: Claims, create_with: CreateWith, refuses_token: RefusesToken) -> None:
    """SHALL: a token that has expired, lives too long or has times that are text is refused."""
    refuses_token(create_with(tokens.expired(claims)), "exp")
    refuses_token(create_with(changed(claims, exp=claims["iat"] + 3600)), "exp")
    refuses_token(create_with(changed(claims, iat=str(claims["iat"]))), "iat")
    refuses_token(create_with(changed(claims, exp=str(claims["exp"]))), "exp")
    refuses_token(create_with(changed(claims, iat=claims["iat"] + 0.5)), "iat")
    expect_status(create_with(claims), 201)


@pytest.mark.requirement("NDOP-164")
@checks_callers
@needs_claim("reason_for_request")
def test_reason(claims: Claims, create_with: CreateWith, refuses_token: RefusesToken) -> None:
    """SHALL: reason_for_request is the edition's, and no list with others beside it."""
    both = [claims["reason_for_request"], "curiosity"]
    refuses_token(create_with(changed(claims, reason_for_request=both)), "reason_for_request")
    refuses_token(
        create_with(changed(claims, reason_for_request="curiosity")), "reason_for_request"
    )
    refuses_token(create_with(changed(claims, reason_for_request="")), "reason_for_request")
    expect_status(create_with(claims), 201)


@pytest.mark.requirement("NDOP-168")
@checks_callers
@needs_claim("requesting_patient")
def test_further_claims_are_ignored(claims: Claims, create_with: CreateWith) -> None:
    """SHALL: claims beyond the table are ignored."""
    expect_status(create_with(changed(claims, requesting_organization="?", colour=["blue"])), 201)
