"""Area headers: media types, charset and compression (docs/specification.md, section 7.4)."""

from __future__ import annotations

import json

import httpx
import pytest

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    consent_id_of,
    expect,
    expect_status,
    expect_that,
    resource_of,
)
from ndop.consents import Draft, having
from ndop.editions import Edition
from support import Note, Store, as_xml


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
    """SHALL: _format selects the format and overrides Accept."""
    current = stored(consent)
    other = JSON if expected == XML else XML
    response = ndop.get(
        f"Consent/{current['id']}", params={"_format": value}, headers={"Accept": other}
    )
    expect_status(response, 200)
    expect("media type", media_type_of(response), expected)


@pytest.mark.requirement("NDOP-179")
def test_default_format(ndop: NdopClient, consent: Draft) -> None:
    """SHALL: without Accept and _format, the answer is in the request's format, or JSON."""
    created = ndop.post(as_xml(consent), XML)
    expect_status(created, 201)
    expect("media type of the answer to XML", media_type_of(created), XML)
    read = ndop.get(f"Consent/{consent_id_of(created)}")
    expect("media type of a read", media_type_of(read), JSON)


@pytest.mark.requirement("NDOP-180")
@pytest.mark.parametrize("content_type", [JSON, XML, f"{JSON};charset=utf-8"])
def test_request_formats(ndop: NdopClient, consent: Draft, content_type: str) -> None:
    """SHALL: bodies in both formats of STU3 are accepted."""
    body = as_xml(consent) if "xml" in content_type else json.dumps(consent)
    expect_status(ndop.post(body, content_type), 201)


@pytest.mark.requirement("NDOP-180")
@pytest.mark.parametrize("content_type", ["application/json+fhir", "application/xml+fhir"])
def test_older_names_are_recorded(
    ndop: NdopClient, consent: Draft, note: Note, content_type: str
) -> None:
    """SHALL: the older names may be accepted or refused; recorded."""
    body = as_xml(consent) if "xml" in content_type else json.dumps(consent)
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
    is_utf_8 = "charset=utf-8" in content_type.lower()
    expect_that("charset", is_utf_8, found=content_type, expected="UTF-8")
    expect("display", resource_of(response, "Consent")["purpose"][0]["display"], display)


@pytest.mark.requirement("NDOP-182")
def test_answers_are_compressed_on_request(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, stored: Store
) -> None:
    """SHALL: answers are compressed when the client accepts gzip."""
    stored(consent)
    reference = {"patient": edition.patient.reference_to(patient)}
    response = ndop.get("Consent", params=reference, headers={"Accept-Encoding": "gzip"})
    expect("Content-Encoding", response.headers.get("content-encoding"), "gzip")
    expect("total", resource_of(response, "Bundle")["total"], 1)
