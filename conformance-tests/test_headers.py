"""Area headers: audit, formats and versions (docs/specification.md, sections 7.3 and 7.4)."""

from __future__ import annotations

import email.utils
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fhir.resources.STU3.consent import Consent

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_status,
    expect_that,
    resource_of,
)
from ndop.consents import Draft, having
from ndop.editions import Edition
from ndop.fhir import tokens

Store = Callable[[Draft], dict[str, Any]]

heeds_headers = pytest.mark.unclaimed("ignores-token")


def assert_header_refused(edition: Edition, response: httpx.Response) -> None:
    assert_spine_error(
        edition, response, status=400, issue="invalid", code="MISSING_OR_INVALID_HEADER"
    )


@pytest.fixture
def found(ndop: NdopClient, edition: Edition, patient: str) -> Callable[..., httpx.Response]:
    """Searches with headers of the test's own; None leaves out what the suite would send."""

    def search(headers: Mapping[str, str | None]) -> httpx.Response:
        reference = {"patient": edition.patient.reference_to(patient)}
        return ndop.get("Consent", params=reference, headers=headers)

    return search


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


@pytest.mark.requirement("NDOP-172")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_naming_scheme(
    edition: Edition, found: Callable[..., httpx.Response], scheme: str
) -> None:
    """SHALL: the audit headers are understood under each of their published names."""
    names = edition.audit.headers.model_dump(by_alias=True)
    own = tokens.audit_headers(edition, "read")
    absent: dict[str, str | None] = dict.fromkeys(own)
    renamed = {name: own[names[meaning][0]] for meaning, name in SCHEMES[scheme].items()}
    expect_status(found({**absent, **renamed}), 200)


@pytest.mark.requirement("NDOP-172")
@heeds_headers
def test_every_name_is_judged(edition: Edition, found: Callable[..., httpx.Response]) -> None:
    """SHALL: a header is judged under each of its names."""
    absent: dict[str, str | None] = dict.fromkeys(edition.audit.headers.trace)
    for name in edition.audit.headers.trace:
        assert_header_refused(edition, found({**absent, name: "123"}))


@pytest.mark.requirement("NDOP-173")
@pytest.mark.claim("requires-token")
@pytest.mark.parametrize("meaning", ["from_", "to", "interaction"])
def test_required_headers(
    ndop: NdopClient,
    edition: Edition,
    consent: Draft,
    found: Callable[..., httpx.Response],
    meaning: str,
) -> None:
    """SHALL: where headers are required, a request without one of them is refused."""
    absent: dict[str, str | None] = dict.fromkeys(getattr(edition.audit.headers, meaning))
    assert_header_refused(edition, found(absent))
    assert_header_refused(edition, ndop.create(consent, **absent))
    assert_header_refused(edition, ndop.get("metadata", headers=absent))


@pytest.mark.requirement("NDOP-173")
@pytest.mark.claim("requires-token")
def test_required_trace(
    ndop: NdopClient, edition: Edition, found: Callable[..., httpx.Response]
) -> None:
    """SHALL: where headers are required, metadata asks for the trace id; the rest does not."""
    absent: dict[str, str | None] = dict.fromkeys(edition.audit.headers.trace)
    assert_header_refused(edition, ndop.get("metadata", headers=absent))
    expect_status(found(absent), 200)


@pytest.mark.requirement("NDOP-174")
@heeds_headers
@pytest.mark.parametrize("value", ["123", "", "00000000-0000-0000-0000-00000000000g"])
def test_trace_is_a_uuid(
    edition: Edition, found: Callable[..., httpx.Response], value: str
) -> None:
    """SHALL: a trace id that is no UUID is refused."""
    name = edition.audit.headers.trace[0]
    assert_header_refused(edition, found({name: value}))
    expect_status(found({name: "09a01679-2564-0fb4-5129-aecc81ea2706"}), 200)


@pytest.mark.requirement("NDOP-175")
@heeds_headers
@pytest.mark.where(holds=lambda edition: edition.audit.interaction_ids is not None)
def test_interaction_id(
    ndop: NdopClient, edition: Edition, found: Callable[..., httpx.Response]
) -> None:
    """SHALL: the interaction id is the service's; that of metadata is a certain one."""
    name, ids = edition.audit.headers.interaction[0], edition.audit.interaction_ids
    assert ids is not None
    elsewhere = ids.capabilities.replace("nationaldataoptout", "visitorsandmigrants")
    assert_header_refused(edition, found({name: elsewhere}))
    assert_header_refused(edition, ndop.get("metadata", headers={name: elsewhere}))
    assert_header_refused(
        edition, ndop.get("metadata", headers={name: f"{ids.service}fhir:rest:read:consent"})
    )
    expect_status(ndop.get("metadata", headers={name: ids.capabilities}), 200)
    expect_status(found({name: f"{ids.service}fhir:rest:search:consent"}), 200)


@pytest.mark.requirement("NDOP-176")
@heeds_headers
@pytest.mark.where(holds=lambda edition: len(edition.audit.headers.token) > 1)
def test_token_under_its_other_name(
    edition: Edition,
    credentials: Credentials,
    found: Callable[..., httpx.Response],
) -> None:
    """SHOULD: the token is read under its other name where Authorization is absent."""
    first, other = edition.audit.headers.token
    token = credentials.headers("GET", "Consent")[first]
    expect_status(found({first: None, other: token}), 200)
    response = found({first: None, other: "Bearer x"})
    assert_spine_error(
        edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
    )


def media_type_of(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).split(";")[0].strip()


@pytest.mark.requirement("NDOP-177")
@pytest.mark.parametrize("accept", [JSON, XML])
def test_accept_selects_the_format(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, stored: Store, accept: str
) -> None:
    """SHALL: Accept selects the format of answers and of errors."""
    current = stored(consent)
    headers = {"Accept": accept}
    reference = {"patient": edition.patient.reference_to(patient)}
    for response in (
        ndop.get(f"Consent/{current['id']}", headers=headers),
        ndop.get("Consent", params=reference, headers=headers),
        ndop.get("Consent/no-such-id", headers=headers),
        ndop.create(consent, **headers),
    ):
        expect("media type", media_type_of(response), accept)


@pytest.mark.requirement("NDOP-178")
@pytest.mark.parametrize(
    ("value", "expected"), [("xml", XML), ("json", JSON), (XML, XML), (JSON, JSON)]
)
def test_format_beats_accept(
    ndop: NdopClient, consent: Draft, stored: Store, value: str, expected: str
) -> None:
    """SHALL: _format selects the format and beats Accept."""
    current = stored(consent)
    other = JSON if expected == XML else XML
    response = ndop.get(
        f"Consent/{current['id']}", params={"_format": value}, headers={"Accept": other}
    )
    expect_status(response, 200)
    expect("media type", media_type_of(response), expected)


@pytest.mark.requirement("NDOP-179")
def test_default_format(ndop: NdopClient, consent: Draft) -> None:
    """SHALL: without Accept and _format the request's format is answered, else JSON."""
    created = ndop.post(Consent.model_validate(consent).model_dump_xml(), XML)
    expect_status(created, 201)
    expect("media type of the answer to XML", media_type_of(created), XML)
    consent_id = created.headers["location"].split("/Consent/")[1].split("/")[0]
    expect("media type of a read", media_type_of(ndop.get(f"Consent/{consent_id}")), JSON)


@pytest.mark.requirement("NDOP-180")
@pytest.mark.parametrize("content_type", [JSON, XML, f"{JSON};charset=utf-8"])
def test_request_formats(ndop: NdopClient, consent: Draft, content_type: str) -> None:
    """SHALL: bodies in both formats of STU3 are accepted."""
    model = Consent.model_validate(consent)
    body = model.model_dump_xml() if "xml" in content_type else model.model_dump_json()
    expect_status(ndop.post(body, content_type), 201)


@pytest.mark.requirement("NDOP-180")
@pytest.mark.parametrize("content_type", ["application/json+fhir", "application/xml+fhir"])
def test_older_names_are_recorded(
    ndop: NdopClient, consent: Draft, note: Callable[[str], None], content_type: str
) -> None:
    """SHALL: the older names may be accepted or refused; recorded."""
    model = Consent.model_validate(consent)
    body = model.model_dump_xml() if "xml" in content_type else model.model_dump_json()
    response = ndop.post(body, content_type)
    expect_status(response, 201, 415)
    note(f"{content_type}: {response.status_code}")


@pytest.mark.requirement("NDOP-181")
def test_unsupported_body_type(ndop: NdopClient, edition: Edition) -> None:
    """SHOULD: a body of another media type is refused."""
    response = ndop.post("opt me out", "text/plain")
    assert_spine_error(
        edition, response, status=415, issue="not-supported", code="UNSUPPORTED_MEDIA_TYPE"
    )


@pytest.mark.requirement("NDOP-181")
def test_unsupported_accept(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store
) -> None:
    """SHOULD: an Accept that cannot be met is refused or answered in the default format."""
    current = stored(consent)
    response = ndop.get(f"Consent/{current['id']}", headers={"Accept": "image/png"})
    if response.status_code == 406:
        assert_spine_error(
            edition, response, status=406, issue="not-supported", code="UNSUPPORTED_MEDIA_TYPE"
        )
    else:
        expect_status(response, 200)
        expect("media type", media_type_of(response), JSON)


@pytest.mark.requirement("NDOP-182")
def test_answers_are_utf_8(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: answers are UTF-8."""
    display = "Eingeschränkter Zugang ✓ \N{GREEK SMALL LETTER ALPHA}"
    current = stored(having(consent, "purpose", 0, "display", value=display))
    response = ndop.get(f"Consent/{current['id']}")
    content_type = response.headers.get("content-type", "")
    expect_that("charset", "charset=utf-8" in content_type.lower(), "UTF-8", content_type)
    expect("display", resource_of(response, "Consent")["purpose"][0]["display"], display)


@pytest.mark.requirement("NDOP-182")
def test_answers_are_compressed_on_request(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, stored: Store
) -> None:
    """SHALL: answers are compressed when the client can read gzip."""
    stored(consent)
    reference = {"patient": edition.patient.reference_to(patient)}
    response = ndop.get("Consent", params=reference, headers={"Accept-Encoding": "gzip"})
    expect("Content-Encoding", response.headers.get("content-encoding"), "gzip")
    expect("total", resource_of(response, "Bundle")["total"], 1)


@pytest.mark.requirement("NDOP-183")
def test_etag_and_last_modified(ndop: NdopClient, consent: Draft) -> None:
    """SHALL: create, read, vread and update have ETag and Last-Modified of the version."""
    created = ndop.create(consent)
    expect_status(created, 201)
    consent_id = created.headers["location"].split("/Consent/")[1].split("/")[0]
    first = ndop.get(f"Consent/{consent_id}")
    assert_version_headers(created, first)
    assert_version_headers(first, first)
    version = resource_of(first, "Consent")["meta"]["versionId"]
    assert_version_headers(ndop.get(f"Consent/{consent_id}/_history/{version}"), first)
    updated = ndop.update({**consent, "id": consent_id, "status": "inactive"}, consent_id)
    expect_status(updated, 200)
    assert_version_headers(updated, ndop.get(f"Consent/{consent_id}"))


def assert_version_headers(response: httpx.Response, read: httpx.Response) -> None:
    meta = resource_of(read, "Consent")["meta"]
    expect("ETag", response.headers.get("etag"), f'W/"{meta["versionId"]}"')
    expect_that("Last-Modified", "last-modified" in response.headers, "present", "absent")
    stated = email.utils.parsedate_to_datetime(response.headers["last-modified"])
    updated = datetime.fromisoformat(meta["lastUpdated"])
    within = abs(updated - stated) <= timedelta(seconds=1)
    expect_that("Last-Modified", within, meta["lastUpdated"], response.headers["last-modified"])


@pytest.mark.requirement("NDOP-184")
def test_prefer(ndop: NdopClient, consent: Draft) -> None:
    """SHOULD: Prefer says what the answer to a write holds."""
    minimal = ndop.create(consent, Prefer="return=minimal")
    expect_status(minimal, 201)
    expect("body for return=minimal", minimal.text, "")
    consent_id = minimal.headers["location"].split("/Consent/")[1].split("/")[0]
    changed = {**consent, "id": consent_id, "status": "inactive"}
    whole = ndop.update(changed, consent_id, Prefer="return=representation")
    expect("id in the body", resource_of(whole, "Consent")["id"], consent_id)
