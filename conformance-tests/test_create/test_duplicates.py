"""Area create: one Consent for an identity (docs/specification.md, section 5.2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_status,
    json_of,
)
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from support import CountConsents, Read, Store


@pytest.mark.requirement("NDOP-086")
def test_second_consent_for_a_patient_is_rejected(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, read: Read
) -> None:
    """SHALL: a patient has at most one Consent, whatever the second says."""
    first = stored(consent)
    second = having(consent, "status", value=edition.status.sharing)

    # POST /Consent, same patient
    response = ndop.create(second)

    assert_spine_error(edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")
    expect("the stored Consent", read(first["id"]), first)


@pytest.mark.requirement("NDOP-087")
def test_one_consent_per_patient_and_purpose(
    ndop: NdopClient, edition: Edition, patient: str
) -> None:
    """SHALL: each purpose has a Consent of its own, and a second for it is refused."""
    for purpose in edition.purpose_codings():
        expect_status(ndop.create(draft(edition, patient, purpose=purpose)), 201)
    for purpose in edition.purpose_codings():
        response = ndop.create(draft(edition, patient, purpose=purpose))
        assert_spine_error(
            edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED"
        )


@pytest.mark.requirement("NDOP-088")
def test_inactive_consents_count(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store
) -> None:
    """SHALL: an inactive Consent counts towards the duplicate rule."""
    current = stored(consent)
    expect_status(ndop.update(having(current, "status", value="inactive"), current["id"]), 200)

    response = ndop.create(consent)

    assert_spine_error(edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")


@pytest.mark.requirement("NDOP-203")
@pytest.mark.parametrize(
    "other",
    [
        "http://other.example/Patient/{}",
        "https://other.example/a/longer/path/Patient/{}",
        "http://demographics.spineservices.nhs.uk/STU3/Patient/{}",
    ],
    ids=["host", "path", "scheme"],
)
def test_the_nhs_number_is_the_patient(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, other: str
) -> None:
    """SHALL: the same NHS number under another host, path or scheme is the same patient."""
    expect_status(ndop.create(consent), 201)
    elsewhere = having(consent, "patient", "reference", value=other.format(patient))
    response = ndop.create(elsewhere)
    assert_spine_error(edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")


def created_together(ndop: NdopClient, consents: list[Draft]) -> list[httpx.Response]:
    """The answers to creates that are sent at once, each from a thread of its own."""
    with ThreadPoolExecutor(len(consents)) as pool:
        return list(pool.map(ndop.create, consents))


@pytest.mark.requirement("NDOP-089")
def test_duplicate_rule_under_concurrency(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, count_consents: CountConsents
) -> None:
    """SHALL: when POSTs arrive together, exactly one succeeds."""
    responses = created_together(ndop, [consent] * 10)

    statuses = sorted(response.status_code for response in responses)
    expect("statuses of ten creates at once", statuses, [201] + [422] * 9)
    for response in responses:
        if response.status_code != 201:
            assert_spine_error(
                edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED"
            )
    expect("number of Consents", count_consents(patient), 1)


@pytest.mark.requirement("NDOP-087", "NDOP-089")
def test_duplicate_rule_of_each_purpose_under_concurrency(
    ndop: NdopClient, edition: Edition, patient: str, count_consents: CountConsents
) -> None:
    """SHALL: when POSTs for each purpose arrive together, exactly one per purpose succeeds."""
    purposes = edition.purpose_codings()
    consents = [draft(edition, patient, purpose=purpose) for purpose in purposes] * 5
    statuses = sorted(answer.status_code for answer in created_together(ndop, consents))
    succeeded, refused = len(purposes), len(consents) - len(purposes)
    expect("statuses of creates at once", statuses, [201] * succeeded + [422] * refused)
    expect("number of Consents", count_consents(patient), succeeded)


@pytest.mark.requirement("NDOP-203", "NDOP-089")
def test_the_nhs_number_is_the_patient_under_concurrency(
    ndop: NdopClient, patient: str, consent: Draft
) -> None:
    """SHALL: when POSTs for one NHS number under two hosts arrive together, one succeeds."""
    reference = f"http://other.example/Patient/{patient}"
    elsewhere = having(consent, "patient", "reference", value=reference)
    responses = created_together(ndop, [consent, elsewhere] * 5)
    statuses = sorted(response.status_code for response in responses)
    expect("statuses of ten creates at once", statuses, [201] + [422] * 9)
    codes = {
        json_of(response)["issue"][0]["details"]["coding"][0]["code"]
        for response in responses
        if response.status_code == 422
    }
    expect("codes of the refusals", codes, {"DUPLICATE_REJECTED"})
