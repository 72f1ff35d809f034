"""What the suite sends outside the base URL, where the host may be somebody else's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ndop.conformance.report.results import RunResult
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.runner import run
from ndop.conformance.suite.access import Access, http_client
from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.credentials import Credentials
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.fhir.outcomes import issue
from ndop.system.layout import Layout
from tests.conformance.stub_server import StubHandler, StubResponse, stub_server

OUTSIDE = ["../page", "../../page?a=b", "Consent/../../page", "../fhir2/metadata"]

#: Method, path and headers of a request, the names of the headers in lower case.
Sent = tuple[str, str, dict[str, str]]


@contextmanager
def recording_server() -> Iterator[tuple[int, list[Sent]]]:
    """A server that gives everyone a cookie; its port, and what was sent to it."""
    sent: list[Sent] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            sent.append((self.command, self.path, headers))
            self.send_response(302 if "moved" in self.path else 200)
            self.send_header("Location", "/page")
            self.send_header("Set-Cookie", "session=1; Path=/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD = do_OPTIONS = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port, sent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def recorded(edition: Edition) -> Iterator[tuple[NdopClient, list[Sent]]]:
    """A client with all the credentials that there are, after its first request."""
    access = Access(headers={"X-Api-Key": "secret"})
    with recording_server() as (port, sent), http_client(access) as http:
        base_url = f"http://user:secret@127.0.0.1:{port}/opt-out/fhir"
        client = NdopClient(base_url, http, access, credentials=Credentials(edition))
        client.get("metadata")
        yield client, sent


def test_below_the_base_credentials_are_sent(recorded: tuple[NdopClient, list[Sent]]) -> None:
    client, sent = recorded
    client.get("Consent/1")
    client.get("")
    for _, path, headers in sent[1:]:
        assert path.startswith("/opt-out/fhir")
        assert {"authorization", "x-api-key", "cookie", "ssp-from"} <= headers.keys()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", OUTSIDE)
def test_outside_it_nobody_is_named(
    recorded: tuple[NdopClient, list[Sent]], method: str, path: str
) -> None:
    client, sent = recorded
    client.request(method, path, headers={"X-Own": "test's"})
    _, address, headers = sent[-1]
    assert not address.startswith("/opt-out/fhir/")
    assert headers.keys() <= {"host", "accept-encoding", "x-own"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", OUTSIDE)
def test_outside_it_nothing_is_changed(
    recorded: tuple[NdopClient, list[Sent]], method: str, path: str
) -> None:
    client, sent = recorded
    with pytest.raises(ValueError, match="outside the base URL"):
        client.request(method, path)
    assert len(sent) == 1


def test_no_redirect_leads_outside(recorded: tuple[NdopClient, list[Sent]]) -> None:
    client, sent = recorded
    client.get("moved")
    with pytest.raises(Exception):  # noqa: B017, PT011
        client.fhirpy().resources("moved").fetch()
    assert all(path.startswith("/opt-out/fhir/") for _, path, _ in sent)
    assert "moved" in sent[-1][1]


METADATA = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "3.0.1",
    "rest": [{"resource": [{"type": "Consent"}]}],
}


def host(beside: StubHandler) -> StubHandler:
    """A host with the API at /fhir, and something beside it."""

    def answer(method: str, path: str) -> StubResponse:
        inside = path.startswith("/fhir")
        return StubResponse(json.dumps(METADATA)) if inside else beside(method, path)

    return answer


def ran(layout: Layout, folder: Path, beside: StubHandler) -> RunResult:
    """A run of the tests of what is open beside the API."""
    with stub_server(host(beside)) as base_url:
        plan = RunPlan(base_url, DEFAULT_EDITION, folder, only=("NDOP-211",))
        return run(layout, plan, lambda *_: None)


@pytest.mark.slow
def test_a_neighbour_may_answer(layout: Layout, tmp_path: Path) -> None:
    sent: list[tuple[str, str]] = []

    def gateway(method: str, path: str) -> StubResponse:
        sent.append((method, path))
        if path in ("/home", "/search"):
            return StubResponse("<p>Spring sale at Apache Swagger</p>", content_type="text/html")
        return StubResponse("<h1>404</h1><hr>nginx", 404, "text/html")

    result = ran(layout, tmp_path, gateway)
    assert {test.outcome for test in result.tests} == {"skipped"}
    assert all("a neighbour perhaps" in test.explanation for test in result.tests)
    assert all(test.remedy for test in result.tests)
    assert {method for method, _ in sent} == {"GET", "OPTIONS"}


@pytest.mark.slow
def test_a_stock_host_fails(layout: Layout, tmp_path: Path) -> None:
    def stock(_method: str, path: str) -> StubResponse:
        if path.startswith(("/home", "/page", "/about")):
            return StubResponse("<title>HAPI FHIR</title>", content_type="text/html")
        return StubResponse('{"timestamp": 1, "status": 404, "error": "Not Found"}', 404)

    failed = {test.id.split("-", 1)[1] for test in ran(layout, tmp_path, stock).failures}
    assert {one.split("?")[0].rstrip("]") for one in failed} == {"about", "home", "page"}


@pytest.mark.slow
def test_what_answers_on_a_host_of_its_own_fails(
    layout: Layout, tmp_path: Path, edition: Edition
) -> None:
    refusal = {"resourceType": "OperationOutcome", "issue": [issue(edition, "unknown-record", "")]}

    def own(_method: str, path: str) -> StubResponse:
        return StubResponse("", 200) if path == "/sse" else StubResponse(json.dumps(refusal), 404)

    result = ran(layout, tmp_path, own)
    failed = sorted(test.id.rpartition("::")[2] for test in result.failures)
    assert failed == [f"test_only_the_api_is_open[{one}-sse]" for one in ("GET", "OPTIONS")]
    assert {test.outcome for test in result.tests} == {"passed", "failed"}
