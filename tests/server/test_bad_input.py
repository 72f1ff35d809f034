"""How the server answers input that no client should send: the documented status, a Spine
outcome, no stack trace, no product, nothing stored."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import httpx
import pytest

from ndop.conformance.suite.client import JSON, XML
from ndop.conformance.suite.expectations import assert_spine_error
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from tests.server.raw_http import TELLTALES, raw_request

pytestmark = pytest.mark.slow


def expect_error(edition: Edition, response: httpx.Response, status: int, code: str) -> None:
    assert_spine_error(edition, response, status=status, code=code)
    content = response.text + str(response.headers)
    assert [telltale for telltale in TELLTALES if telltale in content] == []
    assert {"server", "x-powered-by"} & response.headers.keys() == set()


def post(http: httpx.Client, body: str | bytes, content_type: str = JSON) -> httpx.Response:
    return http.post("Consent", content=body, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("", JSON, 400, "BAD_REQUEST"),
        ("{", JSON, 400, "BAD_REQUEST"),
        ("not json", JSON, 400, "BAD_REQUEST"),
        ("null", JSON, 400, "BAD_REQUEST"),
        ('{"resourceType": "Patient"}', JSON, 400, "BAD_REQUEST"),
        ('{"resourceType": 7}', JSON, 400, "BAD_REQUEST"),
        ('{"resourceType": "Consent", "x": 1}', JSON, 400, "BAD_REQUEST"),
        ('{"resourceType": "Consent"}', JSON, 422, "INVALID_RESOURCE"),
        ('{"resourceType": "Consent", "status": ["active"]}', JSON, 422, "INVALID_RESOURCE"),
        ('{"resourceType": "Consent", "status": {}}', JSON, 422, "INVALID_RESOURCE"),
        ('{"resourceType": "Consent", "patient": []}', JSON, 422, "INVALID_RESOURCE"),
        ('{"resourceType": "Consent", "extension": [null]}', JSON, 400, "BAD_REQUEST"),
        ('{"resourceType": "Consent", "meta": {"profile": [null]}}', JSON, 422, "INVALID_RESOURCE"),
        ("[" * 5000, JSON, 400, "BAD_REQUEST"),
        ('{"a":' * 5000, JSON, 400, "BAD_REQUEST"),
        ("<", XML, 400, "BAD_REQUEST"),
        ("<Consent/>", XML, 400, "BAD_REQUEST"),
        ("<Consent xmlns='http://hl7.org/FHIR'/>", XML, 400, "BAD_REQUEST"),
        (
            "<Consent xmlns='http://hl7.org/fhir'><x:id xmlns:x='urn:x'/></Consent>",
            XML,
            400,
            "BAD_REQUEST",
        ),
        ("\n\t<Consent xmlns='http://hl7.org/fhir'/>", XML, 422, "INVALID_RESOURCE"),
        ("\n<?xml version='1.0'?><Consent xmlns='http://hl7.org/fhir'/>", XML, 400, "BAD_REQUEST"),
        ("<Patient xmlns='http://hl7.org/fhir'/>", XML, 400, "BAD_REQUEST"),
        ("<Consent xmlns='http://hl7.org/fhir'><x/></Consent>", XML, 400, "BAD_REQUEST"),
        ("<Consent xmlns='http://hl7.org/fhir'/>", XML, 422, "INVALID_RESOURCE"),
        (
            "<!DOCTYPE c [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
            "<Consent xmlns='http://hl7.org/fhir'><status value='&e;'/></Consent>",
            XML,
            400,
            "BAD_REQUEST",
        ),
        (b'{"resourceType": "Consent", "status": "\xff"}', JSON, 400, "BAD_REQUEST"),
        ("{}", "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("{}", "application/fhir+json; charset=utf-16", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("patient=x", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
def test_bodies(
    http: httpx.Client,
    edition: Edition,
    body: str | bytes,
    content_type: str,
    status: int,
    code: str,
) -> None:
    expect_error(edition, post(http, body, content_type), status, code)


def test_no_content_type(http: httpx.Client, edition: Edition, consent: Draft) -> None:
    response = http.post("Consent", content=json.dumps(consent))
    expect_error(edition, response, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_letters_in_the_nhs_number(http: httpx.Client, edition: Edition, consent: Draft) -> None:
    reference = edition.patient.reference_to("45055771AA")
    response = post(http, json.dumps(having(consent, "patient", "reference", value=reference)))
    expect_error(edition, response, 422, "INVALID_RESOURCE")


@pytest.mark.parametrize("ending", ["\n", " ", "\t", "\u0000", "\u00a0", "%0a", "?", "#"])
def test_nothing_follows_the_nhs_number(
    http: httpx.Client, edition: Edition, patient: str, consent: Draft, ending: str
) -> None:
    """Otherwise the same patient would have two identities (D-11)."""
    reference = edition.patient.reference_to(patient) + ending
    response = post(http, json.dumps(having(consent, "patient", "reference", value=reference)))
    assert response.status_code in (400, 422)
    assert_spine_error(edition, response, status=response.status_code)


def test_a_reference_longer_than_the_index(
    http: httpx.Client, edition: Edition, patient: str, consent: Draft
) -> None:
    reference = f"https://example.org/{'a/' * 120}Patient/{patient}"
    response = post(http, json.dumps(having(consent, "patient", "reference", value=reference)))
    expect_error(edition, response, 422, "INVALID_RESOURCE")


@pytest.mark.parametrize("chunked", [False, True])
def test_ten_megabytes(http: httpx.Client, edition: Edition, consent: Draft, chunked: bool) -> None:
    text = json.dumps(having(consent, "language", value="e" * 10_000_000)).encode()
    pieces = (text[at : at + 65536] for at in range(0, len(text), 65536))
    response = http.post(
        "Consent", content=pieces if chunked else text, headers={"Content-Type": JSON}
    )
    expect_error(edition, response, 413, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("Consent/..", 404, "NO_RECORD_FOUND"),
        ("Consent/%2e%2e%2fPatient", 400, "BAD_REQUEST"),
        ("Consent/a%2fb", 400, "BAD_REQUEST"),
        ("Consent/%zz", 400, "BAD_REQUEST"),
        ("Consent/%00", 400, "BAD_REQUEST"),
        ("Consent/'; DROP TABLE hfj_resource; --", 404, "NO_RECORD_FOUND"),
        ("Consent/<script>", 404, "NO_RECORD_FOUND"),
        ("Consent/a\\b", 400, "BAD_REQUEST"),
        ("Consent/%25s", 400, "BAD_REQUEST"),
        ("%25252e/metadata", 400, "BAD_REQUEST"),
        ("Consent?=1&%00=2", 422, "INVALID_PARAMETER"),
        ("Consent?patient=%", 400, "BAD_REQUEST"),
        ("Consent?patient=x&_id=%zz", 400, "BAD_REQUEST"),
        ("Consent?patient=x&_format=ttl", 406, "UNSUPPORTED_MEDIA_TYPE"),
        ("Consent/" + "a" * 65, 404, "NO_RECORD_FOUND"),
        ("Consent/1/2/3/4/5/6", 400, "BAD_REQUEST"),
        ("consent/1", 501, "NOT_IMPLEMENTED"),
        ("Patient/1", 501, "NOT_IMPLEMENTED"),
        ("Consent?patient=x&colour=red", 422, "INVALID_PARAMETER"),
        ("Consent?patient=x&_count=-1", 422, "INVALID_PARAMETER"),
        ("Consent?patient=x&patient=y", 422, "INVALID_PARAMETER"),
        ("Consent?patient:missing=true", 422, "INVALID_PARAMETER"),
        ("Consent?patient.name=x", 422, "INVALID_PARAMETER"),
        ("Consent?_getpages=x", 422, "INVALID_PARAMETER"),
        ("Consent?patient=", 400, "BAD_REQUEST"),
        ("Consent", 400, "BAD_REQUEST"),
        ("?_getpages=x", 404, "NO_RECORD_FOUND"),
    ],
)
def test_addresses(http: httpx.Client, edition: Edition, path: str, status: int, code: str) -> None:
    response = raw_request(
        str(http.base_url), f"GET {urlsplit(str(http.base_url)).path}{quoted(path)} HTTP/1.1"
    )
    expect_error(edition, response, status, code)


def quoted(path: str) -> str:
    return path.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")


@pytest.mark.parametrize(
    ("path", "status"), [("/", 404), ("/etc/passwd", 404), ("/fhir/../x", 404), ("/actuator", 404)]
)
def test_addresses_outside_the_api(
    http: httpx.Client, edition: Edition, path: str, status: int
) -> None:
    expect_error(
        edition, raw_request(str(http.base_url), f"GET {path} HTTP/1.1"), status, "NO_RECORD_FOUND"
    )


@pytest.mark.parametrize(
    ("method", "status", "code"),
    [
        ("DELETE", 405, "NOT_IMPLEMENTED"),
        ("PATCH", 405, "NOT_IMPLEMENTED"),
        ("TRACE", 405, "NOT_IMPLEMENTED"),
        ("PURGE", 501, "NOT_IMPLEMENTED"),
        ("LOCK", 501, "NOT_IMPLEMENTED"),
    ],
)
def test_methods(http: httpx.Client, edition: Edition, method: str, status: int, code: str) -> None:
    response = raw_request(str(http.base_url), f"{method} /fhir/Consent/1 HTTP/1.1")
    expect_error(edition, response, status, code)


@pytest.mark.parametrize("value", ["x", "", "-1", "Mon, 99 Foo 2020", "9" * 30])
@pytest.mark.parametrize("name", ["If-Modified-Since", "If-None-Match", "X-Request-ID", "Range"])
def test_headers_that_say_nothing_are_ignored(
    http: httpx.Client, edition: Edition, consent: Draft, name: str, value: str
) -> None:
    created = post(http, json.dumps(consent))
    response = http.get(created.headers["location"], headers={name: value})
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("since", ["2020-01-01T00:00:00Z", "2020", "gt2020", "never", ""])
def test_history_since(
    http: httpx.Client, edition: Edition, patient: str, consent: Draft, since: str
) -> None:
    post(http, json.dumps(consent))
    reference = edition.patient.reference_to(patient)
    response = http.get("Consent/_history", params={"patient": reference, "_since": since})
    if response.status_code != 200:
        assert_spine_error(edition, response, status={400, 422})
    else:
        assert response.json()["total"] == 1


def test_wrong_accept(http: httpx.Client, edition: Edition) -> None:
    response = http.get("metadata", headers={"Accept": "image/png"})
    expect_error(edition, response, 406, "UNSUPPORTED_MEDIA_TYPE")


TURTLE = "application/fhir+turtle"


@pytest.mark.parametrize("path", ["metadata", "Consent/unknown", "Patient", "Consent?colour=red"])
def test_turtle(http: httpx.Client, edition: Edition, path: str) -> None:
    """HAPI knows it and cannot write it; the refusal is in JSON."""
    response = http.get(path, headers={"Accept": TURTLE})
    expect_error(edition, response, 406, "UNSUPPORTED_MEDIA_TYPE")


def test_turtle_before_json(http: httpx.Client) -> None:
    accept = f"{TURTLE}, {JSON};q=0.1"
    response = http.get("metadata", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(JSON)


def test_whitespace_is_no_value(http: httpx.Client, edition: Edition, patient: str) -> None:
    """HAPI would not write it, and what is stored would lack an element that must be there."""
    blank = having(
        draft(edition, patient, sample="maximal"),
        *("category", 0, "coding", 0, "display"),
        value=" ",
    )
    expect_error(edition, post(http, json.dumps(blank)), 422, "INVALID_RESOURCE")


def test_errors_of_the_container_are_xml_where_xml_is_accepted(
    http: httpx.Client, edition: Edition
) -> None:
    response = raw_request(str(http.base_url), "GET /fhir/%zz HTTP/1.1", f"Accept: {XML}")
    assert response.headers["content-type"].startswith(XML)
    expect_error(edition, response, 400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "lines",
    [
        ["GET /fhir/metadata HTTP/1.1", "Host: another.example"],
        ["GET /fhir/metadata HTTP/1.1", "Bad Header: x"],
        ["GET /fhir/metadata HTTP/1.1", f"X-Long: {'a' * 20000}"],
        [f"GET /fhir/Consent?patient={'a' * 20000} HTTP/1.1"],
        ["GET /fhir/metadata HTTP/9.9"],
        ["GET /fhir/metadata HTTP/1.1", "Expect: the impossible"],
    ],
    ids=["second Host", "bad header", "long header", "long URL", "HTTP version", "expectation"],
)
def test_requests_that_are_not_http(http: httpx.Client, edition: Edition, lines: list[str]) -> None:
    response = raw_request(str(http.base_url), *lines)
    assert 400 <= response.status_code < 500
    expect_error(edition, response, response.status_code, "BAD_REQUEST")
    assert [one for one in TELLTALES if one in response.text + str(response.headers)] == []


def test_nothing_was_stored(http: httpx.Client, edition: Edition, patient: str) -> None:
    """After all of the above a patient whom they named still has no Consent."""
    found = http.get("Consent", params={"patient": edition.patient.reference_to(patient)})
    assert found.json()["total"] == 0
