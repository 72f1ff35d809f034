"""Area security-audit: who calls, by its token (docs/specification.md, sections 7.1 and 7.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_status,
    expect_that,
    json_of,
    resource_of,
)
from ndop.consents import Draft, draft
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller, Claims

Store = Callable[[Draft], dict[str, Any]]
NewPatient = Callable[[], str]

#: Sends a valid create with claims of the test's own.
Ask = Callable[..., httpx.Response]

heeds_tokens = pytest.mark.unclaimed("ignores-token")
has_claims = pytest.mark.where(holds=lambda edition: bool(edition.audit.claims))


def with_claim(name: str) -> pytest.MarkDecorator:
    return pytest.mark.where(holds=lambda edition: name in edition.audit.claims)


@pytest.fixture
def caller(edition: Edition, patient: str) -> Caller:
    """A system that calls for itself or, where tokens name one, for the patient of the test."""
    return Caller(patient=patient if tokens.names_patient(edition) else None)


@pytest.fixture
def claims(edition: Edition, caller: Caller) -> Claims:
    """The claims of a valid token, for the test to change."""
    return tokens.claims(edition, caller)


@pytest.fixture
def say(edition: Edition, credentials: Credentials) -> Callable[..., dict[str, str]]:
    """Headers with a token of the given claims; `interaction` and `system` as of tokens."""

    def headers(
        made: Claims, interaction: str = "create", system: str = tokens.SYSTEM
    ) -> dict[str, str]:
        return {
            **tokens.audit_headers(edition, interaction, Caller(system=system)),
            **tokens.token_header(edition, tokens.token(made, credentials.key)),
        }

    return headers


@pytest.fixture
def ask(ndop: NdopClient, consent: Draft, say: Callable[..., dict[str, str]]) -> Ask:
    def send(made: Claims, **options: str) -> httpx.Response:
        return ndop.create(consent, **say(made, **options))

    return send


@pytest.fixture
def refused(edition: Edition, patient: str, total: Callable[[str], int]) -> Callable[..., None]:
    """Insists that a token is refused, that the answer names the claim, and nothing is stored."""

    def insist(response: httpx.Response, naming: str = "") -> None:
        assert_spine_error(
            edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
        )
        told = " ".join(issue.get("diagnostics", "") for issue in json_of(response)["issue"])
        expect_that("diagnostics", naming in told, f"{naming} named", told)
        expect("number of Consents after the refusal", total(patient), 0)

    return insist


def changed(claims: Claims, **values: Any) -> Claims:
    return {**claims, **values}


# Modes


@pytest.mark.requirement("NDOP-150")
@pytest.mark.claim("ignores-token")
def test_off_ignores_headers(
    ndop: NdopClient, edition: Edition, consent: Draft, total: Callable[[str], int], patient: str
) -> None:
    """SHALL: in mode off broken headers and tokens are ignored."""
    names = edition.audit.headers
    broken = {names.token[0]: "Bearer x", names.trace[0]: "123", names.interaction[0]: "?"}
    expect_status(ndop.create(consent, **broken), 201)
    expect("number of Consents", total(patient), 1)


@pytest.mark.requirement("NDOP-151")
@pytest.mark.unclaimed("requires-token")
def test_without_headers(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: a request without audit headers and token is accepted unless they are required."""
    current = stored(consent)
    expect_status(ndop.get(f"Consent/{current['id']}"), 200)
    expect_status(ndop.get("metadata"), 200)


@pytest.mark.requirement("NDOP-151")
@heeds_tokens
def test_what_is_sent_is_judged(
    ndop: NdopClient, edition: Edition, consent: Draft, refused: Callable[..., None]
) -> None:
    """SHALL: a broken token is refused also where none is required."""
    refused(ndop.create(consent, **{edition.audit.headers.token[0]: "Bearer x"}))


@pytest.mark.requirement("NDOP-152")
@pytest.mark.claim("requires-token")
def test_required(
    ndop: NdopClient,
    edition: Edition,
    consent: Draft,
    refused: Callable[..., None],
    stored: Store,
    new_patient: NewPatient,
) -> None:
    """SHALL: in mode required no interaction is answered without a token."""
    names = edition.audit.headers.token
    absent: dict[str, str | None] = dict.fromkeys(names)
    refused(ndop.create(consent, **absent), "Authorisation header must be supplied")
    current = stored(draft(edition, new_patient()))
    address = f"Consent/{current['id']}"
    for response in (
        ndop.get(address, headers=absent),
        ndop.get(f"{address}/_history", headers=absent),
        ndop.get(f"{address}/_history/{current['meta']['versionId']}", headers=absent),
        ndop.get("Consent", params={"patient": current["patient"]["reference"]}, headers=absent),
        ndop.get(
            "Consent/_history",
            params={"patient": current["patient"]["reference"]},
            headers=absent,
        ),
        ndop.update(current, current["id"], **absent),
        ndop.get("metadata", headers=absent),
    ):
        assert_spine_error(
            edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
        )
    expect("the Consent", resource_of(ndop.get(address), "Consent"), current)


# The token as text


@pytest.mark.requirement("NDOP-153")
@heeds_tokens
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
    ndop: NdopClient, edition: Edition, consent: Draft, refused: Callable[..., None], value: str
) -> None:
    """SHALL: another scheme, and what is not three parts of JSON, is refused."""
    refused(ndop.create(consent, **{edition.audit.headers.token[0]: value}))


@pytest.mark.requirement("NDOP-154")
@heeds_tokens
@pytest.mark.unclaimed("verifies-signatures")
def test_unsecured_token(
    ndop: NdopClient, edition: Edition, consent: Draft, claims: Claims
) -> None:
    """SHALL: a token with alg none that ends in a dot is accepted."""
    text = tokens.unsecured(claims)
    expect_that("the token", text.endswith("."), "a dot at its end", text[-1])
    headers = {
        **tokens.audit_headers(edition, "create"),
        **tokens.token_header(edition, text),
    }
    expect_status(ndop.create(consent, **headers), 201)


@pytest.mark.requirement("NDOP-154")
@heeds_tokens
@pytest.mark.unclaimed("verifies-signatures")
@pytest.mark.parametrize("key_type", ["RSA", "EC"])
def test_signatures_are_not_verified(
    ndop: NdopClient, edition: Edition, consent: Draft, claims: Claims, key_type: str
) -> None:
    """SHALL: another alg and a signature are no reason to refuse."""
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
    ndop: NdopClient, edition: Edition, patient: str, claims: Claims, say: Callable[..., Any]
) -> None:
    """SHALL: the server does not check whether a token was sent before."""
    headers = say(claims, interaction="read")
    for _ in range(2):
        reference = {"patient": edition.patient.reference_to(patient)}
        expect_status(ndop.get("Consent", params=reference, headers=headers), 200)


# Claims


@pytest.mark.requirement("NDOP-156", "NDOP-157")
@heeds_tokens
@has_claims
@pytest.mark.parametrize("null", [False, True], ids=["missing", "null"])
def test_mandatory_claims(
    edition: Edition, claims: Claims, ask: Ask, refused: Callable[..., None], null: bool
) -> None:
    """SHALL: a token without one of the mandatory claims, or with null for it, is refused."""
    for name, claim in edition.audit.claims.items():
        if claim.required:
            missing = {other: value for other, value in claims.items() if other != name}
            refused(ask({**missing, name: None} if null else missing), name)
    expect_status(ask(claims), 201)


@pytest.mark.requirement("NDOP-158")
@pytest.mark.where(holds=lambda edition: not edition.audit.claims)
def test_no_claims(ask: Ask) -> None:
    """MAY: an empty payload is accepted where the edition asks for no claim."""
    expect_status(ask({}), 201)


@pytest.mark.requirement("NDOP-159")
@heeds_tokens
@with_claim("iss")
@pytest.mark.parametrize("issuer", ["", "no uri", 7])
def test_issuer(claims: Claims, ask: Ask, refused: Callable[..., None], issuer: object) -> None:
    """SHALL: iss is a URI."""
    refused(ask(changed(claims, iss=issuer)), "iss")
    expect_status(ask(claims), 201)


USER = "https://fhir.nhs.uk/Id/sds-role-profile-id|4387293874928"


@pytest.mark.requirement("NDOP-160", "NDOP-168")
@heeds_tokens
@with_claim("requesting_patient")
@pytest.mark.parametrize("for_patient", [False, True])
@pytest.mark.parametrize("user", [None, USER])
def test_subject(
    edition: Edition,
    patient: str,
    ask: Ask,
    refused: Callable[..., None],
    for_patient: bool,
    user: str | None,
) -> None:
    """SHALL: sub is the user, else the patient, else the system."""
    acting = Caller(user=user, patient=patient if for_patient else None)
    claims = tokens.claims(edition, acting)
    order = ["requesting_user", "requesting_patient", "requesting_system"]
    present = [name for name in order if name in claims]
    expect("sub of the suite's token", claims["sub"], claims[present[0]])
    for other in present[1:]:
        refused(ask(changed(claims, sub=claims[other])), "sub")
    refused(ask(changed(claims, sub="somebody else")), "sub")
    expect_status(ask(claims), 201)


@pytest.mark.requirement("NDOP-161")
@heeds_tokens
@with_claim("requesting_actor")
def test_subject_is_the_actor(
    edition: Edition, caller: Caller, ask: Ask, refused: Callable[..., None]
) -> None:
    """SHALL: sub is requesting_actor or its last segment."""
    actor = "https://example.nhs.uk/Practitioner/4387"
    claims = tokens.claims(edition, replace(caller, user=actor))
    refused(ask(changed(claims, sub="https://example.nhs.uk/Practitioner/4388")), "sub")
    refused(ask(changed(claims, sub="4388")), "sub")
    refused(ask(changed(claims, sub="387")), "sub")
    expect_status(ask(changed(claims, sub="4387")), 201)


@pytest.mark.requirement("NDOP-161")
@heeds_tokens
@with_claim("requesting_actor")
def test_subject_as_the_whole_reference(ask: Ask, claims: Claims) -> None:
    """SHALL: sub is the whole reference of requesting_actor."""
    expect("sub of the suite's token", claims["sub"], claims["requesting_actor"])
    expect_status(ask(claims), 201)


@pytest.mark.requirement("NDOP-162")
@heeds_tokens
@with_claim("aud")
def test_audience(claims: Claims, ask: Ask, refused: Callable[..., None]) -> None:
    """SHALL: aud is the edition's; another one and null are refused."""
    refused(ask(changed(claims, aud="https://example.org/token")), "aud")
    refused(ask(changed(claims, aud=None)), "aud")
    refused(ask(changed(claims, aud="")), "aud")
    expect_status(ask(claims), 201)


@pytest.mark.requirement("NDOP-163")
@heeds_tokens
@with_claim("exp")
def test_lifetime(claims: Claims, ask: Ask, refused: Callable[..., None]) -> None:
    """SHALL: a token past its time, living too long, or with times that are texts is refused."""
    refused(ask(tokens.expired(claims)), "exp")
    refused(ask(changed(claims, exp=claims["iat"] + 3600)), "exp")
    refused(ask(changed(claims, iat=str(claims["iat"]))), "iat")
    refused(ask(changed(claims, exp=str(claims["exp"]))), "exp")
    refused(ask(changed(claims, iat=claims["iat"] + 0.5)), "iat")
    expect_status(ask(claims), 201)


@pytest.mark.requirement("NDOP-164")
@heeds_tokens
@with_claim("reason_for_request")
def test_reason(claims: Claims, ask: Ask, refused: Callable[..., None]) -> None:
    """SHALL: reason_for_request is the edition's."""
    refused(ask(changed(claims, reason_for_request="curiosity")), "reason_for_request")
    refused(ask(changed(claims, reason_for_request="")), "reason_for_request")
    expect_status(ask(claims), 201)


@pytest.mark.requirement("NDOP-165")
@heeds_tokens
@with_claim("scope")
@pytest.mark.parametrize(
    ("reading", "writing"),
    [
        ("patient/consent.read", "patient/consent.write"),
        ("consent/*.read", "consent/*.create consent/*.update"),
    ],
    ids=["patient", "consent"],
)
def test_scope(
    ndop: NdopClient,
    edition: Edition,
    patient: str,
    caller: Caller,
    ask: Ask,
    say: Callable[..., dict[str, str]],
    refused: Callable[..., None],
    reading: str,
    writing: str,
) -> None:
    """SHALL: scope covers the interaction, in both published forms."""

    def reads() -> Claims:
        return tokens.claims(edition, replace(caller, scopes=reading))

    def writes() -> Claims:
        return tokens.claims(edition, replace(caller, scopes=writing))

    refused(ask(reads()), "scope")
    refused(ask(changed(writes(), scope="patient/observation.write")), "scope")
    created = ask(writes())
    expect_status(created, 201)
    consent_id = created.headers["location"].split("/Consent/")[1].split("/")[0]
    address = f"Consent/{consent_id}"
    reference = {"patient": edition.patient.reference_to(patient)}
    for path, params in (
        (address, None),
        (f"{address}/_history", None),
        ("Consent", reference),
        ("Consent/_history", reference),
    ):
        allowed = ndop.get(path, params=params, headers=say(reads(), interaction="read"))
        expect_status(allowed, 200)
        response = ndop.get(path, params=params, headers=say(writes(), interaction="read"))
        assert_spine_error(
            edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
        )
    current = resource_of(ndop.get(address, headers=say(reads(), interaction="read")), "Consent")
    response = ndop.update(current, current["id"], **say(reads(), interaction="update"))
    assert_spine_error(
        edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
    )
    expect_status(ndop.update(current, current["id"], **say(writes(), interaction="update")), 200)


@pytest.mark.requirement("NDOP-166")
@heeds_tokens
@with_claim("requested_scopes")
@pytest.mark.parametrize("scopes", ["consent/*.read", "consent.read", "consent/*.write"])
def test_requested_scopes(
    claims: Claims, ask: Ask, refused: Callable[..., None], scopes: str
) -> None:
    """SHALL: any scope of consent will do, also for a write; another will not."""
    refused(ask(changed(claims, requested_scopes="patient/*.read")), "requested_scopes")
    expect_status(ask(changed(claims, requested_scopes=scopes)), 201)


@pytest.mark.requirement("NDOP-167")
@heeds_tokens
@with_claim("requesting_system")
def test_requesting_system(claims: Claims, ask: Ask, refused: Callable[..., None]) -> None:
    """SHALL: requesting_system has its naming system, and is the system of the header."""
    for value in (
        tokens.SYSTEM,
        f"https://example.nhs.uk/Id/system|{tokens.SYSTEM}",
        claims["requesting_system"].replace("|", "/"),
        claims["requesting_system"].partition("|")[0] + "|",
    ):
        refused(ask(changed(claims, requesting_system=value, sub=value)), "requesting_system")
    refused(ask(claims, system="200000000206"), "requesting_system")
    expect_status(ask(claims), 201)


@pytest.mark.requirement("NDOP-168")
@heeds_tokens
@with_claim("requesting_patient")
def test_malformed_patient_and_user(
    claims: Claims, patient: str, ask: Ask, refused: Callable[..., None]
) -> None:
    """SHALL: requesting_patient and requesting_user have a naming system and a pipe."""
    for name, values in {
        "requesting_user": ["4387293874928", "https://fhir.nhs.uk/Id/sds-role-profile-id|"],
        "requesting_patient": [
            patient,
            f"http://fhir.nhs.net/Id/nhs-number|{patient[:-1]}",
            f"https://example.nhs.uk/Id/nhs-number|{patient}",
        ],
    }.items():
        for value in values:
            refused(ask(changed(claims, sub=value, **{name: value})), name)


@pytest.mark.requirement("NDOP-168")
@heeds_tokens
@with_claim("requesting_patient")
def test_further_claims_are_ignored(claims: Claims, ask: Ask) -> None:
    """SHALL: claims beyond the table are ignored."""
    expect_status(ask(changed(claims, requesting_organization="?", colour=["blue"])), 201)


@pytest.mark.requirement("NDOP-169")
@heeds_tokens
@with_claim("requested_record")
def test_requested_record(
    ndop: NdopClient,
    edition: Edition,
    patient: str,
    consent: Draft,
    claims: Claims,
    ask: Ask,
    say: Callable[..., dict[str, str]],
    stored: Store,
    new_patient: NewPatient,
    total: Callable[[str], int],
) -> None:
    """SHOULD: requested_record is a Consent of the patient that the request is about."""
    other = tokens.claims(edition, Caller(patient=new_patient()))
    expect_status(ask(changed(claims, requested_record={"resourceType": "Patient"})), 400)
    expect_status(ask(changed(claims, requested_record="Consent")), 400)
    response = ask(other)
    assert_spine_error(
        edition, response, status=400, issue="invalid", code="MISSING_OR_INVALID_HEADER"
    )
    expect("number of Consents after the refusals", total(patient), 0)
    current = stored(consent)
    reference = {"patient": edition.patient.reference_to(patient)}
    for path in ("Consent", "Consent/_history"):
        response = ndop.get(path, params=reference, headers=say(other, interaction="read"))
        assert_spine_error(
            edition, response, status=400, issue="invalid", code="MISSING_OR_INVALID_HEADER"
        )
        expect_status(ndop.get(path, params=reference, headers=say(claims)), 200)
    response = ndop.get(f"Consent/{current['id']}", headers=say(other, interaction="read"))
    assert_spine_error(edition, response, status=(400, 404))
