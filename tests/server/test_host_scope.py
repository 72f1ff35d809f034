"""Nothing but the API and the published pages answers (NDOP-211, decision D-33)."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest

from ndop.conformance.suite.expectations import assert_spine_error
from ndop.editions import Edition
from ndop.server.process import RunningServer
from tests.server.raw_http import TELLTALES, raw_request, send_raw

pytestmark = pytest.mark.slow

#: Addresses of HAPI's stock image, of Spring Boot, and of nobody.
ADDRESSES = [
    "/about",
    "/actuator",
    "/actuator/env",
    "/control/jobs",
    "/error",
    "/error/",
    "/error?a=b",
    "/home",
    "/index.html",
    "/mcp/messages",
    "/page?serverId=home&page-url=http://127.0.0.1:1/",
    "/v3/api-docs",
    "/websocket",
    "/nothing",
]

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "UNHEARD"]

HANDSHAKE = [
    "Connection: Upgrade, close",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==",
]


def assert_closed(edition: Edition, answer: httpx.Response, what: str) -> None:
    assert_spine_error(edition, answer, status=(400, 404), code={"NO_RECORD_FOUND", "BAD_REQUEST"})
    told = answer.text + str(answer.headers)
    assert [name for name in TELLTALES if name in told] == [], what


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_of_a_stock_host(
    server: RunningServer, edition: Edition, method: str, address: str
) -> None:
    answer = raw_request(server.base_url, f"{method} {address} HTTP/1.1", "Content-Length: 0")
    assert answer.status_code == 404
    if method != "HEAD":
        assert_closed(edition, answer, f"{method} {address}")


@pytest.mark.parametrize("address", ["/error", "/home"])
@pytest.mark.parametrize(
    "spelling",
    [
        "/{0}",
        "{0};a=b",
        "/;a=b{0}",
        "/.{0}",
        "{0}/",
        "/fhir/..{0}",
        "/fhir/%2e%2e{0}",
        "/fhir/..;{0}",
        "/fhir;a=b/..{0}",
        "/fhir/Consent/..;a/..;b{0}",
        "/fhir/Consent/../..{0}",
        "/fhir/..%2f{0}",
        "/fhir/..%5c{0}",
        "/fhir//..{0}",
        "/fhir/..\\{0}",
        "/any/..{0}",
        "http://127.0.0.1{0}",
        "http://127.0.0.1/fhir/..{0}",
    ],
)
def test_spellings_of_a_path(
    server: RunningServer, edition: Edition, spelling: str, address: str
) -> None:
    path = spelling.format(address)
    answer = raw_request(server.base_url, f"GET {path} HTTP/1.1", "Content-Length: 0")
    assert_closed(edition, answer, path)


@pytest.mark.parametrize(
    "path", ["/fhir;a=b/metadata", "//fhir/metadata", "/fhir/Consent/../metadata", "/FHIR/metadata"]
)
def test_the_api_has_one_spelling(server: RunningServer, edition: Edition, path: str) -> None:
    answer = raw_request(server.base_url, f"GET {path} HTTP/1.1", "Content-Length: 0")
    assert_closed(edition, answer, path)


@pytest.mark.parametrize("path", ["/websocket", "/fhir/websocket", "/fhir/metadata"])
def test_no_web_socket(server: RunningServer, path: str) -> None:
    assert send_raw(server.base_url, f"GET {path} HTTP/1.1", *HANDSHAKE).startswith(b"HTTP/1.1 404")


def test_what_is_open(server: RunningServer) -> None:
    root = f"http://{urlsplit(server.base_url).netloc}"
    assert httpx.get(f"{server.base_url}/metadata").status_code == 200
    assert httpx.get(f"{root}/", headers={"Accept": "text/html"}).status_code == 200
    assert httpx.get(f"{root}/openapi.json").status_code == 200
    # Java's client offers HTTP/2 with every first request.
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AA"}
    assert httpx.get(f"{server.base_url}/metadata", headers=offer).status_code == 200
