"""Area headers: ETag, Last-Modified and Prefer (docs/specification.md, section 7.4)."""

from __future__ import annotations

import email.utils
from datetime import datetime, timedelta

import httpx
import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    consent_id_of,
    expect,
    expect_present,
    expect_status,
    expect_that,
    resource_of,
)
from ndop.consents import Draft
from support import etag_of


def assert_version_headers(response: httpx.Response, read: httpx.Response) -> None:
    current = resource_of(read, "Consent")
    expect("ETag", response.headers.get("etag"), etag_of(current))
    expect_present("Last-Modified", response.headers.get("last-modified"))
    stated = email.utils.parsedate_to_datetime(response.headers["last-modified"])
    updated = datetime.fromisoformat(current["meta"]["lastUpdated"])
    expect_that(
        "Last-Modified",
        abs(updated - stated) <= timedelta(seconds=1),
        found=response.headers["last-modified"],
        expected=current["meta"]["lastUpdated"],
    )


@pytest.mark.requirement("NDOP-183")
def test_etag_and_last_modified(ndop: NdopClient, consent: Draft) -> None:
    """SHALL: create, read, vread and update return ETag and Last-Modified of the version."""
    created = ndop.create(consent)
    expect_status(created, 201)
    consent_id = consent_id_of(created)
    first = ndop.get(f"Consent/{consent_id}")
    assert_version_headers(created, first)
    assert_version_headers(first, first)
    version = resource_of(first, "Consent")["meta"]["versionId"]
    assert_version_headers(ndop.get(f"Consent/{consent_id}/_history/{version}"), first)
    updated = ndop.update({**consent, "id": consent_id, "status": "inactive"}, consent_id)
    expect_status(updated, 200)
    assert_version_headers(updated, ndop.get(f"Consent/{consent_id}"))


@pytest.mark.requirement("NDOP-184")
def test_prefer(ndop: NdopClient, consent: Draft) -> None:
    """SHOULD: Prefer decides what the answer to a write contains."""
    minimal = ndop.create(consent, Prefer="return=minimal")
    expect_status(minimal, 201)
    expect("body for return=minimal", minimal.text, "")
    consent_id = consent_id_of(minimal)
    changed = {**consent, "id": consent_id, "status": "inactive"}
    whole = ndop.update(changed, consent_id, Prefer="return=representation")
    expect("id in the body", resource_of(whole, "Consent")["id"], consent_id)
