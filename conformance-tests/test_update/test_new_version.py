"""Area update: changing a stored preference (docs/specification.md, section 5.4)."""

from __future__ import annotations

import pytest
from fhirpy import SyncFHIRClient

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    consent_id_of,
    expect,
    expect_status,
    expect_that,
    resource_of,
)
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from support import Read, Store, resources_in

NARRATIVE = '<div xmlns="http://www.w3.org/1999/xhtml">The preference of a patient</div>'


@pytest.mark.requirement("NDOP-112")
def test_update_replaces_the_whole(
    ndop: NdopClient, edition: Edition, patient: str, stored: Store, read: Read
) -> None:
    """SHALL: an update replaces the resource and returns its address."""
    generated = {"status": "generated", "div": NARRATIVE}
    before = stored({**draft(edition, patient, sample="maximal"), "text": generated})
    after = {**draft(edition, patient), "id": before["id"], "status": edition.status.sharing}

    # PUT /Consent/…
    response = ndop.update(after, before["id"])

    expect_status(response, 200)
    expect("id in Location", consent_id_of(response), before["id"])
    found = read(before["id"])
    for name in ("versionId", "lastUpdated"):
        expect_that(
            f"meta.{name}",
            found["meta"][name] != before["meta"][name],
            found="the old one",
            expected="new",
        )
    optional = before.keys() - after.keys() - {"meta"}
    assert optional
    expect("optional elements that are still there", sorted(optional & found.keys()), [])
    expect("status", found["status"], edition.status.sharing)


@pytest.mark.requirement("NDOP-112")
@pytest.mark.unclaimed("require-if-match")  # fhirpy does not send If-Match
def test_update_through_a_client_library(
    fhir: SyncFHIRClient, edition: Edition, consent: Draft, stored: Store, read: Read
) -> None:
    """SHALL: fhirpy changes a Consent that it found."""
    current = stored(consent)
    found = fhir.reference("Consent", current["id"]).to_resource()
    found["status"] = edition.status.sharing
    found.save()
    expect("status", read(current["id"])["status"], edition.status.sharing)


@pytest.mark.requirement("NDOP-113")
def test_change_of_mind_keeps_the_id(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: each change is a new version of the same Consent."""
    current = stored(having(consent, "status", value="active"))
    for status in ("inactive", "active"):
        expect_status(ndop.update(having(current, "status", value=status), current["id"]), 200)
    history = resource_of(ndop.get(f"Consent/{current['id']}/_history"), "Bundle")
    versions = resources_in(history)
    statuses = [one["status"] for one in versions]
    expect("statuses, newest first", statuses, ["active", "inactive", "active"])
    expect("ids", {one["id"] for one in versions}, {current["id"]})


@pytest.mark.requirement("NDOP-120")
def test_the_other_purpose_stays_as_it_is(
    ndop: NdopClient, edition: Edition, patient: str, stored: Store, read: Read
) -> None:
    """SHALL: the update of one purpose's Consent leaves the other's untouched."""
    one, other = (
        stored(draft(edition, patient, purpose=purpose)) for purpose in edition.purpose_codings()
    )
    expect_status(ndop.update(having(one, "status", value=edition.status.sharing), one["id"]), 200)
    expect("the updated Consent's status", read(one["id"])["status"], edition.status.sharing)
    expect("the other Consent", read(other["id"]), other)


@pytest.mark.requirement("NDOP-123")
def test_date_time_follows_the_change(
    ndop: NdopClient, consent: Draft, stored: Store, read: Read
) -> None:
    """SHOULD: the dateTime that the client sets to the moment of the change is stored."""
    current = stored(consent)
    later = "2026-02-03T04:05:06+00:00"
    expect_status(ndop.update(having(current, "dateTime", value=later), current["id"]), 200)
    expect("dateTime", read(current["id"])["dateTime"], later)
