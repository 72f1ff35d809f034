from __future__ import annotations

import pickle
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ndop.editions import DEFAULT_EDITION
from ndop.java import modules
from ndop.server import process
from ndop.server.process import ServerPlan, free_port
from ndop.system import processes
from ndop.system.errors import MissingToolError, ServerError
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.cli.command import ndop, running_ndop
from tests.running_processes import is_running


def start(layout: Layout, plan: ServerPlan, progress: Progress) -> str:
    with (
        pytest.raises((ServerError, MissingToolError)) as error,
        process.running(layout, plan, progress),
    ):
        pytest.fail("it started")
    return str(error.value)


def test_a_port_in_use(layout: Layout, progress: Progress) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = start(layout, ServerPlan(DEFAULT_EDITION, port=port), progress)
    assert f"Port {port} of 127.0.0.1 cannot be used" in message
    assert "Choose another with --port (make: PORT=)" in message


def test_a_full_disk(
    layout: Layout, progress: Progress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 5 * 2**20))
    message = start(layout, ServerPlan(DEFAULT_EDITION, data=tmp_path / "new"), progress)
    assert "5 MiB are free" in message
    assert "with --data (make: DATA=)" in message
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_used(layout: Layout, progress: Progress, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder, reason in ((file, "File exists"), (Path("/proc/x"), "No such file or directory")):
        message = start(layout, ServerPlan(DEFAULT_EDITION, data=folder), progress)
        assert f"{folder} cannot be the folder of a database ({reason}). Choose another" in message


@pytest.mark.slow
def test_no_java(
    built: Layout, progress: Progress, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "'java' is not installed" in start(built, ServerPlan(DEFAULT_EDITION), progress)


@pytest.mark.slow
def test_a_server_that_refuses_to_start_says_why(built: Layout, progress: Progress) -> None:
    message = start(built, ServerPlan("of-nobody"), progress)
    assert "There is no edition 'of-nobody'" in message
    assert "\tat " not in message


@pytest.mark.slow
def test_a_server_leaves_nothing_behind(
    built: Layout, progress: Progress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, temporary, data = free_port(), tmp_path / "temporary", tmp_path / "data"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    plan = ServerPlan(DEFAULT_EDITION, port=port, data=data)
    with process.running(built, plan, progress) as running:
        assert httpx.get(f"{running.base_url}/metadata").status_code == 200
        assert data.stat().st_mode & 0o077 == 0  # who has opted out is for its owner only
        assert list(temporary.iterdir()) != []
    assert running.process.poll() is not None
    assert list(temporary.iterdir()) == []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))


@pytest.fixture(params=["embedded", "launcher"])
def plan(request: pytest.FixtureRequest, built: Layout, tmp_path: Path) -> ServerPlan:
    """A server with its database on disk, started in each way."""
    launcher_folder = None
    if request.param == "launcher":
        launcher_folder = tmp_path / "extra-classes"
        launcher_folder.mkdir()
        shutil.copy(built.root / modules.EXTENSION.products[0], launcher_folder)
    return ServerPlan(
        DEFAULT_EDITION,
        port=free_port(),
        data=tmp_path / "data",
        launcher_folder=launcher_folder,
        settings={"ndop.edition": DEFAULT_EDITION},
    )


#: Runs the server of a plan until it is killed.
OTHER_COMMAND = """
import pickle, sys, time
from ndop.java import modules
from ndop.server import process
from ndop.system.layout import checkout
from ndop.system.progress import Progress
plan = pickle.loads(bytes.fromhex(sys.argv[1]))
with process.running(checkout(), plan, Progress.silent()) as server:
    print(server.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
def test_a_server_ends_with_the_command_that_is_killed(
    built: Layout, plan: ServerPlan, progress: Progress
) -> None:
    """And the next one starts over its port and database at once; none while it runs."""
    command = [sys.executable, "-c", OTHER_COMMAND, pickle.dumps(plan).hex(), "ndop"]
    parent = processes.start(command, "Starting another", stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        java = int(parent.stdout.readline())
        message = start(built, replace(plan, port=0), progress)
        assert re.fullmatch(
            rf"The database of {plan.data} is in use by process {java} "
            r"\(java, started .* \d{4}\)\. "
            r"Stop it, or choose another folder with --data \(make: DATA=\)\.",
            message,
        )
    finally:
        parent.kill()
        parent.communicate()
    with process.running(built, plan, progress) as server:
        assert server.process.pid != java
        assert not is_running(java)
        assert httpx.get(f"{server.base_url}/metadata").status_code == 200


@pytest.mark.slow
def test_a_server_that_is_starting(built: Layout, progress: Progress, tmp_path: Path) -> None:
    """No other starts over its database or port, and Ctrl-C need not wait until it is ready."""
    plan = ServerPlan(DEFAULT_EDITION, port=free_port(), data=tmp_path / "data")
    log = built.build / "logs" / f"{plan.edition}-{plan.port}.log"
    command = [sys.executable, "-c", OTHER_COMMAND, pickle.dumps(plan).hex(), "ndop"]
    other = processes.start(command, "Starting another", stderr=subprocess.DEVNULL)
    try:
        while not log.exists():
            assert other.poll() is None
            time.sleep(0.01)
        message = start(built, replace(plan, port=0), progress)
        assert f"The database of {plan.data} is in use by process {other.pid} (ndop, " in message
        message = start(built, replace(plan, data=tmp_path / "other"), progress)
        assert f"Another server is starting at port {plan.port} of 127.0.0.1" in message
        other.send_signal(signal.SIGINT)
        other.wait(timeout=15)
    finally:
        other.kill()
        other.wait()


@pytest.mark.slow
def test_a_database_in_use_names_the_command_that_uses_it(built: Layout, tmp_path: Path) -> None:
    data = tmp_path / "data"
    arguments = ("serve", "--port", "0", "--data", str(data))
    with running_ndop(*arguments, until="Serving") as serving:
        second = ndop(*arguments)
        url = f"--spring.datasource.url=jdbc:h2:file:{data}/consents"
        of_operator = subprocess.run(
            [
                *("java", "-Dloader.path=" + str(built.root / modules.EXTENSION.products[0])),
                *("-jar", str(built.root / modules.SERVER.products[2]), url, "--server.port=0"),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert second.returncode == 2
    assert re.search(
        rf"The database of {data} is in use by process {serving.pid} "
        rf"\(ndop serve --port 0 --data {data}, started .*\)\. Stop it, or choose",
        second.stderr,
    )
    assert of_operator.returncode == 1
    assert f"The database {data}/consents.mv.db is in use by another process." in of_operator.stdout
    for printed in (second.stderr, of_operator.stdout + of_operator.stderr):
        assert "\tat " not in printed
        assert "Caused by" not in printed
