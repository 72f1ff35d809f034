"""A PostgreSQL of the tests' own, and the ways in which it can be gone."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ndop.server import postgresql
from ndop.server.postgresql import USER, PostgreSQL
from ndop.server.process import HOST
from ndop.system.errors import MissingToolError

#: How the postmaster is told to stop: after its sessions have ended in order, or as a crash would.
_STOP_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


@contextmanager
def running_cluster(folder: Path) -> Iterator[PostgreSQL]:
    """A new cluster in an empty folder; skips the test where PostgreSQL is not installed."""
    try:
        postgresql.programs()
    except MissingToolError as error:
        pytest.skip(str(error))
    if os.geteuid() == 0:
        for parent in (folder, *folder.parents[:3]):
            parent.chmod(0o755)
    with postgresql.running_postgresql(folder) as cluster:
        yield cluster


def stop(cluster: PostgreSQL, way: str) -> None:
    """Stop it, `fast` or `immediate`, and wait until it has ended."""
    cluster.send_signal(_STOP_SIGNALS[way])
    cluster.wait_for_end()


@contextmanager
def gone(cluster: PostgreSQL, way: str) -> Iterator[None]:
    """Within the block it is `paused`, with its connections open, or stopped."""
    if way == "paused":
        cluster.send_signal_to_all(signal.SIGSTOP)
    else:
        stop(cluster, way)
    try:
        yield
    finally:
        if way == "paused":
            cluster.send_signal_to_all(signal.SIGCONT)
        else:
            cluster.start()


def execute(cluster: PostgreSQL, sql: str) -> None:
    """Run a statement."""
    subprocess.run(_psql(cluster, sql), check=True, capture_output=True)


def waiting_writers(cluster: PostgreSQL, table: str) -> int:
    """How many transactions wait to write into a table."""
    count = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'RowExclusiveLock' "
        f"AND relation = '{table}'::regclass"
    )
    command = [*_psql(cluster, count), "--tuples-only", "--no-align"]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@contextmanager
def held(cluster: PostgreSQL, table: str) -> Iterator[None]:
    """Within the block every insert into the table waits, until the cluster stops."""
    lock = f"BEGIN; LOCK TABLE {table} IN SHARE MODE; SELECT pg_sleep(300)"
    quiet = subprocess.DEVNULL
    with subprocess.Popen(_psql(cluster, lock), stdout=quiet, stderr=quiet) as holder:
        try:
            yield
        finally:
            holder.terminate()


def _psql(cluster: PostgreSQL, sql: str) -> list[str]:
    options = ("-h", HOST, "-p", str(cluster.port), "-U", USER, "-c", sql)
    return [str(postgresql.programs() / "psql"), *options, "postgres"]
