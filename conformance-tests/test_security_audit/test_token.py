"""Area security-audit: the form of a token (docs/specification.md, section 7.2)."""

from __future__ import annotations

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.expectations import expect, expect_status, expect_that
from ndop.consents import Draft
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Claims
from support import HeadersFor, RefusesToken, checks_callers


@pytest.mark.requirement("NDOP-153")
@checks_callers
@pytest.mark.parametrize(
    "value",
    [
        "Basic dXNlcjpwYXNzd29yZA==",
        "Bearer",
        "Bearer e30.e30",
        "Bearer e30.e30.e30.e30",
        "Bearer e30.bm90IGpzb24.",
        "Bearer e30.W10.",
        "Bearer e30.!!!.",
        "Bearer bm90IGpzb24.e30.",
    ],
    ids=["basic", "nothing", "two", "four", "payload-text", "array", "no-base64", "header-text"],
)
def test_what_is_no_token(
    ndop: NdopClient, edition: Edition, consent: Draft, refuses_token: RefusesToken, value: str
) -> None:
    """SHALL: another scheme, or a token that is not three parts of JSON, is refused."""
    refuses_token(ndop.create(consent, **{edition.audit.headers.token[0]: value}))


@pytest.mark.requirement("NDOP-154")
@checks_callers
@pytest.mark.unclaimed("verifies-signatures")
def test_unsecured_token(
    ndop: NdopClient, edition: Edition, consent: Draft, claims: Claims
) -> None:
    """SHALL: a token with alg none that ends in a dot is accepted."""
    text = tokens.unsecured(claims)
    expect_that("the token", text.endswith("."), found=text[-1], expected="a dot at its end")
    headers = {
        **tokens.audit_headers(edition, "create"),
        **tokens.token_header(edition, text),
    }
    expect_status(ndop.create(consent, **headers), 201)


@pytest.mark.requirement("NDOP-154")
@checks_callers
@pytest.mark.unclaimed("verifies-signatures")
@pytest.mark.parametrize("key_type", ["RSA", "EC"])
def test_signatures_are_not_verified(
    ndop: NdopClient, edition: Edition, consent: Draft, claims: Claims, key_type: str
) -> None:
    """SHALL: a token with another alg and a signature is not refused for that."""
    text = tokens.signed(claims, tokens.new_key(key_type))
    headers = {
        **tokens.audit_headers(edition, "create"),
        **tokens.token_header(edition, text),
    }
    expect_status(ndop.create(consent, **headers), 201)


@pytest.mark.requirement("NDOP-155")
def test_every_request_has_its_own_token(credentials: Credentials) -> None:
    """SHALL: the suite makes a new token for every request."""
    names = credentials.edition.audit.headers.token
    sent = [credentials.headers("GET", "metadata")[names[0]] for _ in range(20)]
    expect("number of different tokens", len(set(sent)), len(sent))


@pytest.mark.requirement("NDOP-155")
@pytest.mark.unclaimed("verifies-signatures")
def test_reuse_is_not_checked(
    ndop: NdopClient, edition: Edition, patient: str, claims: Claims, headers_for: HeadersFor
) -> None:
    """SHALL: the server does not check whether a token was sent before."""
    headers = headers_for(claims, interaction="read")
    for _ in range(2):
        reference = {"patient": edition.patient.reference_to(patient)}
        expect_status(ndop.get("Consent", params=reference, headers=headers), 200)
