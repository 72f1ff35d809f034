"""Area security-audit: who a token says is calling (docs/specification.md, section 7.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ndop.conformance.suite.expectations import expect, expect_status
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller, Claims
from support import CreateWith, RefusesToken, changed, checks_callers, needs_claim

USER = "https://fhir.nhs.uk/Id/sds-role-profile-id|4387293874928"


@pytest.mark.requirement("NDOP-160", "NDOP-168")
@checks_callers
@needs_claim("requesting_patient")
@pytest.mark.parametrize("for_patient", [False, True])
@pytest.mark.parametrize("user", [None, USER])
def test_subject(
    edition: Edition,
    patient: str,
    create_with: CreateWith,
    refuses_token: RefusesToken,
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
        refuses_token(create_with(changed(claims, sub=claims[other])), "sub")
    refuses_token(create_with(changed(claims, sub="somebody else")), "sub")
    expect_status(create_with(claims), 201)


@pytest.mark.requirement("NDOP-161")
@checks_callers
@needs_claim("requesting_actor")
def test_subject_is_the_actor(
    edition: Edition, caller: Caller, create_with: CreateWith, refuses_token: RefusesToken
) -> None:
    """SHALL: sub is requesting_actor or its last segment."""
    actor = "https://example.nhs.uk/Practitioner/4387"
    claims = tokens.claims(edition, replace(caller, user=actor))
    refuses_token(
        create_with(changed(claims, sub="https://example.nhs.uk/Practitioner/4388")), "sub"
    )
    refuses_token(create_with(changed(claims, sub="4388")), "sub")
    refuses_token(create_with(changed(claims, sub="387")), "sub")
    expect_status(create_with(changed(claims, sub="4387")), 201)


@pytest.mark.requirement("NDOP-161")
@checks_callers
@needs_claim("requesting_actor")
def test_subject_as_the_whole_reference(create_with: CreateWith, claims: Claims) -> None:
    """SHALL: sub is the whole reference of requesting_actor."""
    expect("sub of the suite's token", claims["sub"], claims["requesting_actor"])
    expect_status(create_with(claims), 201)


@pytest.mark.requirement("NDOP-167")
@checks_callers
@needs_claim("requesting_system")
def test_requesting_system(
    claims: Claims, create_with: CreateWith, refuses_token: RefusesToken
) -> None:
    """SHALL: requesting_system has its naming system and is the system in the header."""
    for value in (
        tokens.SYSTEM,
        f"https://example.nhs.uk/Id/system|{tokens.SYSTEM}",
        claims["requesting_system"].replace("|", "/"),
        claims["requesting_system"].partition("|")[0] + "|",
    ):
        refuses_token(
            create_with(changed(claims, requesting_system=value, sub=value)), "requesting_system"
        )
    refuses_token(create_with(claims, system="200000000206"), "requesting_system")
    expect_status(create_with(claims), 201)


@pytest.mark.requirement("NDOP-168")
@checks_callers
@needs_claim("requesting_patient")
def test_malformed_patient_and_user(
    claims: Claims, patient: str, create_with: CreateWith, refuses_token: RefusesToken
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
            refuses_token(create_with(changed(claims, sub=value, **{name: value})), name)
