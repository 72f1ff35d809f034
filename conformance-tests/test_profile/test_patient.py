"""Area profile: patient (docs/specification.md, section 3)."""

from __future__ import annotations

import json
from typing import cast

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import expect_status
from ndop.consents import Draft, draft, having, without
from ndop.editions import Edition
from support import Accepts, NewPatient, Refuses


@pytest.mark.requirement("NDOP-020")
@pytest.mark.parametrize("shape", ["absent", "identifier only"])
def test_patient_reference_is_mandatory(refuses: Refuses, shape: str) -> None:
    """SHALL: a Consent refers to its patient."""
    identifier = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "1"}}
    refuses(
        lambda consent: (
            without(consent, "patient")
            if shape == "absent"
            else having(consent, "patient", value=identifier)
        )
    )


@pytest.mark.requirement("NDOP-021")
@pytest.mark.parametrize("reference", ["4505577104", "Patient/4505577104", "urn:uuid:4505577104"])
def test_patient_reference_is_absolute(refuses: Refuses, reference: str) -> None:
    """SHALL: the patient reference is an absolute http(s) URL."""
    refuses(lambda consent: having(consent, "patient", "reference", value=reference))


@pytest.mark.requirement("NDOP-022")
@pytest.mark.parametrize(
    "ending", ["450-557-7104", "450 557 7104", "450557710", "45055771044", "450557710X", ""]
)
def test_patient_reference_ends_in_ten_digits(
    edition: Edition, refuses: Refuses, ending: str
) -> None:
    """SHALL: the patient reference ends in an NHS number of ten digits."""
    reference = edition.patient.reference_to(ending)
    refuses(lambda consent: having(consent, "patient", "reference", value=reference))


@pytest.mark.requirement("NDOP-023")
def test_other_hosts_are_accepted(patient: str, consent: Draft, accepts: Accepts) -> None:
    """SHOULD: the PDS form is recommended, another host accepted."""
    reference = f"https://pds.example.org/STU3/Patient/{patient}"
    accepts(having(consent, "patient", "reference", value=reference))


def wrong_check_digit(nhs_number: str) -> str:
    return nhs_number[:9] + str((int(nhs_number[9]) + 1) % 10)


@pytest.mark.requirement("NDOP-024")
@pytest.mark.unclaimed("strict-nhs-number")
def test_wrong_check_digit_is_accepted(
    edition: Edition,
    new_patient: NewPatient,
    ndop: NdopClient,
) -> None:
    """SHALL: by default an NHS number with a wrong check digit is accepted."""
    for _ in range(10):
        response = ndop.create(draft(edition, wrong_check_digit(new_patient())))
        if response.status_code != 422 or "DUPLICATE_REJECTED" not in response.text:
            break
    expect_status(response, 201)


@pytest.mark.requirement("NDOP-025")
@pytest.mark.claim("strict-nhs-number")
def test_strict_server_refuses_a_wrong_check_digit(edition: Edition, refuses: Refuses) -> None:
    """SHALL: with the strict option a wrong check digit is an error."""

    def change(consent: Draft) -> Draft:
        wrong = wrong_check_digit(consent["patient"]["reference"][-10:])
        reference = edition.patient.reference_to(wrong)
        text = json.dumps(consent).replace(consent["patient"]["reference"], reference)
        return cast("Draft", json.loads(text))

    refuses(change, status=400, issue="value", code="INVALID_NHS_NUMBER")
