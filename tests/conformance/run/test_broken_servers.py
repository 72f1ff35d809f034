"""The suite against servers that are broken: failures are right, readable, and in time.

Each server is met twice: by the preflight check, and in a run whose preflight check passed.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from ndop.conformance.report.results import TestResult
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.preflight import check_server
from ndop.conformance.run.runner import run
from ndop.conformance.suite.access import Access
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.system.errors import TargetError
from ndop.system.layout import Layout
from tests.conformance import broken_servers
from tests.conformance.broken_servers import Behaviour, broken_server, http, sends
from tests.conformance.small_suite import checkout_with

STATEMENT = json.dumps(
    {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "3.0.1",
        "rest": [{"resource": [{"type": "Consent"}]}],
    }
).encode()
BUNDLE = b'{"resourceType": "Bundle", "type": "searchset", "total": 0}'

HTML = http(b"<html><body>Gateway</body></html>", "Content-Type: text/html")
REDIRECT = http(b"", "Location: https://elsewhere.example/login", status="302 Found")
BUSY = http(b"", "Retry-After: 120", status="503 Service Unavailable")
NO_GZIP = http(b"not compressed", "Content-Encoding: gzip")
NOT_HTTP = b"220 mail.example ESMTP\r\n\r\n"

#: What each does, what the preflight check says of it, and what a test says that reads by id.
SERVERS: dict[str, tuple[Behaviour, str, str]] = {
    "hangs up": (broken_servers.hangs_up, "Server disconnected", "Server disconnected"),
    "hangs up within a body": (
        broken_servers.hangs_up_within_a_body,
        "peer closed connection without sending complete message body",
        "peer closed connection without sending complete message body",
    ),
    "never answers": (
        broken_servers.never_answers,
        "no whole answer within 2 s",
        "no whole answer within 2 s",
    ),
    "trickles headers": (
        broken_servers.trickles_headers,
        "no whole answer within 2 s",
        "no whole answer within 2 s",
    ),
    "trickles a body": (
        broken_servers.trickles_a_body,
        "no whole answer within 2 s",
        "no whole answer within 2 s",
    ),
    "never ends a body": (
        broken_servers.never_ends_a_body,
        "the body of the answer is longer than 16777216 bytes",
        "the body of the answer is longer than 16777216 bytes",
    ),
    "is no HTTP": (sends(NOT_HTTP), "illegal status line", "illegal status line"),
    "answers HTML": (sends(HTML), "found text/html", "a JSON object"),
    "redirects": (sends(REDIRECT), "redirects to https://elsewhere.example/login", "found:    302"),
    "is busy": (sends(BUSY), "It asks clients to retry after 120", "found:    503"),
    "claims gzip": (
        sends(NO_GZIP),
        "a body that is not compressed as its Content-Encoding says",
        "a body that is not compressed as its Content-Encoding says",
    ),
}


@pytest.mark.parametrize("name", SERVERS)
def test_the_preflight_check_says_what_is_wrong_in_time(edition: Edition, name: str) -> None:
    behaviour, message, _ = SERVERS[name]
    with broken_server(behaviour) as base_url, pytest.raises(TargetError) as error:
        check_server(base_url, edition, Access(request_seconds=2))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def statement_then(behaviour: Behaviour) -> Behaviour:
    """A server that passes the preflight check, and then behaves as given."""

    def behave(line: str, connection: socket.socket) -> None:
        if "/metadata" in line:
            connection.sendall(http(STATEMENT))
        elif "/Consent?" in line:
            connection.sendall(http(BUNDLE))
        else:
            behaviour(line, connection)

    return behave


SUITE = '''
import pytest
from ndop.conformance.suite.expectations import expect_status, resource_of

@pytest.mark.requirement("NDOP-096")
def test_reads(ndop):
    """SHALL: reads."""
    response = ndop.get("Consent/1")
    expect_status(response, 200)
    resource_of(response, "Consent")

@pytest.mark.requirement("NDOP-096")
def test_reads_through_fhirpy(fhir):
    """SHALL: reads through fhirpy."""
    fhir.reference("Consent", "1").to_resource()

@pytest.mark.requirement("NDOP-096")
def test_reads_a_header(ndop):
    """SHALL: reads what may not be there."""
    assert ndop.get("Consent/1").headers["x-not-there"]
'''


@pytest.fixture
def suite(layout: Layout, tmp_path: Path) -> Layout:
    return checkout_with(SUITE, layout, tmp_path)


def results_of(suite: Layout, base_url: str, access: Access) -> dict[str, TestResult]:
    plan = RunPlan(base_url, DEFAULT_EDITION, suite.root / "report", access=access, run_seconds=60)
    result = run(suite, plan, lambda *_: None)
    assert result.complete
    return {test.id.rpartition("::")[2]: test for test in result.tests}


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVERS)
def test_a_run_fails_readably_and_in_time(suite: Layout, name: str) -> None:
    behaviour, _, message = SERVERS[name]
    with broken_server(statement_then(behaviour)) as base_url:
        tests = results_of(suite, base_url, Access(request_seconds=2))
    assert {test.outcome for test in tests.values()} == {"failed"}
    assert message in tests["test_reads"].explanation
    for test in tests.values():
        assert "Traceback" not in test.explanation
        assert re.search(r"expected:.*\n  found: ", test.explanation), test.explanation
        assert test.exchanges or "fhirpy" in test.id
        assert test.seconds < 10


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [
        http(gzip.compress(b'{"resourceType": "Consent", "id": "1"}'), "Content-Encoding: gzip"),
        *(
            http(
                b'{"resourceType": "Consent", "id": "1"}',
                f"Content-Type: application/fhir+json;charset={charset}",
            )
            for charset in ("latin-1", "utf-16", "no-such-charset", "hex", "idna", "undefined")
        ),
    ],
    ids=["gzip", "latin-1", "utf-16", "no-such-charset", "hex", "idna", "undefined"],
)
def test_an_odd_but_readable_answer_is_read(suite: Layout, answer: bytes) -> None:
    """gzip that was not requested, or a wrong charset: the body is still JSON."""
    with broken_server(statement_then(sends(answer))) as base_url:
        tests = results_of(suite, base_url, Access(request_seconds=5))
    assert tests["test_reads"].outcome == "passed", tests["test_reads"].explanation
    assert tests["test_reads_through_fhirpy"].outcome == "passed"
    assert "x-not-there" in tests["test_reads_a_header"].explanation


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return file


def tls_context(ca: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def consent_over_tls() -> Behaviour:
    return statement_then(sends(http(b'{"resourceType": "Consent", "id": "1"}')))


def test_a_certificate_that_does_not_match(
    edition: Edition, ca: trustme.CA, ca_file: Path, consent_over_tls: Behaviour
) -> None:
    tls = tls_context(ca, "other.example")
    with (
        broken_server(consent_over_tls, tls) as base_url,
        pytest.raises(TargetError) as error,
    ):
        check_server(base_url, edition, Access(ca=ca_file))
    assert "is not trusted (" in str(error.value)
    assert "'127.0.0.1'" in str(error.value)
    assert "use the host name that its certificate is for" in str(error.value)


def test_an_unknown_ca(edition: Edition, ca: trustme.CA, consent_over_tls: Behaviour) -> None:
    tls = tls_context(ca, "127.0.0.1")
    with (
        broken_server(consent_over_tls, tls) as base_url,
        pytest.raises(TargetError) as error,
    ):
        check_server(base_url, edition)
    assert "Name the CA of the server in a preset (tls.ca)" in str(error.value)


@pytest.fixture
def client_files(ca: trustme.CA, tmp_path: Path) -> tuple[Path, Path]:
    client = ca.issue_cert("team@example.org")
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    client.cert_chain_pems[0].write_to_path(str(certificate))
    client.private_key_pem.write_to_path(str(key))
    return certificate, key


@pytest.mark.slow
def test_mutual_tls(
    suite: Layout,
    edition: Edition,
    ca: trustme.CA,
    ca_file: Path,
    client_files: tuple[Path, Path],
    consent_over_tls: Behaviour,
) -> None:
    tls = tls_context(ca, "127.0.0.1")
    tls.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(tls)
    certificate, key = client_files
    with broken_server(consent_over_tls, tls) as base_url:
        with pytest.raises(TargetError, match=r"tls\.certificate and tls\.key in a preset"):
            check_server(base_url, edition, Access(ca=ca_file))
        access = Access(ca=ca_file, certificate=certificate, key=key)
        tests = results_of(suite, base_url, access)
    assert tests["test_reads"].outcome == "passed"
    assert tests["test_reads_through_fhirpy"].outcome == "passed"


@pytest.mark.slow
def test_verification_can_be_turned_off(
    suite: Layout, ca: trustme.CA, consent_over_tls: Behaviour
) -> None:
    with broken_server(consent_over_tls, tls_context(ca, "other.example")) as base_url:
        tests = results_of(suite, base_url, Access(verify=False))
    assert tests["test_reads"].outcome == "passed"
    assert tests["test_reads_through_fhirpy"].outcome == "passed"
