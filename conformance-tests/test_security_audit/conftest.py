"""Fixtures that send requests with tokens of the test's own."""

from __future__ import annotations

import httpx
import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.expectations import assert_spine_error, expect, expect_that, json_of
from ndop.consents import Draft
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller, Claims
from support import CountConsents, CreateWith, HeadersFor, RefusesToken


@pytest.fixture
def caller(edition: Edition, patient: str) -> Caller:
    """A system that calls for itself or, where tokens name one, for the patient of the test."""
    return Caller(patient=patient if tokens.names_patient(edition) else None)


@pytest.fixture
def claims(edition: Edition, caller: Caller) -> Claims:
    """The claims of a valid token, for the test to change."""
    return tokens.claims(edition, caller)


@pytest.fixture
def headers_for(edition: Edition, credentials: Credentials) -> HeadersFor:
    """Makes audit headers and a token with the given claims.

    `interaction` and `system` are those of the audit headers.
    """

    def headers(
        claims: Claims, interaction: str = "create", system: str = tokens.SYSTEM
    ) -> dict[str, str]:
        return {
            **tokens.audit_headers(edition, interaction, Caller(system=system)),
            **tokens.token_header(edition, tokens.token(claims, credentials.key)),
        }

    return headers


@pytest.fixture
def create_with(ndop: NdopClient, consent: Draft, headers_for: HeadersFor) -> CreateWith:
    """Sends a valid create with a token that has the given claims; options of `headers_for`."""

    def create(claims: Claims, **options: str) -> httpx.Response:
        # POST /Consent
        return ndop.create(consent, **headers_for(claims, **options))

    return create


@pytest.fixture
def refuses_token(edition: Edition, patient: str, count_consents: CountConsents) -> RefusesToken:
    """Asserts that an answer refuses the token and names the claim, and that nothing is stored."""

    def assert_refused(response: httpx.Response, naming: str = "") -> None:
        assert_spine_error(
            edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
        )
        text = " ".join(issue.get("diagnostics", "") for issue in json_of(response)["issue"])
        expect_that("diagnostics", naming in text, found=text, expected=f"{naming} named")
        expect("number of Consents after the refusal", count_consents(patient), 0)

    return assert_refused
