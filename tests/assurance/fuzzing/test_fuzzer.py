"""The fuzzer on a server, for some seconds; `make fuzz` runs it at length."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from ndop.assurance.fuzzing import postconditions, report
from ndop.assurance.fuzzing.credentials import authenticator
from ndop.assurance.fuzzing.fuzzer import fuzz
from ndop.assurance.fuzzing.plan import KINDS, Plan
from ndop.assurance.fuzzing.raw_http import RawHttpClient, Request
from ndop.assurance.fuzzing.run import fuzz_server
from ndop.assurance.fuzzing.session import ExpectedState
from ndop.assurance.fuzzing.strategies import STRATEGIES, cases_of
from ndop.consents import draft
from ndop.editions import Edition
from ndop.server import process
from ndop.server.audit_modes import AuditMode
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.errors import ServerError
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.conformance.broken_servers import broken_server, http, sends

pytestmark = pytest.mark.slow


def test_a_short_run_finds_nothing(server: RunningServer, edition: Edition, tmp_path: Path) -> None:
    result = fuzz(edition, server.base_url, Plan(1000, seed=20), server=server)
    text = "\n".join(report.lines(result, server.base_url))
    assert result.failures == [], text
    assert result.requests >= 1000
    assert result.consents > 100
    interactions = {interaction for interaction, _, _ in result.counts}
    assert interactions >= {*edition.interactions, "capabilities", "other"}
    assert {status for _, status, _ in result.counts} >= {200, 201, 400, 405, 406, 415, 422, 501}
    assert result.before is not None
    assert result.after is not None
    assert result.after.heap > 2**20
    file = report.write(result, tmp_path, server.base_url)
    written = json.loads(file.read_text(encoding="utf-8"))
    assert sum(one["requests"] for one in written["outcomes"]) == result.requests
    assert "0 failures (seed 20)" in text


def test_a_server_that_requires_tokens_gets_them(
    built: Layout, edition: Edition, progress: Progress, tmp_path: Path
) -> None:
    """Requests get past the check of callers, and the postconditions can read what is stored."""
    plan = Plan(300, seed=20, audit=AuditMode.REQUIRED)
    settings = plan.audit.settings
    with process.running(built, ServerPlan(edition.id, settings=settings), progress) as server:
        result = fuzz(edition, server.base_url, plan)
        text = "\n".join(report.lines(result, server.base_url))
        assert httpx.get(f"{server.base_url}/Consent?_id=1").status_code == 400
    assert result.failures == [], text
    assert result.consents > 20
    assert {status for _, status, _ in result.counts} >= {200, 201, 400, 404, 405, 422}


def test_only_missing_headers_are_added(edition: Edition) -> None:
    authenticate = authenticator(edition, AuditMode.REQUIRED, lambda _: "read")
    names = edition.audit.headers
    own = ((names.token[-1].lower().encode(), b"Bearer x"),)
    sent = authenticate(Request(b"GET", b"/fhir/Consent/1", own), "9990000018")
    assert sent.headers[0] == own[0]
    added = [name.decode() for name, _ in sent.headers[1:]]
    assert added == [names.trace[0], names.from_[0], names.to[0], names.interaction[0]]


@pytest.mark.parametrize(
    ("content", "status", "rule"),
    [
        (b"{}", "500 Internal Server Error", "status 500"),
        (b"<html>Not found</html>", "404 Not Found", "internals disclosed"),
        (b"{}", "422 Unprocessable Entity", "not a Spine OperationOutcome"),
        (b"", "201 Created", "created without a Location"),
    ],
)
def test_a_bad_response_is_found(edition: Edition, content: bytes, status: str, rule: str) -> None:
    """It is reported with the smallest request that shows it, as a curl command."""
    with broken_server(sends(http(content, status=status))) as base_url:
        result = fuzz(edition, base_url, Plan(20, kinds=["any JSON"]), check_postconditions=False)
    (failure,) = result.failures
    assert failure.rule == rule
    assert len(failure.requests) == 1
    text = "\n".join(report.lines(result, base_url))
    assert f"FAILED any JSON: {rule}" in text
    assert "curl -i" in text
    assert "--seed 0" in text


def test_no_server(edition: Edition) -> None:
    with pytest.raises(ServerError, match=r"http://127\.0\.0\.1:1/fhir does not answer"):
        fuzz_server(edition, "http://127.0.0.1:1/fhir", Plan(10), Progress.silent())


def test_a_closed_connection_is_found(edition: Edition) -> None:
    with broken_server(lambda _line, _connection: None) as base_url:
        result = fuzz(edition, base_url, Plan(20, kinds=["any JSON"]), check_postconditions=False)
    assert [failure.rule for failure in result.failures] == ["no response"]


def test_the_same_seed_sends_the_same_requests(server: RunningServer, edition: Edition) -> None:
    """Except for the patients; another seed sends others."""
    counts = [
        fuzz(
            edition,
            server.base_url,
            Plan(60, seed, kinds=["addresses"]),
            check_postconditions=False,
        ).counts
        for seed in (3, 3, 4)
    ]
    assert counts[0] == counts[1]
    assert counts[0] != counts[2]


def test_patients_known_to_the_server_are_left_alone(
    server: RunningServer, edition: Edition
) -> None:
    """The second run skips the patients of the first, although it has the same seed."""
    plan = Plan(40, seed=21, kinds=["sequences"])
    for _ in range(2):
        result = fuzz(edition, server.base_url, plan, server=server)
        assert result.failures == [], "\n".join(report.lines(result, server.base_url))
        assert result.consents > 0


def test_every_kind_has_a_strategy() -> None:
    assert tuple(STRATEGIES) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_cases(edition: Edition, kind: str) -> None:
    from hypothesis import HealthCheck, find, settings

    case = find(
        cases_of(kind, edition, "/fhir"),
        lambda case: len(case) > 0,
        settings=settings(database=None, suppress_health_check=list(HealthCheck)),
    )
    assert all(one.as_bytes(b"x").startswith(one.method + b" ") for one in case)


def test_postconditions(server: RunningServer, edition: Edition, patient: str) -> None:
    """A lost Consent, one in another version, and one that was not reported."""
    created = httpx.post(
        f"{server.base_url}/Consent",
        content=json.dumps(draft(edition, patient)),
        headers={"Content-Type": "application/fhir+json"},
        timeout=60,
    )
    consent_id = created.headers["location"].split("/")[-3]
    client = RawHttpClient(server.base_url)

    def rules(expected: ExpectedState) -> list[str]:
        return [
            failure.rule
            for failure in postconditions.check(
                edition, client.api, lambda request, _patient: client.send(request), expected
            )
        ]

    versions = {consent_id: 2, "unknown": 1}
    expected = ExpectedState(versions, dict.fromkeys(versions, patient), [patient])
    assert rules(expected) == ["wrong version", "lost"]
    assert rules(ExpectedState({}, {}, [patient])) == ["stored but not reported"]
    client.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_command_sends_the_request(server: RunningServer, edition: Edition) -> None:
    client = RawHttpClient(server.base_url)
    json_type = (b"Content-Type", b"application/fhir+json")
    for request in (
        Request(b"GET", b"/fhir/metadata"),
        Request(b"GET", b"/fhir/Consent/../x%00'y"),
        Request(b"DELETE", b"/fhir/Consent/it's"),
        Request(b"GET", b"/fhir/Consent?a[]={b}&patient=\xe9"),
        Request(b"GET", b"/fhir/Consent?_id=x", ((b"Accept", b"text/html'\xe9"),)),
        Request(b"POST", b"/fhir/Consent", (json_type,), b'{"it\'s": "\xff\x00"}'),
        Request(b"POST", b"/fhir/Consent", (), json.dumps(draft(edition, "9990000018")).encode()),
    ):
        line = f"{request.curl(server.base_url)} -s -o /dev/null -w '%{{http_code}}'"
        done = subprocess.run(
            ["bash", "-c", line.replace("curl -i ", "curl ")], capture_output=True, check=True
        )
        assert done.stdout.decode() == str(client.send(request).status_code), line
    client.close()
