"""Area update: If-Match (docs/specification.md, section 5.4)."""

from __future__ import annotations

import json

import pytest

from ndop.conformance.suite.client import JSON, NdopClient
from ndop.conformance.suite.expectations import assert_spine_error, expect, expect_status
from ndop.consents import Draft, having
from ndop.editions import Edition
from support import Read, Store, etag_of


@pytest.mark.requirement("NDOP-121")
def test_stale_if_match(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, read: Read
) -> None:
    """SHALL: an update based on a version that is not the current one is refused."""
    first = stored(having(consent, "status", value="active"))
    for status in ("inactive", "active"):
        expect_status(ndop.update(having(first, "status", value=status), first["id"]), 200)
    current = read(first["id"])
    stale = etag_of(first)
    changed = having(first, "status", value="inactive")

    response = ndop.update(changed, first["id"], **{"If-Match": stale})

    assert_spine_error(edition, response, status=409, issue="conflict", code="PRECONDITION_FAILED")
    expect("the stored Consent", read(first["id"]), current)


@pytest.mark.requirement("NDOP-121")
@pytest.mark.parametrize("tag", ['W/"no-such-version"', 'W/"99999999999999999999"', "nonsense"])
def test_if_match_of_no_version(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, read: Read, tag: str
) -> None:
    """SHALL: an update based on a version that never existed is refused."""
    current = stored(consent)
    response = ndop.update(current, current["id"], **{"If-Match": tag})
    assert_spine_error(edition, response, status=409, issue="conflict", code="PRECONDITION_FAILED")
    expect("the stored Consent", read(current["id"]), current)


@pytest.mark.requirement("NDOP-121")
def test_current_if_match(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: an update based on the current version is stored."""
    current = stored(having(consent, "status", value="active"))
    tag = etag_of(current)
    changed = having(current, "status", value="inactive")
    expect_status(ndop.update(changed, current["id"], **{"If-Match": tag}), 200)


@pytest.mark.requirement("NDOP-122")
@pytest.mark.unclaimed("require-if-match")
def test_if_match_is_optional(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: by default an update without If-Match is stored."""
    current = stored(having(consent, "status", value="active"))
    expect_status(ndop.update(having(current, "status", value="inactive"), current["id"]), 200)


@pytest.mark.requirement("NDOP-122")
@pytest.mark.claim("require-if-match")
def test_if_match_can_be_required(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, read: Read
) -> None:
    """SHALL: with the option on, an update without If-Match is refused."""
    current = stored(having(consent, "status", value="active"))
    changed = json.dumps(having(current, "status", value="inactive"))
    response = ndop.put(changed, current["id"], JSON)
    assert_spine_error(edition, response, status=412, issue="required", code="PRECONDITION_FAILED")
    expect("the stored Consent", read(current["id"]), current)
