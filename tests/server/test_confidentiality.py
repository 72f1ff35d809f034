"""No log, output, message, trace file or crash report shows a patient, whatever goes wrong."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from threading import Event

import httpx
import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ndop.assurance.fuzzing import health
from ndop.assurance.fuzzing.plan import KINDS
from ndop.assurance.fuzzing.raw_http import RawHttpClient
from ndop.assurance.fuzzing.session import CaseFailedError, Session
from ndop.assurance.fuzzing.strategies import cases_of
from ndop.assurance.fuzzing.strategies.cases import Case
from ndop.conformance.suite.client import JSON, XML
from ndop.consents import draft
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller
from ndop.server import process
from ndop.server.audit_modes import AuditMode
from ndop.server.postgresql import USER
from ndop.server.process import SHORT_LIVED, RunningServer, ServerPlan
from ndop.system.errors import ServerError
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.server.postgresql_cluster import held, running_cluster, stop, waiting_writers
from tests.server.raw_http import send_raw

pytestmark = pytest.mark.slow

#: Everything is logged that an operator may ask for, and into files too.
VERBOSE = {"logging.level.root": "INFO", "server.tomcat.accesslog.enabled": "true"}
RANDOM_REQUESTS = 500
WRITES_BEFORE_THE_END = 20


def leaks(text: str, numbers: list[str]) -> list[str]:
    """Lines with a number that was used, in any usual form, and those with other patient data."""
    return health.confidential_lines(text, set(numbers))


def wait_for(condition: Callable[[], bool]) -> None:
    latest = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < latest, "not within a minute"
        time.sleep(0.05)


def test_postgresql_goes_away(
    built: Layout, edition: Edition, progress: Progress, tmp_path: Path
) -> None:
    """Under writes: the driver's exception then holds the rows of the Consents."""
    numbers = list(islice(synthetic(), 4000))
    with running_cluster(tmp_path) as database:
        connection = {
            "spring.datasource.url": database.jdbc_url(),
            "spring.datasource.username": USER,
            "spring.datasource.hikari.connection-timeout": "3000",
        }
        plan = ServerPlan(DEFAULT_EDITION, settings={**VERBOSE, **connection})
        with process.running(built, plan, progress) as server:
            stored: list[str] = []
            ended = Event()

            def write(number: str) -> int:
                if ended.is_set():
                    return 0
                status = httpx.post(
                    f"{server.base_url}/Consent",
                    json=draft(edition, number),
                    headers={"Content-Type": JSON},
                    timeout=120,
                ).status_code
                if status == httpx.codes.CREATED:
                    stored.append(number)
                return status

            with ThreadPoolExecutor(8) as pool:
                writes = pool.map(write, numbers)
                try:
                    wait_for(lambda: len(stored) >= WRITES_BEFORE_THE_END)
                    # A writer that waits is about to store the text of its Consent.
                    with held(database, "hfj_res_ver"):
                        wait_for(lambda: waiting_writers(database, "hfj_res_ver") > 0)
                        stop(database, "immediate")
                    time.sleep(1)
                finally:
                    ended.set()
                statuses = list(writes)
            log = server.log.read_text(encoding="utf-8")
    assert stored
    assert any(status >= 500 for status in statuses)
    assert "Batch entry" in log, "the log tells nothing of the failure"
    assert leaks(log, numbers) == []


def test_no_trace_file_of_the_database(built: Layout, progress: Progress, tmp_path: Path) -> None:
    """H2 fails on a statement with a number in it; the server does not start, and says why."""
    query = "SELECT 9990000018 / 0"
    plan = ServerPlan(
        DEFAULT_EDITION,
        data=tmp_path,
        settings={**VERBOSE, "spring.datasource.hikari.connection-init-sql": query},
    )
    with pytest.raises(ServerError) as failure, process.running(built, plan, progress):
        pass
    assert "Division by zero" in str(failure.value)
    assert leaks(str(failure.value), ["9990000018"]) == []
    assert list(tmp_path.rglob("*.trace.db")) == []


@dataclass(frozen=True, slots=True)
class Attacked:
    """A server, while it runs and what remains of it."""

    server: RunningServer
    folder: Path
    trail: Path
    error_file: Path


@pytest.fixture(scope="module")
def attacked(
    built: Layout, progress: Progress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attacked]:
    folder = tmp_path_factory.mktemp("attacked")
    trail, error_file = folder / "audit.jsonl", folder / "hs_err.log"
    logs = {
        "ndop.trail.file": str(trail),
        "logging.file.name": str(folder / "server.log"),
        "server.tomcat.basedir": str(folder / "tomcat"),
        "server.tomcat.accesslog.buffered": "false",
    }
    plan = ServerPlan(
        DEFAULT_EDITION,
        data=folder / "data",
        settings={**VERBOSE, **logs},
        jvm=(*SHORT_LIVED, f"-XX:ErrorFile={error_file}"),
    )
    with process.running(built, plan, progress) as server:
        yield Attacked(server, folder, trail, error_file)


def test_messages_repeat_no_number(attacked: Attacked, edition: Edition) -> None:
    """Neither that of a body, a token, a header or a URL, nor a mistyped one."""
    own, other, mistyped = *islice(synthetic(), 2), "99900000189"
    consent = draft(edition, other)
    token = tokens.unsecured(tokens.claims(edition, Caller(patient=own)))
    headers = {
        **tokens.audit_headers(edition, "create"),
        **tokens.token_header(edition, token),
    }
    wrong = json.dumps(consent)
    bodies = [
        (JSON, wrong, headers),
        (JSON, wrong.replace('"active"', f'"{other}"'), {}),
        (JSON, wrong.replace(f"/{other}", f"/{mistyped}"), {}),
        (JSON, wrong.replace(f"/{other}", f"/{other[:3]} {other[3:6]} {other[6:]}"), {}),
        (JSON, wrong.replace('"status"', f'"{other}"'), {}),
        (JSON, wrong.replace('"status"', f'"status": "{other}", "status"'), {}),
        (JSON, wrong[:-1] + f', "dateTime": "{other}"}}', {}),
        (XML, f'<Consent xmlns="http://hl7.org/fhir"><status value="{other}"/></Consent>', {}),
        (XML, f'<Consent xmlns="http://hl7.org/fhir"><x{other}/></Consent>', {}),
        (XML, f"<{other}", {}),
        (JSON, wrong, {**headers, "Ssp-From": f"{other} {mistyped}"}),
        (JSON, wrong, {"Authorization": f"Bearer eyJ{other}.{other}."}),
    ]
    answers = [
        httpx.post(
            f"{attacked.server.base_url}/Consent",
            content=body,
            headers={"Content-Type": media_type, "Accept": JSON, **more},
            timeout=60,
        )
        for media_type, body, more in bodies
    ]
    answers += [
        httpx.get(f"{attacked.server.base_url}/{path}", headers={"Accept": JSON}, timeout=60)
        for path in (
            f"Consent?{other}=1",
            f"Consent?patient={other}&_count={other}",
            f"Consent/{other}",
            f"{other}/{other}",
            f"Consent?_format={other}",
        )
    ]
    for answer in answers:
        assert answer.status_code >= 400
        assert leaks(answer.json()["issue"][0]["diagnostics"], [own, other, mistyped]) == []
        assert not any(number in answer.text for number in (own, other, mistyped))


def test_attacks_and_random_requests(attacked: Attacked, edition: Edition) -> None:
    """Paths, bodies and tokens that are refused, a sample of the fuzzer's requests, a crash."""
    numbers = list(islice(synthetic(13), 50))
    for number, path in zip(
        numbers,
        cycle(
            (
                "/a/b/../../Patient/{}",
                "/Patient/{}",
                "//Patient/{}",
                "/fhir/../Patient/{}",
                "/fhir/Patient/{};x={}",
                "/error?{}",
                "/{}.jsp",
                "/fhir/Consent?patient={}&patient={}",
                "/fhir/Consent?patient=%",
                "/fhir/%zz{}",
                "/home?serverId={}",
            )
        ),
        strict=False,
    ):
        for method in ("GET", "POST", "TRACE", "BREW"):
            send_raw(
                attacked.server.base_url,
                f"{method} {path.replace('{}', number)} HTTP/1.1",
                f"Authorization: Bearer eyJ{number}",
                "Content-Length: 0",
                "Connection: close",
            )
    numbers += random_requests(attacked.server.base_url, edition)
    attacked.server.process.send_signal(signal.SIGSEGV)
    attacked.server.process.wait(60)
    files = [
        attacked.server.log,
        attacked.trail,
        attacked.error_file,
        *(file for file in attacked.folder.rglob("*") if file.is_file() and ".log" in file.name),
    ]
    found = {file.name: file.read_text(encoding="utf-8", errors="replace") for file in files}
    assert any(name.startswith("access_log") for name in found)
    assert list(attacked.folder.rglob("*.trace.db")) == []
    assert list(attacked.folder.rglob("core*")) == []
    shown = {name: [number for number in numbers if number in text] for name, text in found.items()}
    assert {name: some for name, some in shown.items() if some} == {}
    assert leaks(found["server.log"], numbers) == []
    assert leaks(found[attacked.server.log.name], numbers) == []


def random_requests(base_url: str, edition: Edition) -> list[str]:
    """Send requests of every kind that the fuzzer has; the patients in them."""
    client = RawHttpClient(base_url)
    session, patients = Session(edition, client, AuditMode.PERMISSIVE), synthetic(14)
    try:
        for kind in KINDS:

            @hypothesis.seed(14)
            @settings(
                max_examples=RANDOM_REQUESTS // len(KINDS),
                database=None,
                deadline=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            )
            @given(cases_of(kind, edition, client.api))
            def run(case: Case) -> None:
                # What the answers are is the fuzzer's own test.
                with suppress(CaseFailedError):
                    session.run(case, next(patients))

            run()
    finally:
        client.close()
    return session.expected.patients
