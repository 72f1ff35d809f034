"""Each limit on requests: what exceeds it is refused as the catalogue says, and the server goes
on. The server distinguishes clients by address, so each test has an address of its own."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ndop.conformance.suite.client import JSON, XML
from ndop.conformance.suite.expectations import assert_spine_error
from ndop.consents import draft, having
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.examples.recorder import Recorder
from tests.server.raw_http import (
    connect,
    has_answer,
    parse_response,
    receive_all,
    require_local_addresses,
    send_raw,
)

pytestmark = pytest.mark.slow

AT_ONCE = 4
PER_MINUTE = 60
SECONDS = 3
SETTINGS = {
    "ndop.max-body": "64KB",
    "ndop.max-url": "1KB",
    "ndop.max-parameters": "5",
    "ndop.max-depth": "12",
    "ndop.max-elements": "200",
    "ndop.max-page": "2",
    "ndop.max-time": f"{SECONDS}s",
    "ndop.max-arriving": str(AT_ONCE),
    "ndop.max-at-once": str(AT_ONCE),
    "ndop.max-per-minute": str(PER_MINUTE),
    "ndop.base-url": "https://optout.example/fhir",
    "ndop.cors-origins": "https://portal.example,https://*.nhs.uk",
    "server.max-http-request-header-size": "8KB",
    "server.tomcat.connection-timeout": "2s",
}


@pytest.fixture(scope="module")
def limited_server(built: Layout, progress: Progress) -> Iterator[RunningServer]:
    require_local_addresses("127.0.0.11", "127.0.1.1")
    plan = ServerPlan(DEFAULT_EDITION, settings=SETTINGS)
    with process.running(built, plan, progress) as server:
        yield server
        assert "failed unexpectedly" not in server.log.read_text(encoding="utf-8")


def client(limited_server: RunningServer, source: str) -> httpx.Client:
    transport = httpx.HTTPTransport(local_address=source)
    return httpx.Client(base_url=limited_server.base_url + "/", timeout=60, transport=transport)


@pytest.fixture
def http(limited_server: RunningServer, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client with a local address that no other test uses."""
    number = request.session.items.index(request.node) % 250
    with client(limited_server, f"127.0.1.{number + 1}") as http:
        yield http


def post(http: httpx.Client, body: str, content_type: str = JSON) -> httpx.Response:
    return http.post("Consent", content=body, headers={"Content-Type": content_type})


def test_body(http: httpx.Client, edition: Edition) -> None:
    consent = having(draft(edition, next(synthetic())), "language", value="e" * 65_536)
    response = post(http, json.dumps(consent))
    assert_spine_error(edition, response, status=413, issue="too-costly", code="BAD_REQUEST")
    assert "at most 65536 bytes" in response.text


def test_url(http: httpx.Client, edition: Edition) -> None:
    response = http.get("Consent", params={"patient": "x" * 1100})
    assert_spine_error(edition, response, status=414, issue="too-long", code="BAD_REQUEST")
    response = http.get("Consent/" + "x" * 1100)
    assert_spine_error(edition, response, status=414, issue="too-long", code="BAD_REQUEST")


def test_parameters(http: httpx.Client, edition: Edition) -> None:
    response = http.get("Consent?" + "&".join(f"a{number}=1" for number in range(6)))
    assert_spine_error(edition, response, status=400, issue="too-costly", code="BAD_REQUEST")
    assert "at most 5 parameters; found 6" in response.text


def test_headers(http: httpx.Client, edition: Edition) -> None:
    response = http.get("metadata", headers={"X-Long": "a" * 9000})
    assert_spine_error(edition, response, status=400, code="BAD_REQUEST")


def test_number_of_headers(http: httpx.Client, edition: Edition) -> None:
    response = http.get("metadata", headers=[(f"X-{number}", "a") for number in range(150)])
    assert_spine_error(edition, response, status=400, code="BAD_REQUEST")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"a":' * 13 + "1" + "}" * 13, JSON),
        (f'{{"a": {"[" * 12}{"]" * 12}}}', JSON),
        ("<a xmlns='http://hl7.org/fhir'>" + "<a>" * 12 + "</a>" * 13, XML),
    ],
)
def test_depth(http: httpx.Client, edition: Edition, body: str, content_type: str) -> None:
    response = post(http, body, content_type)
    assert_spine_error(edition, response, status=400, issue="too-costly", code="BAD_REQUEST")
    assert "at most 12 levels" in response.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"a": [1] * 200}), JSON),
        (f"<a xmlns='http://hl7.org/fhir'>{'<b/>' * 200}</a>", XML),
    ],
)
def test_elements(http: httpx.Client, edition: Edition, body: str, content_type: str) -> None:
    response = post(http, body, content_type)
    assert_spine_error(edition, response, status=400, issue="too-costly", code="BAD_REQUEST")
    assert "at most 200 values or elements" in response.text


@pytest.mark.parametrize("params", [{}, {"_count": "100"}, {"_offset": "1"}])
def test_entries_of_a_page(http: httpx.Client, edition: Edition, params: dict[str, str]) -> None:
    consent = draft(edition, next(synthetic()))
    created = post(http, json.dumps(consent))
    assert created.status_code == 201, created.text
    path = "Consent/" + created.headers["location"].split("/")[5]
    for status in ("inactive", "active", "inactive"):
        changed = {**consent, "id": path.rsplit("/", 1)[1], "status": status}
        http.put(path, content=json.dumps(changed), headers={"Content-Type": JSON})
    reference = consent["patient"]["reference"]
    by_patient = http.get("Consent/_history", params={"patient": reference, **params})
    for history in (by_patient, http.get(f"{path}/_history", params=params)):
        assert history.status_code == 200, history.text
        assert history.json()["total"] == 4
        assert len(history.json()["entry"]) == 2


def test_time_of_a_request(
    limited_server: RunningServer, edition: Edition, recorder: Recorder
) -> None:
    """A client that sends a byte now and then cannot hold a thread for longer than the limit."""
    begun = time.monotonic()
    with connect(limited_server.base_url, "127.0.0.11") as connection:
        connection.sendall(request_with_body(1000))
        for _ in range(3 * SECONDS):
            connection.sendall(b" ")
            time.sleep(0.5)
            if has_answer(connection):
                break
        answer = parse_response(receive_all(connection))
    assert_spine_error(edition, answer, status=408, issue="timeout", code="BAD_REQUEST")
    recorder.check(answer, "request-too-slow")
    assert time.monotonic() - begun >= SECONDS


def test_a_body_that_nobody_wants_keeps_no_thread(limited_server: RunningServer) -> None:
    """By default the container reads the body of a refused request, at the client's pace."""
    with connect(limited_server.base_url, "127.0.0.12") as connection:
        connection.sendall(request_with_body(1000).replace(JSON.encode(), b"text/plain"))
        try:
            for _ in range(20):
                connection.sendall(b" ")
                time.sleep(0.5)
            pytest.fail("the server still reads")
        except OSError:
            pass


@pytest.mark.parametrize(
    "beginning",
    [b"", b"GET /fhir/metadata HT", b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-A", None],
    ids=["nothing", "half a line", "half a header", "half a body"],
)
def test_a_silent_client_is_hung_up_on(
    limited_server: RunningServer, beginning: bytes | None
) -> None:
    with connect(limited_server.base_url, "127.0.0.13") as connection:
        connection.sendall(request_with_body(1000) if beginning is None else beginning)
        receive_all(connection)


def test_slow_headers_keep_nobody_else_waiting(limited_server: RunningServer) -> None:
    """They wait in the container's poller, which has no thread for each of them."""
    slow = [connect(limited_server.base_url, "127.0.0.14") for _ in range(300)]
    try:
        for connection in slow:
            connection.sendall(b"GET /fhir/metadata HTTP/1.1\r\nX-Slow: ")
        with client(limited_server, "127.0.0.15") as http:
            assert http.get("metadata", timeout=10).status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_requests_at_once(
    limited_server: RunningServer, edition: Edition, recorder: Recorder
) -> None:
    """A client may have half of the places for requests that arrive; others are still served."""
    slow = [connect(limited_server.base_url, "127.0.0.16") for _ in range(AT_ONCE)]
    try:
        for connection in slow:
            connection.sendall(request_with_body(1000))
        with client(limited_server, "127.0.0.17") as http:
            assert http.get("metadata").status_code == 200
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = [parse_response(one) for one in pool.map(receive_all, slow)]
    finally:
        for connection in slow:
            connection.close()
    # Those that had a place were given up later.
    assert Counter(answer.status_code for answer in answers) == {
        503: AT_ONCE // 2,
        408: AT_ONCE // 2,
    }
    for answer in answers:
        if answer.status_code == 503:
            assert_spine_error(edition, answer, status=503, issue="throttled")
            recorder.check(answer, "overloaded")
            assert answer.headers["retry-after"] == "1"


def test_requests_of_a_client_in_a_minute(
    limited_server: RunningServer, edition: Edition, recorder: Recorder
) -> None:
    with client(limited_server, "127.0.0.18") as http:
        answers = [http.get("metadata") for _ in range(PER_MINUTE + 20)]
        statuses = [answer.status_code for answer in answers]
        assert set(statuses[:PER_MINUTE]) == {200}
        assert 429 in statuses
        refused = answers[statuses.index(429)]
        assert_spine_error(edition, refused, status=429, issue="throttled", code="BAD_REQUEST")
        recorder.check(refused, "too-many-requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        time.sleep(int(refused.headers["retry-after"]))
        assert http.get("metadata").status_code == 200
    with client(limited_server, "127.0.0.19") as another:
        assert another.get("metadata").status_code == 200


def test_a_client_cannot_say_that_it_is_another(limited_server: RunningServer) -> None:
    statuses = {
        parse_response(
            send_raw(
                limited_server.base_url,
                "GET /fhir/metadata HTTP/1.1",
                f"X-Forwarded-For: 10.0.0.{number}",
                f"Forwarded: for=10.0.0.{number}",
                "Connection: close",
                source="127.0.0.20",
            )
        ).status_code
        for number in range(PER_MINUTE + 20)
    }
    assert statuses == {200, 429}


@pytest.mark.parametrize("origin", ["https://portal.example", "https://app.service.nhs.uk"])
def test_configured_origins_may_call(http: httpx.Client, origin: str) -> None:
    preflight = http.options(
        "Consent",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,authorization",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == origin
    assert "POST" in preflight.headers["access-control-allow-methods"]
    answer = http.get("metadata", headers={"Origin": origin})
    assert answer.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.json()["resourceType"] == "CapabilityStatement"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://portal.example",
        "https://portal.example.evil.example",
        "https://nhs.uk.evil.example",
        "null",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_other_origins_may_not(
    http: httpx.Client, edition: Edition, origin: str, method: str
) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST", "Content-Type": JSON}
    answer = http.request(method, "Consent", headers=headers)
    assert_spine_error(edition, answer, status=403, code="ACCESS DENIED")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", ["http://x%0d%0aX: y", "x:y:z", "http://[", "\\"])
def test_an_origin_that_is_none(http: httpx.Client, edition: Edition, origin: str) -> None:
    answer = http.get("metadata", headers={"Origin": origin})
    assert_spine_error(edition, answer, status=(400, 403))


def test_links_name_the_configured_address(http: httpx.Client, edition: Edition) -> None:
    """Not the Host that the client sent: a forged one would appear in every link."""
    consent = json.dumps(draft(edition, next(synthetic())))
    forged = {"Content-Type": JSON, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    created = http.post("Consent", content=consent, headers=forged)
    assert created.headers["location"].startswith("https://optout.example/fhir/Consent/")
    assert "evil" not in created.text + str(created.headers)


def request_with_body(length: int) -> bytes:
    head = ("POST /fhir/Consent HTTP/1.1", "Host: x", f"Content-Type: {JSON}")
    return "\r\n".join([*head, f"Content-Length: {length}", "", "{"]).encode()
