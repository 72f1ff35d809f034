"""Area update: a Consent stays with its patient (docs/specification.md, section 5.4)."""

from __future__ import annotations

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import assert_spine_error, expect, expect_status
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from support import NewPatient, Read, Store


@pytest.mark.requirement("NDOP-119")
def test_update_may_not_create_a_duplicate(
    ndop: NdopClient,
    edition: Edition,
    new_patient: NewPatient,
    stored: Store,
    read: Read,
    token_names_patient: bool,
) -> None:
    """SHALL: an update that would leave a patient with two Consents is refused."""
    first, second = stored(draft(edition, new_patient())), stored(draft(edition, new_patient()))
    response = ndop.update(having(first, "patient", value=second["patient"]), first["id"])
    if token_names_patient:
        assert_spine_error(edition, response, status=(400, 404))
    else:
        assert_spine_error(
            edition, response, status=422, code={"DUPLICATE_REJECTED", "INVALID_RESOURCE"}
        )
    expect("the stored Consent", read(first["id"]), first)


@pytest.mark.requirement("NDOP-119")
@pytest.mark.where(holds=lambda edition: len(edition.purposes) > 1)
def test_update_may_not_take_the_place_of_another_purpose(
    ndop: NdopClient, edition: Edition, patient: str, stored: Store, read: Read
) -> None:
    """SHALL: an update to a question that the patient has answered already is a duplicate."""
    consents = [
        stored(draft(edition, patient, purpose=purpose)) for purpose in edition.purpose_codings()
    ]
    one, other = consents
    response = ndop.update(having(one, "purpose", value=other["purpose"]), one["id"])
    assert_spine_error(edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")
    for consent in consents:
        expect("the Consent after the refused update", read(consent["id"]), consent)


@pytest.mark.requirement("NDOP-205")
def test_a_consent_stays_with_its_patient(
    ndop: NdopClient,
    edition: Edition,
    new_patient: NewPatient,
    stored: Store,
    read: Read,
    token_names_patient: bool,
) -> None:
    """SHALL: an update may not give a Consent to another NHS number."""
    current = stored(draft(edition, new_patient()))
    other = {"reference": edition.patient.reference_to(new_patient())}
    response = ndop.update(having(current, "patient", value=other), current["id"])
    if token_names_patient:
        assert_spine_error(edition, response, status=(400, 404))
    else:
        assert_spine_error(edition, response, status=422, issue="invalid", code="INVALID_RESOURCE")
    expect("the stored Consent", read(current["id"]), current)


@pytest.mark.requirement("NDOP-205")
def test_the_host_of_a_patient_may_change(
    ndop: NdopClient, patient: str, consent: Draft, stored: Store
) -> None:
    """SHALL: the same NHS number under another host is the same patient."""
    current = stored(consent)
    elsewhere = {"reference": f"https://other.example/Patient/{patient}"}
    expect_status(ndop.update(having(current, "patient", value=elsewhere), current["id"]), 200)
