"""Area security-audit: when callers identify themselves (docs/specification.md, section 7.1)."""

from __future__ import annotations

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_status,
    resource_of,
)
from ndop.consents import Draft, draft
from ndop.editions import Edition
from support import CountConsents, NewPatient, RefusesToken, Store, checks_callers


@pytest.mark.requirement("NDOP-150")
@pytest.mark.claim("ignores-token")
def test_off_ignores_headers(
    ndop: NdopClient, edition: Edition, consent: Draft, count_consents: CountConsents, patient: str
) -> None:
    """SHALL: in mode off, broken headers and tokens are ignored."""
    names = edition.audit.headers
    broken = {names.token[0]: "Bearer x", names.trace[0]: "123", names.interaction[0]: "?"}
    expect_status(ndop.create(consent, **broken), 201)
    expect("number of Consents", count_consents(patient), 1)


@pytest.mark.requirement("NDOP-151")
@pytest.mark.unclaimed("requires-token")
def test_without_headers(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: a request without audit headers and token is accepted unless they are required."""
    current = stored(consent)
    expect_status(ndop.get(f"Consent/{current['id']}"), 200)
    expect_status(ndop.get("metadata"), 200)


@pytest.mark.requirement("NDOP-151")
@checks_callers
def test_what_is_sent_is_judged(
    ndop: NdopClient, edition: Edition, consent: Draft, refuses_token: RefusesToken
) -> None:
    """SHALL: a broken token is refused even where none is required."""
    refuses_token(ndop.create(consent, **{edition.audit.headers.token[0]: "Bearer x"}))


@pytest.mark.requirement("NDOP-152")
@pytest.mark.claim("requires-token")
def test_required(
    ndop: NdopClient,
    edition: Edition,
    consent: Draft,
    refuses_token: RefusesToken,
    stored: Store,
    new_patient: NewPatient,
) -> None:
    """SHALL: in mode required, no interaction is answered without a token."""
    names = edition.audit.headers.token
    absent: dict[str, str | None] = dict.fromkeys(names)
    refuses_token(ndop.create(consent, **absent), "Authorisation header must be supplied")
    current = stored(draft(edition, new_patient()))
    address = f"Consent/{current['id']}"
    for response in (
        ndop.get(address, headers=absent),
        ndop.get(f"{address}/_history", headers=absent),
        ndop.get(f"{address}/_history/{current['meta']['versionId']}", headers=absent),
        ndop.get("Consent", params={"patient": current["patient"]["reference"]}, headers=absent),
        ndop.get(
            "Consent/_history",
            params={"patient": current["patient"]["reference"]},
            headers=absent,
        ),
        ndop.update(current, current["id"], **absent),
        ndop.get("metadata", headers=absent),
    ):
        assert_spine_error(
            edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
        )
    expect("the Consent", resource_of(ndop.get(address), "Consent"), current)
