"""The store goes away, hangs, is full or loses an answer: the server says so, loses nothing that it
acknowledged, and goes on by itself (NDOP-210, decision D-32)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from ndop.conformance.suite.client import JSON
from ndop.conformance.suite.expectations import assert_spine_error, consent_id_of
from ndop.consents import draft, having
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.server import process
from ndop.server.postgresql import PostgreSQL
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.examples.recorder import Recorder
from tests.server.database_proxy import DatabaseProxy
from tests.server.postgresql_cluster import execute, gone, running_cluster

pytestmark = pytest.mark.slow

MEBIBYTE = 1024 * 1024
#: An answer during an outage comes within this time, and what a busy machine adds to it.
SECONDS_TO_ANSWER = 5.0
SECONDS_OF_THE_MACHINE = 5.0
SECONDS_TO_RECOVER = 60.0
#: How many writes a server acknowledges before it is killed, and how long that may take.
WRITES_BEFORE_THE_KILL = 20
SECONDS_TO_WRITE = 60.0
#: A user of PostgreSQL that owns what it creates, and may create no temporary table.
USER_WITHOUT_PRIVILEGES = "plain"


class Client:
    """Stores Consents of ever new patients, and remembers what was acknowledged."""

    def __init__(self, server: RunningServer, edition: Edition, patients: Iterator[str]) -> None:
        self.edition = edition
        self.patients = patients
        self.acknowledged: dict[str, str] = {}
        self.root = server.base_url.removesuffix("/fhir")
        self.http = httpx.Client(
            base_url=server.base_url + "/", timeout=60, headers={"Content-Type": JSON}
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def create(self, patient: str | None = None) -> httpx.Response:
        """Create a Consent, of a new patient unless one is given."""
        patient = patient or next(self.patients)
        answer = self.http.post("Consent", json=draft(self.edition, patient))
        if answer.status_code == 201:
            self.acknowledged[consent_id_of(answer)] = patient
        return answer

    def update(self, consent_id: str) -> httpx.Response:
        """Change the preference of a Consent."""
        consent = draft(self.edition, self.acknowledged[consent_id])
        changed = having(consent, "status", value=self.edition.status.sharing)
        return self.http.put(f"Consent/{consent_id}", json={**changed, "id": consent_id})

    def found(self, patient: str) -> int:
        """How many Consents a search finds."""
        reference = self.edition.patient.reference_to(patient)
        return int(self.http.get("Consent", params={"patient": reference}).json()["total"])

    def probe(self, name: str) -> int:
        """The status of a health probe."""
        return httpx.get(f"{self.root}/actuator/health/{name}", timeout=10).status_code

    def lost(self) -> list[str]:
        """The acknowledged Consents that cannot be read."""
        return [
            one
            for one in self.acknowledged
            if self.http.get(f"Consent/{one}/_history/1").status_code != 200
        ]


def expect_outage(edition: Edition, answer: httpx.Response, text: str = "") -> None:
    assert_spine_error(edition, answer, status=503, issue="transient", code="INTERNAL_SERVER_ERROR")
    assert int(answer.headers["retry-after"]) > 0
    assert text in answer.text
    assert answer.elapsed.total_seconds() < SECONDS_TO_ANSWER + SECONDS_OF_THE_MACHINE


def wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + SECONDS_TO_RECOVER
    while not condition():
        assert time.monotonic() < end, f"not within {SECONDS_TO_RECOVER} s: {what}"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def numbers() -> Iterator[str]:
    """The patients of this module, each once."""
    return synthetic()


# --- the database goes away ------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    with running_cluster(tmp_path_factory.mktemp("postgresql")) as cluster:
        for sql in (
            f"CREATE ROLE {USER_WITHOUT_PRIVILEGES} LOGIN",
            f"GRANT CREATE ON SCHEMA public TO {USER_WITHOUT_PRIVILEGES}",
            "REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC",
        ):
            execute(cluster, sql)
        yield cluster


@pytest.fixture(scope="module")
def proxy(postgresql: PostgreSQL) -> Iterator[DatabaseProxy]:
    proxy = DatabaseProxy(postgresql.port)
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def client(
    built: Layout,
    progress: Progress,
    edition: Edition,
    proxy: DatabaseProxy,
    numbers: Iterator[str],
) -> Iterator[Client]:
    """Of a server over PostgreSQL. Without prepared statements, the proxy can read COMMIT."""
    plan = ServerPlan(
        DEFAULT_EDITION,
        settings={
            "spring.datasource.url": (
                f"jdbc:postgresql://127.0.0.1:{proxy.port}/postgres?prepareThreshold=0"
            ),
            "spring.datasource.username": USER_WITHOUT_PRIVILEGES,
        },
    )
    with (
        process.running(built, plan, progress) as server,
        Client(server, edition, numbers) as client,
    ):
        yield client


@pytest.mark.parametrize("way", ["fast", "immediate", "paused"])
def test_a_database_that_is_gone(
    client: Client,
    edition: Edition,
    postgresql: PostgreSQL,
    recorder: Recorder,
    way: str,
) -> None:
    consent_id = consent_id_of(client.create())
    patient, reference = (
        next(client.patients),
        edition.patient.reference_to(client.acknowledged[consent_id]),
    )
    with gone(postgresql, way):
        requests: list[Callable[[], httpx.Response]] = [
            lambda: client.http.get(f"Consent/{consent_id}"),
            lambda: client.http.get(f"Consent/{consent_id}/_history"),
            lambda: client.http.get("Consent", params={"patient": reference}),
            lambda: client.http.get("Consent/_history", params={"patient": reference}),
            lambda: client.update(consent_id),
        ]
        with ThreadPoolExecutor(len(requests)) as pool:
            for answer in list(pool.map(lambda one: one(), requests)):
                expect_outage(edition, answer)
        refused = client.create(patient)
        expect_outage(edition, refused, "nothing was stored")
        recorder.check(refused, "store-unavailable")
        assert client.http.get("metadata").status_code == 200
        wait_for(lambda: client.probe("readiness") == 503, "the server says it is not ready")
        assert client.probe("liveness") == 200
    wait_for(lambda: client.probe("readiness") == 200, "the server says it is ready")
    wait_for(lambda: client.http.get(f"Consent/{consent_id}").status_code == 200, "a read")
    assert client.found(patient) == 0
    assert client.update(consent_id).status_code == 200
    assert client.create(patient).status_code == 201
    assert client.lost() == []


def test_a_commit_whose_answer_is_lost(
    client: Client, edition: Edition, proxy: DatabaseProxy, recorder: Recorder
) -> None:
    patient = next(client.patients)
    proxy.lose_answer_to_commit_with(patient.encode())
    answer = client.create(patient)
    expect_outage(edition, answer, "not known")
    recorder.check(answer, "outcome-unknown")
    assert "nothing was stored" not in answer.text
    assert proxy.commits_lost == 1
    wait_for(lambda: client.http.get("Consent/0").status_code == 404, "a read")
    assert client.found(patient) == 1
    again = client.create(patient)
    assert_spine_error(edition, again, status=422, code="DUPLICATE_REJECTED")
    assert client.found(patient) == 1


def test_a_failure_that_is_no_outage(
    client: Client, edition: Edition, postgresql: PostgreSQL, recorder: Recorder
) -> None:
    execute(postgresql, "ALTER TABLE hfj_resource RENAME TO elsewhere")
    try:
        answer = client.http.get("Consent/0", headers={"X-Request-ID": "example"})
    finally:
        execute(postgresql, "ALTER TABLE elsewhere RENAME TO hfj_resource")
    assert_spine_error(edition, answer, status=500, code="INTERNAL_SERVER_ERROR")
    recorder.check(answer, "internal-failure")


# --- the disk is full ------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own, on `folder`."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def can_mount(folder: Path) -> bool:
    try:
        with small_disk(folder / "tried", "1m"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def repeat_in_a_namespace(request: pytest.FixtureRequest) -> None:
    """Run the test where its user may mount; skip it if there is no such place."""
    inside = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        subprocess.run([*inside, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"neither mount nor a user namespace is allowed here: {error}")
    command = [*inside, sys.executable, "-m", "pytest", "-q", "-n0", request.node.nodeid]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=request.config.rootpath
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def fill(disk: Path, leaving: int) -> Path:
    """Fill a disk but for some bytes; gives the file that does it. Can be repeated."""
    filler = disk / "filler"
    state = os.statvfs(disk)
    rest = state.f_bavail * state.f_frsize - leaving
    with filler.open("ab") as file:
        while rest > 0:
            rest -= file.write(bytes(min(MEBIBYTE, rest)))
    return filler


@pytest.mark.parametrize(
    ("reserve", "left", "store_on_it"),
    [("64MB", 32 * MEBIBYTE, True), ("0", 0, True), ("0", 0, False)],
    ids=["nearly full", "full", "full, of the trail alone"],
)
def test_a_full_disk(
    built: Layout,
    progress: Progress,
    edition: Edition,
    numbers: Iterator[str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    reserve: str,
    left: int,
    store_on_it: bool,
) -> None:
    """With the reserve, H2 never meets the end of the disk; without, it closes its database."""
    if not can_mount(tmp_path):
        repeat_in_a_namespace(request)
        return
    with small_disk(tmp_path / "disk", "400m") as disk:
        plan = ServerPlan(
            edition.id,
            data=(disk if store_on_it else tmp_path) / "data",
            settings={
                "ndop.min-free-space": reserve,
                "ndop.trail.file": str(disk / "audit.jsonl"),
                "ndop.trail.key": str(tmp_path / "key"),
            },
        )
        with (
            process.running(built, plan, progress) as server,
            Client(server, edition, numbers) as client,
        ):
            consent_id = consent_id_of(client.create())
            filler = fill(disk, left)

            def create() -> httpx.Response:
                # What closes H2's database gives some of its file back.
                fill(disk, left)
                return client.create()

            # Within their last blocks, files can grow a little.
            wait_for(lambda: create().status_code != 201, "a create is refused")
            for _ in range(10):
                expect_outage(edition, create())
            expect_outage(edition, client.update(consent_id))
            if left:
                assert client.http.get(f"Consent/{consent_id}").status_code == 200
            assert client.http.get("metadata").status_code == 200
            wait_for(
                lambda: create().status_code == client.probe("readiness") == 503,
                "the server says it is not ready",
            )
            assert client.probe("liveness") == 200
            filler.unlink()
            wait_for(lambda: client.probe("readiness") == 200, "the server says it is ready")
            wait_for(lambda: client.create().status_code == 201, "a create")
            assert client.update(consent_id).status_code == 200
            assert client.lost() == []


# --- the process is killed -------------------------------------------------------------------


def test_acknowledged_writes_survive_a_kill(
    built: Layout, progress: Progress, edition: Edition, numbers: Iterator[str], tmp_path: Path
) -> None:
    """NDOP-094 too: versions, and each stored once. Of the embedded default, H2 in a file."""
    plan = ServerPlan(edition.id, data=tmp_path / "data")
    acknowledged: dict[str, str] = {}
    updated: set[str] = set()
    with process.running(built, plan, progress) as server:

        def load() -> None:
            with (
                Client(server, edition, numbers_of_a_thread(numbers, lock)) as client,
                suppress(httpx.TransportError),
            ):
                while True:
                    consent_id = consent_id_of(client.create())
                    acknowledged[consent_id] = client.acknowledged[consent_id]
                    if client.update(consent_id).status_code == 200:
                        updated.add(consent_id)

        lock = threading.Lock()
        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        latest = time.monotonic() + SECONDS_TO_WRITE
        while len(updated) < WRITES_BEFORE_THE_KILL and time.monotonic() < latest:
            time.sleep(0.01)
        server.process.kill()
        for thread in threads:
            thread.join()
    assert len(updated) >= WRITES_BEFORE_THE_KILL
    with (
        process.running(built, plan, progress) as server,
        Client(server, edition, numbers) as client,
    ):
        client.acknowledged = acknowledged
        assert client.lost() == []
        second = [client.http.get(f"Consent/{one}/_history/2").status_code for one in updated]
        assert second == [200] * len(updated)
        assert {client.found(patient) for patient in acknowledged.values()} == {1}


def numbers_of_a_thread(numbers: Iterator[str], lock: threading.Lock) -> Iterator[str]:
    while True:
        with lock:
            number = next(numbers)
        yield number
