"""A PostgreSQL that was paused does not outlive, stopped, the process that paused it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running_processes import children, is_running, is_stopped
from tests.server.postgresql_cluster import running_cluster

pytestmark = pytest.mark.slow

#: Starts a cluster in a folder, pauses it, prints the id of the postmaster, and waits.
PAUSES = """
import pathlib, signal, sys, time
from ndop.server.postgresql import running_postgresql
folder = pathlib.Path(sys.argv[1])
with running_postgresql(folder) as cluster:
    cluster.send_signal_to_all(signal.SIGSTOP)
    print((folder / "data" / "postmaster.pid").read_text().split()[0], flush=True)
    time.sleep(600)
"""


def until(condition: Callable[[], bool], seconds: float) -> bool:
    latest = time.monotonic() + seconds
    while not condition() and time.monotonic() < latest:
        time.sleep(0.1)
    return condition()


def test_it_ends_in_order_with_the_command_that_paused_it_and_is_killed(tmp_path: Path) -> None:
    with running_cluster(tmp_path):  # skips without PostgreSQL, and opens the folder to its user
        pass
    folder = tmp_path / "paused"
    folder.mkdir()
    command = [sys.executable, "-c", PAUSES, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            postmaster = int(parent.stdout.readline())
            backends = children(postmaster)
            assert len(backends) > 1
            assert until(lambda: all(map(is_stopped, [postmaster, *backends])), 10)
        finally:
            parent.kill()
    try:
        assert until(lambda: not any(map(is_running, [postmaster, *backends])), 19)
        assert not (folder / "data" / "postmaster.pid").exists()  # it was asked, not killed
    finally:
        for pid in filter(is_running, [postmaster, *backends]):
            os.kill(pid, signal.SIGKILL)
