"""Area security-audit: what a token allows, and for whom (docs/specification.md, section 7.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    consent_id_of,
    expect,
    expect_status,
    resource_of,
)
from ndop.consents import Draft
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller, Claims
from support import (
    CountConsents,
    CreateWith,
    HeadersFor,
    NewPatient,
    RefusesToken,
    Store,
    changed,
    checks_callers,
    needs_claim,
)


@pytest.mark.requirement("NDOP-165")
@checks_callers
@needs_claim("scope")
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
    create_with: CreateWith,
    headers_for: HeadersFor,
    refuses_token: RefusesToken,
    reading: str,
    writing: str,
) -> None:
    """SHALL: scope covers the interaction, in both published forms."""

    def reads() -> Claims:
        return tokens.claims(edition, replace(caller, scopes=reading))

    def writes() -> Claims:
        return tokens.claims(edition, replace(caller, scopes=writing))

    refuses_token(create_with(reads()), "scope")
    refuses_token(create_with(changed(writes(), scope="patient/observation.write")), "scope")
    created = create_with(writes())
    expect_status(created, 201)
    consent_id = consent_id_of(created)
    address = f"Consent/{consent_id}"
    reference = {"patient": edition.patient.reference_to(patient)}
    for path, params in (
        (address, None),
        (f"{address}/_history", None),
        ("Consent", reference),
        ("Consent/_history", reference),
    ):
        allowed = ndop.get(path, params=params, headers=headers_for(reads(), interaction="read"))
        expect_status(allowed, 200)
        response = ndop.get(path, params=params, headers=headers_for(writes(), interaction="read"))
        assert_spine_error(
            edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
        )
    current = resource_of(
        ndop.get(address, headers=headers_for(reads(), interaction="read")), "Consent"
    )
    response = ndop.update(current, current["id"], **headers_for(reads(), interaction="update"))
    assert_spine_error(
        edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
    )
    expect_status(
        ndop.update(current, current["id"], **headers_for(writes(), interaction="update")), 200
    )


@pytest.mark.requirement("NDOP-166")
@checks_callers
@needs_claim("requested_scopes")
@pytest.mark.parametrize("scopes", ["consent/*.read", "consent.read", "consent/*.write"])
def test_requested_scopes(
    claims: Claims, create_with: CreateWith, refuses_token: RefusesToken, scopes: str
) -> None:
    """SHALL: any scope of consent is accepted, even for a write; no other is."""
    refuses_token(
        create_with(changed(claims, requested_scopes="patient/*.read")), "requested_scopes"
    )
    expect_status(create_with(changed(claims, requested_scopes=scopes)), 201)


@pytest.mark.requirement("NDOP-169")
@checks_callers
@needs_claim("requested_record")
def test_requested_record(
    ndop: NdopClient,
    edition: Edition,
    patient: str,
    consent: Draft,
    claims: Claims,
    create_with: CreateWith,
    headers_for: HeadersFor,
    stored: Store,
    new_patient: NewPatient,
    count_consents: CountConsents,
) -> None:
    """SHOULD: requested_record is a Consent of the patient that the request is about."""
    other = tokens.claims(edition, Caller(patient=new_patient()))
    expect_status(create_with(changed(claims, requested_record={"resourceType": "Patient"})), 400)
    expect_status(create_with(changed(claims, requested_record="Consent")), 400)
    response = create_with(other)
    assert_spine_error(
        edition, response, status=400, issue="invalid", code="MISSING_OR_INVALID_HEADER"
    )
    expect("number of Consents after the refusals", count_consents(patient), 0)
    current = stored(consent)
    reference = {"patient": edition.patient.reference_to(patient)}
    for path in ("Consent", "Consent/_history"):
        response = ndop.get(path, params=reference, headers=headers_for(other, interaction="read"))
        assert_spine_error(
            edition, response, status=400, issue="invalid", code="MISSING_OR_INVALID_HEADER"
        )
        own = headers_for(claims, interaction="read")
        expect_status(ndop.get(path, params=reference, headers=own), 200)
    response = ndop.get(f"Consent/{current['id']}", headers=headers_for(other, interaction="read"))
    assert_spine_error(edition, response, status=(400, 404))
