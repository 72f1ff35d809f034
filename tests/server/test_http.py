"""What clients expect of HTTP and of FHIR's paging, beyond what the suite looks at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from fhirpy import SyncFHIRClient

from ndop.conformance.suite.client import JSON, XML
from ndop.conformance.suite.expectations import assert_spine_error, consent_id_of
from ndop.consents import draft
from ndop.editions import Edition, EditionFolder
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.server.raw_http import raw_request

pytestmark = pytest.mark.slow

#: Of whom no other test of the shared server stores a Consent.
PATIENT = "9990009015"
OF_TWO_CONSENTS = "9990000018"


@pytest.fixture(scope="module")
def stored(server: RunningServer, edition: Edition) -> dict[str, Any]:
    """The second version of a Consent."""
    with httpx.Client(base_url=server.base_url + "/", timeout=30) as http:
        typed = {"Content-Type": JSON}
        created = http.post("Consent", content=json.dumps(draft(edition, PATIENT)), headers=typed)
        consent_id = consent_id_of(created)
        first = http.get(f"Consent/{consent_id}").json()
        http.put(f"Consent/{consent_id}", content=json.dumps(first), headers=typed)
        found: dict[str, Any] = http.get(f"Consent/{consent_id}").json()
        return found


@pytest.fixture(scope="module")
def two_consents(built: Layout, progress: Progress) -> Iterator[str]:
    """A server of an edition in which a patient has a Consent for each of two purposes."""
    draft_edition = EditionFolder.of(built).load("noom-draft")
    with process.running(built, ServerPlan(draft_edition.id), progress) as server:
        for purpose in draft_edition.purpose_codings():
            body = json.dumps(draft(draft_edition, OF_TWO_CONSENTS, purpose=purpose))
            headers = {"Content-Type": JSON}
            assert httpx.post(
                f"{server.base_url}/Consent", content=body, headers=headers
            ).is_success
        yield server.base_url


def test_a_preference_that_is_confirmed_is_a_new_version(stored: dict[str, Any]) -> None:
    """NDOP-112: the same content was sent again."""
    assert stored["meta"]["versionId"] == "2"


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": "max-results=0"},
        {"Cache-Control": "no-store, max-results=1"},
        {"Cache-Control": "no-cache"},
        {"X-Request-Partition-IDs": "7"},
        {"X-FHIR-Starter": "x"},
        {"Timezone": "nowhere"},
    ],
)
def test_headers_of_hapi_change_nothing(two_consents: str, headers: dict[str, str]) -> None:
    response = httpx.get(
        f"{two_consents}/Consent", params={"patient": OF_TWO_CONSENTS}, headers=headers
    )
    assert response.status_code == 200
    assert response.json()["total"] == len(response.json()["entry"]) == 2


def test_old_versions_cannot_be_rewritten(http: httpx.Client, stored: dict[str, Any]) -> None:
    path = f"Consent/{stored['id']}"
    first = http.get(f"{path}/_history/1").json()
    headers = {"Content-Type": JSON, "X-Rewrite-History": "true", "If-Match": 'W/"1"'}
    assert http.put(path, content=json.dumps(first), headers=headers).status_code == 409
    assert http.get(f"{path}/_history/1").json() == first


@pytest.mark.parametrize("count", ["0", "1", "2", "100"])
def test_a_search_has_a_total_and_links_that_work(two_consents: str, count: str) -> None:
    """NDOP-103"""
    parameters = {"patient": OF_TWO_CONSENTS, "_count": count}
    bundle = httpx.get(f"{two_consents}/Consent", params=parameters).json()
    assert bundle["total"] == 2
    links = {one["relation"]: one["url"] for one in bundle["link"]}
    assert "self" in links
    found = [entry["resource"]["id"] for entry in bundle.get("entry", [])]
    for _page in range(3):
        if "next" not in links:
            break
        following = httpx.get(links["next"])
        assert following.status_code == 200
        assert following.json()["total"] == 2
        links = {one["relation"]: one["url"] for one in following.json()["link"]}
        found += [entry["resource"]["id"] for entry in following.json().get("entry", [])]
    assert len(set(found)) == len(found) == (0 if count == "0" else 2)


def test_fhirpy_finds_each_consent(two_consents: str) -> None:
    consents = SyncFHIRClient(two_consents).resources("Consent")
    of_patient = consents.search(patient=OF_TWO_CONSENTS)
    assert len(of_patient.fetch_all()) == 2
    assert of_patient.first() is not None
    assert len(list(of_patient.limit(1))) == 2


@pytest.mark.parametrize(
    "path", ["metadata", "Consent/{id}", "Consent/{id}/_history", "Consent?patient=" + PATIENT]
)
def test_a_head_is_a_get_without_a_body(
    http: httpx.Client, stored: dict[str, Any], path: str
) -> None:
    """RFC 9110, section 9.3.2"""
    address = path.format(id=stored["id"])
    head, get = http.head(address), http.get(address)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "etag", "last-modified"):
        assert head.headers.get(name) == get.headers.get(name)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("Application/FHIR+XML", XML),
        ("APPLICATION/FHIR+JSON", JSON),
        ("application/fhir+ndjson, application/fhir+json;q=0.5", JSON),
        ("application/fhir+json;q=0.4, application/fhir+xml;q=0.5", XML),
        ("application/fhir+json;q=0, application/fhir+xml;q=0.1", XML),
        ("text/turtle, */*;q=0.1", JSON),
    ],
)
def test_the_type_that_is_most_welcome(
    http: httpx.Client, stored: dict[str, Any], accept: str, expected: str
) -> None:
    """RFC 9110, sections 8.3.1 and 12.5.1"""
    response = http.get(f"Consent/{stored['id']}", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(expected)
    assert response.text.lstrip().startswith("<" if expected == XML else "{")


@pytest.mark.parametrize(
    ("parameters", "headers"),
    [
        ({}, {"Accept": "application/fhir+ndjson"}),
        ({"_format": "application/fhir+ndjson"}, {}),
        ({"_format": "ndjson"}, {"Accept": XML}),
        ({}, {"Accept": "application/fhir+json;q=0"}),
    ],
)
def test_a_type_that_is_not_offered(
    http: httpx.Client, edition: Edition, parameters: dict[str, str], headers: dict[str, str]
) -> None:
    response = http.get("metadata", params=parameters, headers=headers)
    assert_spine_error(edition, response, status=406, code="UNSUPPORTED_MEDIA_TYPE")
    assert "ndjson" not in response.headers["content-type"]


def test_a_body_of_a_type_that_is_not_offered(http: httpx.Client, edition: Edition) -> None:
    typed = {"Content-Type": "application/fhir+ndjson", "Accept": ""}
    response = http.post("Consent", content="{}", headers=typed)
    assert_spine_error(edition, response, status=415, code="UNSUPPORTED_MEDIA_TYPE")
    assert response.headers["content-type"].startswith(JSON)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ('W/"2"', 304),
        ('"2"', 304),
        ('W/"1", W/"2"', 304),
        ("*", 304),
        ('W/"1"', 200),
        ('W/"22"', 200),
        ("2", 200),
        ("", 200),
    ],
)
def test_a_read_of_a_version_that_is_known(
    http: httpx.Client, stored: dict[str, Any], value: str, status: int
) -> None:
    """RFC 9110, sections 13.1.2 and 15.4.5"""
    response = http.get(f"Consent/{stored['id']}", headers={"If-None-Match": value})
    assert response.status_code == status
    assert response.headers["etag"] == 'W/"2"'
    assert (response.content == b"") is (status == 304)


@pytest.mark.parametrize(("seconds", "status"), [(0, 304), (3600, 304), (-1, 200)])
def test_a_read_of_what_did_not_change(
    http: httpx.Client, stored: dict[str, Any], seconds: int, status: int
) -> None:
    """RFC 9110, section 13.1.3: a date has whole seconds."""
    changed = datetime.fromisoformat(stored["meta"]["lastUpdated"]).astimezone(UTC)
    since = format_datetime(changed + timedelta(seconds=seconds), usegmt=True)
    address = f"Consent/{stored['id']}"
    assert http.get(address, headers={"If-Modified-Since": since}).status_code == status
    both = {"If-Modified-Since": since, "If-None-Match": 'W/"1"'}
    assert http.get(address, headers=both).status_code == 200


@pytest.mark.parametrize(
    ("value", "status"), [('W/"1"', 409), ('W/"7", W/"8"', 409), ("2", 409), ("x", 409)]
)
def test_an_update_of_another_version(
    http: httpx.Client, edition: Edition, stored: dict[str, Any], value: str, status: int
) -> None:
    """RFC 9110, section 13.1.1"""
    headers = {"Content-Type": JSON, "If-Match": value}
    response = http.put(f"Consent/{stored['id']}", content=json.dumps(stored), headers=headers)
    assert_spine_error(edition, response, status=status, code="PRECONDITION_FAILED")


def test_an_update_of_one_of_several_versions(http: httpx.Client, edition: Edition) -> None:
    patient = "9990009023"
    typed = {"Content-Type": JSON}
    created = http.post("Consent", content=json.dumps(draft(edition, patient)), headers=typed)
    consent_id = consent_id_of(created)
    path = f"Consent/{consent_id}"
    for number, value in enumerate(['W/"1"', 'W/"7", W/"2"', "*"], start=2):
        body = json.dumps(http.get(path).json())
        response = http.put(path, content=body, headers={**typed, "If-Match": value})
        assert response.status_code == 200
        assert response.headers["etag"] == f'W/"{number}"'


@pytest.mark.parametrize(
    ("value", "compressed"),
    [
        ("gzip", True),
        ("gzip;q=0", False),
        ("gzip;q=0.5, identity", False),
        ("br, gzip;q=0.1", True),
    ],
)
def test_an_answer_is_compressed_if_that_is_welcome(
    http: httpx.Client, stored: dict[str, Any], value: str, compressed: bool
) -> None:
    """RFC 9110, section 12.5.3"""
    response = http.get(f"Consent/{stored['id']}", headers={"Accept-Encoding": value})
    assert (response.headers.get("content-encoding") == "gzip") is compressed


@pytest.mark.parametrize(
    "since", ["abc", "2020", "2020-01-01", "2020-13", "gt2020", "2020-02-30", ""]
)
def test_a_time_that_is_none(
    http: httpx.Client, edition: Edition, stored: dict[str, Any], since: str
) -> None:
    response = http.get(f"Consent/{stored['id']}/_history", params={"_since": since})
    assert_spine_error(edition, response, status=422, code="INVALID_PARAMETER")


@pytest.mark.parametrize(
    ("value", "status", "code"),
    [
        (f"{PATIENT},9990000018", 422, "INVALID_PARAMETER"),
        ("nobody,somebody", 422, "INVALID_PARAMETER"),
        (f"http://fhir.nhs.net/Id/nhs-number|{PATIENT}", 400, "INVALID_NHS_NUMBER"),
        (f"Patient/{PATIENT}/_history/1", 400, "INVALID_NHS_NUMBER"),
        ("999 000 9015", 400, "INVALID_NHS_NUMBER"),
    ],
)
@pytest.mark.parametrize("path", ["Consent", "Consent/_history"])
def test_a_patient_that_is_not_understood_is_not_taken_for_nobody(
    http: httpx.Client,
    edition: Edition,
    stored: dict[str, Any],
    path: str,
    value: str,
    status: int,
    code: str,
) -> None:
    assert stored
    response = http.get(path, params={"patient": value})
    assert_spine_error(edition, response, status=status, code=code)


@pytest.mark.parametrize("form", ["{}", "Patient/{}", "https://example.org/Patient/{}"])
def test_a_patient_is_found_by_each_form_of_the_number(
    http: httpx.Client, stored: dict[str, Any], form: str
) -> None:
    bundle = http.get("Consent", params={"patient": form.format(PATIENT)}).json()
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == [stored["id"]]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "Consent/1", "GET, HEAD, PUT"),
        ("PATCH", "Consent/1", "GET, HEAD, PUT"),
        ("PUT", "Consent", "GET, HEAD, POST"),
        ("POST", "Consent/1", "GET, HEAD, PUT"),
        ("POST", "metadata", "GET, HEAD"),
        ("TRACE", "Consent", "GET, HEAD, POST"),
        ("POST", "Consent/_history", "GET, HEAD"),
        ("PUT", "Consent/_history", "GET, HEAD"),
        ("DELETE", "ValueSet/1", "GET, HEAD"),
        ("PUT", "ValueSet", "GET, HEAD"),
        ("GET", "Consent/$validate", "POST"),
        ("PUT", "ValueSet/$expand", "GET, HEAD, POST"),
    ],
)
def test_a_method_of_another_address(
    http: httpx.Client, edition: Edition, method: str, path: str, allowed: str
) -> None:
    answer = http.request(method, path, headers={"Content-Type": JSON})
    assert_spine_error(edition, answer, status=405)
    assert answer.headers["allow"] == allowed


PAGE = "https://portal.example"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["GET /fhir/metadata HTTP/1.1"], 200),
        (["GET /fhir/Consent?patient=1 HTTP/1.1"], 200),
        (["GET /fhir/Consent/unknown HTTP/1.1"], 404),
        (["GET /fhir/Consent HTTP/1.1"], 400),
        (["POST /fhir/Consent HTTP/1.1", "Content-Type: text/plain", "Content-Length: 0"], 415),
        (["GET /fhir/Consent/%00 HTTP/1.1"], 400),
        (["GET /fhir/%zz HTTP/1.1"], 400),
        (["GET /fhir/Consent?patient=" + "1" * 5_000 + " HTTP/1.1"], 414),
        (["POST /fhir/Consent HTTP/1.1", f"Content-Type: {JSON}", "Content-Length: 9999999"], 413),
        (["BREW /fhir/Consent HTTP/1.1"], 501),
        (["GET /elsewhere HTTP/1.1"], 404),
        (["GET /openapi.json HTTP/1.1"], 200),
    ],
)
def test_a_page_can_read_every_answer(server: RunningServer, lines: list[str], status: int) -> None:
    """NDOP-080: whether HAPI, a filter or the container makes it."""
    answer = raw_request(server.base_url, *lines, f"Origin: {PAGE}")
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] in ("*", PAGE)
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    assert "Origin" in answer.headers["vary"]
