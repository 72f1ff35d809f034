"""Fixtures that several areas use."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    consent_id_of,
    expect,
    expect_status,
    resource_of,
)
from ndop.conformance.suite.plugin import Suite
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from ndop.fhir.tokens import names_patient
from support import Accepts, Change, CountConsents, NewPatient, Read, Refuses, Store, content_of


@pytest.fixture(scope="session")
def token_names_patient(suite: Suite) -> bool:
    """Whether each request of the suite has a token for one patient: a request that concerns two
    is then refused because of its token, before any other rule.
    """
    return "requires-token" in suite.claims and names_patient(suite.edition)


@pytest.fixture
def count_consents(ndop: NdopClient, edition: Edition) -> CountConsents:
    """Counts the Consents that the server has of a patient."""

    def count(nhs_number: str) -> int:
        # GET /Consent?patient=…
        reference = edition.patient.reference_to(nhs_number)
        response = ndop.get("Consent", params={"patient": reference})
        expect_status(response, 200)
        return int(resource_of(response, "Bundle")["total"])

    return count


@pytest.fixture
def read(ndop: NdopClient) -> Read:
    """Reads the current version of a Consent."""

    def by_id(consent_id: str) -> dict[str, Any]:
        # GET /Consent/…
        return resource_of(ndop.get(f"Consent/{consent_id}"), "Consent")

    return by_id


@pytest.fixture
def stored(ndop: NdopClient, read: Read) -> Store:
    """Stores a Consent and returns it as the server has it, with its id."""

    def store(consent: Draft) -> dict[str, Any]:
        # POST /Consent
        created = ndop.create(consent)
        expect_status(created, 201)
        return read(consent_id_of(created))

    return store


@pytest.fixture
def refuses(
    ndop: NdopClient,
    edition: Edition,
    new_patient: NewPatient,
    stored: Store,
    read: Read,
    count_consents: CountConsents,
) -> Refuses:
    """Asserts that a change makes a Consent invalid: on create, which stores nothing, and on
    update, which leaves the stored version current (NDOP-092, NDOP-118, NDOP-138).
    """

    def assert_refused(
        change: Change,
        *,
        status: int | Collection[int] = 422,
        issue: str | None = "invalid",
        code: str | None = "INVALID_RESOURCE",
        sample: str = "minimal",
    ) -> None:
        # POST /Consent
        patient = new_patient()
        response = ndop.create(change(draft(edition, patient, sample=sample)))
        assert_spine_error(edition, response, status=status, issue=issue, code=code)
        expect("number of Consents after the refused create", count_consents(patient), 0)

        # PUT /Consent/…
        current = stored(draft(edition, new_patient(), sample=sample))
        changed = change(having(current, "dateTime", value=current["dateTime"]))
        response = ndop.update(changed, current["id"])
        assert_spine_error(edition, response, status=status, issue=issue, code=code)
        expect("the Consent after the refused update", read(current["id"]), current)

    return assert_refused


@pytest.fixture
def accepts(stored: Store) -> Accepts:
    """Asserts that a Consent is stored and comes back as it was sent (NDOP-052)."""

    def assert_accepted(consent: Draft) -> None:
        found = stored(consent)
        expect("the Consent as it comes back", content_of(found), content_of(consent))

    return assert_accepted
