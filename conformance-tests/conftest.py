"""Fixtures that several areas share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_status,
    resource_of,
)
from ndop.conformance.suite.plugin import Suite
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from ndop.fhir.tokens import names_patient

#: Makes a valid Consent into another one.
Change = Callable[[Draft], Draft]


@pytest.fixture(scope="session")
def one_patient_a_token(suite: Suite) -> bool:
    """Whether each request of the suite has a token for one patient: then a request about two
    is refused for its token before any other rule.
    """
    return "requires-token" in suite.claims and names_patient(suite.edition)


@pytest.fixture
def total(ndop: NdopClient, edition: Edition) -> Callable[[str], int]:
    """How many Consents of a patient the server has."""

    def count(nhs_number: str) -> int:
        reference = edition.patient.reference_to(nhs_number)
        found = ndop.get("Consent", params={"patient": reference})
        expect_status(found, 200)
        return int(resource_of(found, "Bundle")["total"])

    return count


@pytest.fixture
def stored(ndop: NdopClient) -> Callable[[Draft], dict[str, Any]]:
    """Stores a Consent and returns it as the server has it, with its id."""

    def store(consent: Draft) -> dict[str, Any]:
        created = ndop.create(consent)
        expect_status(created, 201)
        consent_id = created.headers["location"].split("/Consent/")[1].split("/")[0]
        return resource_of(ndop.get(f"Consent/{consent_id}"), "Consent")

    return store


@pytest.fixture
def refuses(
    ndop: NdopClient,
    edition: Edition,
    new_patient: Callable[[], str],
    stored: Callable[[Draft], dict[str, Any]],
    total: Callable[[str], int],
) -> Callable[..., None]:
    """Insists that a change makes a Consent invalid: on create, which stores nothing, and on
    update, which leaves the stored version current (NDOP-092, NDOP-118, NDOP-138).
    """

    def insist(
        change: Change,
        *,
        status: int | Collection[int] = 422,
        issue: str | None = "invalid",
        code: str | None = "INVALID_RESOURCE",
        sample: str = "minimal",
    ) -> None:
        nobody = new_patient()
        response = ndop.create(change(draft(edition, nobody, sample=sample)))
        assert_spine_error(edition, response, status=status, issue=issue, code=code)
        expect("number of Consents after the refused create", total(nobody), 0)

        current = stored(draft(edition, new_patient(), sample=sample))
        changed = change(having(current, "dateTime", value=current["dateTime"]))
        response = ndop.update(changed, current["id"])
        assert_spine_error(edition, response, status=status, issue=issue, code=code)
        after = resource_of(ndop.get(f"Consent/{current['id']}"), "Consent")
        expect("the Consent after the refused update", after, current)

    return insist


@pytest.fixture
def accepts(ndop: NdopClient) -> Callable[[Draft], None]:
    """Insists that a Consent is stored and comes back as it was sent (NDOP-052)."""

    def insist(consent: Draft) -> None:
        created = ndop.create(consent)
        expect_status(created, 201)
        consent_id = created.headers["location"].split("/Consent/")[1].split("/")[0]
        found = resource_of(ndop.get(f"Consent/{consent_id}"), "Consent")
        expect("the Consent as it comes back", content(found), content(consent))

    return insist


def content(consent: Draft) -> Draft:
    """A Consent without what the server assigns: its id, version and time of storing."""
    kept = {key: value for key, value in consent.items() if key not in ("id", "meta")}
    meta = {
        key: value
        for key, value in consent.get("meta", {}).items()
        if key not in ("versionId", "lastUpdated")
    }
    return {**kept, **({"meta": meta} if meta else {})}
