"""Area headers: the audit headers (docs/specification.md, section 7.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx
import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.expectations import assert_spine_error, expect_status
from ndop.consents import Draft
from ndop.editions import Edition
from ndop.fhir import tokens
from support import checks_callers

#: Searches with the given headers.
SearchWith = Callable[[Mapping[str, str | None]], httpx.Response]

#: Meaning to name, for each naming scheme.
SCHEMES = {
    "ssp": {
        "trace": "Ssp-TraceID",
        "from": "Ssp-From",
        "to": "Ssp-To",
        "interaction": "Ssp-InteractionID",
    },
    "plain": {"trace": "TraceID", "from": "From", "to": "To", "interaction": "InteractionID"},
    "core": {"from": "FromASID", "to": "ToASID", "interaction": "InteractionID"},
}


def assert_header_refused(edition: Edition, response: httpx.Response) -> None:
    assert_spine_error(
        edition, response, status=400, issue="invalid", code="MISSING_OR_INVALID_HEADER"
    )


@pytest.fixture
def search_with(ndop: NdopClient, edition: Edition, patient: str) -> SearchWith:
    """Searches with the given headers; None leaves out what the suite would send."""

    def search(headers: Mapping[str, str | None]) -> httpx.Response:
        # GET /Consent?patient=…
        reference = {"patient": edition.patient.reference_to(patient)}
        return ndop.get("Consent", params=reference, headers=headers)

    return search


@pytest.mark.requirement("NDOP-172")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_naming_scheme(edition: Edition, search_with: SearchWith, scheme: str) -> None:
    """SHALL: the audit headers are understood under each of their published names."""
    names = edition.audit.headers.model_dump(by_alias=True)
    own = tokens.audit_headers(edition, "read")
    absent: dict[str, str | None] = dict.fromkeys(own)
    renamed = {name: own[names[meaning][0]] for meaning, name in SCHEMES[scheme].items()}
    expect_status(search_with({**absent, **renamed}), 200)


@pytest.mark.requirement("NDOP-172")
@checks_callers
def test_every_name_is_judged(edition: Edition, search_with: SearchWith) -> None:
    """SHALL: a header is checked under each of its names."""
    absent: dict[str, str | None] = dict.fromkeys(edition.audit.headers.trace)
    for name in edition.audit.headers.trace:
        assert_header_refused(edition, search_with({**absent, name: "123"}))


@pytest.mark.requirement("NDOP-173")
@pytest.mark.claim("requires-token")
@pytest.mark.parametrize("meaning", ["from_", "to", "interaction"])
def test_required_headers(
    ndop: NdopClient,
    edition: Edition,
    consent: Draft,
    search_with: SearchWith,
    meaning: str,
) -> None:
    """SHALL: where headers are required, a request without one of them is refused."""
    absent: dict[str, str | None] = dict.fromkeys(getattr(edition.audit.headers, meaning))
    assert_header_refused(edition, search_with(absent))
    assert_header_refused(edition, ndop.create(consent, **absent))
    assert_header_refused(edition, ndop.get("metadata", headers=absent))


@pytest.mark.requirement("NDOP-173")
@pytest.mark.claim("requires-token")
def test_required_trace(ndop: NdopClient, edition: Edition, search_with: SearchWith) -> None:
    """SHALL: where headers are required, only metadata needs the trace id."""
    absent: dict[str, str | None] = dict.fromkeys(edition.audit.headers.trace)
    assert_header_refused(edition, ndop.get("metadata", headers=absent))
    expect_status(search_with(absent), 200)


@pytest.mark.requirement("NDOP-174")
@checks_callers
@pytest.mark.parametrize("value", ["123", "", "00000000-0000-0000-0000-00000000000g"])
def test_trace_is_a_uuid(edition: Edition, search_with: SearchWith, value: str) -> None:
    """SHALL: a trace id that is not a UUID is refused."""
    name = edition.audit.headers.trace[0]
    assert_header_refused(edition, search_with({name: value}))
    expect_status(search_with({name: "09a01679-2564-0fb4-5129-aecc81ea2706"}), 200)


@pytest.mark.requirement("NDOP-175")
@checks_callers
@pytest.mark.where(holds=lambda edition: edition.audit.interaction_ids is not None)
def test_interaction_id(ndop: NdopClient, edition: Edition, search_with: SearchWith) -> None:
    """SHALL: the interaction id is one of the service's; metadata has one of its own."""
    name, ids = edition.audit.headers.interaction[0], edition.audit.interaction_ids
    assert ids is not None
    elsewhere = ids.capabilities.replace("nationaldataoptout", "visitorsandmigrants")
    assert_header_refused(edition, search_with({name: elsewhere}))
    assert_header_refused(edition, ndop.get("metadata", headers={name: elsewhere}))
    assert_header_refused(
        edition, ndop.get("metadata", headers={name: f"{ids.service}fhir:rest:read:consent"})
    )
    expect_status(ndop.get("metadata", headers={name: ids.capabilities}), 200)
    expect_status(search_with({name: f"{ids.service}fhir:rest:search:consent"}), 200)


@pytest.mark.requirement("NDOP-176")
@checks_callers
@pytest.mark.where(holds=lambda edition: len(edition.audit.headers.token) > 1)
def test_token_under_its_other_name(
    edition: Edition,
    credentials: Credentials,
    search_with: SearchWith,
) -> None:
    """SHOULD: the token is read under its other name where Authorization is absent."""
    first, other = edition.audit.headers.token
    token = credentials.headers("GET", "Consent")[first]
    expect_status(search_with({first: None, other: token}), 200)
    response = search_with({first: None, other: "Bearer x"})
    assert_spine_error(
        edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
    )
