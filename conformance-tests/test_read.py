"""Area read: the current version by its id (docs/specification.md, section 5.3)."""

from __future__ import annotations

import uuid

import pytest
from fhirpy import SyncFHIRClient

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_present,
    expect_status,
    resource_of,
)
from ndop.consents import Draft, having
from ndop.editions import Edition
from support import Note, Store, etag_of


@pytest.mark.requirement("NDOP-096")
def test_read_by_id(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: a read returns the current version, with ETag and Last-Modified."""
    current = stored(consent)
    for status in ("active", "inactive"):
        expect_status(ndop.update(having(current, "status", value=status), current["id"]), 200)

        response = ndop.get(f"Consent/{current['id']}")

        expect_status(response, 200)
        found = resource_of(response, "Consent")
        expect("id", found["id"], current["id"])
        expect("status", found["status"], status)
        expect("ETag", response.headers.get("etag"), etag_of(found))
        expect_present("Last-Modified", response.headers.get("last-modified"))


@pytest.mark.requirement("NDOP-096")
def test_read_through_a_client_library(fhir: SyncFHIRClient, consent: Draft, stored: Store) -> None:
    """SHALL: fhirpy reads a Consent by its reference."""
    current = stored(consent)
    resource = fhir.reference("Consent", current["id"]).to_resource()
    found = resource.serialize()  # type: ignore[no-untyped-call]
    expect("the Consent", found, current)
    for element in ("status", "patient"):
        expect(f"{element}, as it was sent", found[element], consent[element])


@pytest.mark.requirement("NDOP-097")
@pytest.mark.parametrize("consent_id", ["uuid", "402", "no-such-id", "a" * 64])
def test_read_of_an_unknown_id(ndop: NdopClient, edition: Edition, consent_id: str) -> None:
    """SHALL: an id that does not exist is an error, whatever its form."""
    path = str(uuid.uuid4()) if consent_id == "uuid" else consent_id
    response = ndop.get(f"Consent/{path}")
    assert_spine_error(edition, response, status=404, issue="not-found", code="NO_RECORD_FOUND")


@pytest.mark.requirement("NDOP-098")
def test_conditional_read_is_recorded(
    ndop: NdopClient, consent: Draft, stored: Store, note: Note
) -> None:
    """MAY: a read with If-None-Match of the current version; recorded, not scored."""
    current = stored(consent)
    tag = etag_of(current)
    response = ndop.get(f"Consent/{current['id']}", headers={"If-None-Match": tag})
    expect_status(response, 200, 304)
    note(f"a read with If-None-Match: {response.status_code}")
