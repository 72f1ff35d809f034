"""A short run over each store, and the parts that need no server."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest

from ndop.assurance.torture import report
from ndop.assurance.torture.comparison import Comparison, Violation
from ndop.assurance.torture.disk import mounted_disk
from ndop.assurance.torture.faults import INJECTIONS
from ndop.assurance.torture.link import Link
from ndop.assurance.torture.plan import FAULTS, STORES, Plan, faults_of
from ndop.assurance.torture.run import Round, TortureResult, torture
from ndop.editions import Edition
from ndop.server import postgresql
from ndop.server.process import HOST
from ndop.system.errors import MissingToolError
from ndop.system.layout import Layout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("store", "faults"),
    [
        ("h2", ("kill-server", "pause-server", "cut-clients")),
        ("postgresql", ("kill-postgresql", "cut-database")),
    ],
)
def test_nothing_acknowledged_is_lost(
    built: Layout, edition: Edition, store: str, faults: tuple[str, ...], tmp_path: Path
) -> None:
    """NDOP-210"""
    if store == "postgresql":
        try:
            postgresql.programs()
        except MissingToolError as error:
            pytest.skip(str(error))
    plan = Plan(edition.id, store, len(faults), faults=faults)
    result = torture(built, edition, plan, tmp_path / "journal.jsonl")
    assert result.violations == []
    assert sorted(one.fault for one in result.rounds) == sorted(faults)
    assert all(one.acknowledged for one in result.rounds)
    assert result.final.acknowledged >= sum(one.acknowledged for one in result.rounds)
    left = subprocess.run(
        ["ps", "-e", "-o", "args="], capture_output=True, text=True, check=True
    ).stdout
    assert "ndop-torture-" not in left


@pytest.mark.parametrize("store", STORES)
def test_every_fault_comes_before_any_comes_again(store: str) -> None:
    faults = list(Plan("", store, 100, seed=5).schedule())
    assert len(faults) == 100
    assert set(faults[: len(faults_of(store))]) == set(faults_of(store))
    assert faults == list(Plan("", store, 100, seed=5).schedule())
    assert faults != list(Plan("", store, 100, seed=6).schedule())
    assert Counter(faults)["kill-server"] > 10


def test_what_cannot_be_injected_is_left_out() -> None:
    plan = Plan("", "h2", 20, faults=("fill-disk", "kill-server"))
    assert set(plan.schedule(frozenset({"fill-disk"}))) == {"kill-server"}
    assert list(plan.schedule(frozenset({"fill-disk", "kill-server"}))) == []


def test_every_fault_can_be_injected() -> None:
    assert INJECTIONS.keys() == {fault.name for fault in FAULTS}


def test_a_cut_link_resets_its_connections_and_takes_new_ones() -> None:
    with socket.create_server((HOST, 0)) as target:

        def echo() -> None:
            for _ in range(2):
                connection, _ = target.accept()
                with connection:
                    try:
                        connection.sendall(connection.recv(10))
                        connection.recv(10)
                    except OSError:
                        continue

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        with Link(target.getsockname()[1]) as link:
            for _ in range(2):
                with socket.create_connection((HOST, link.port), timeout=10) as client:
                    client.sendall(b"one")
                    assert client.recv(10) == b"one"
                    link.cut()
                    with pytest.raises(ConnectionResetError):
                        client.recv(10)
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.slow
def test_a_disk_is_full_and_has_space_again(tmp_path: Path) -> None:
    with mounted_disk(tmp_path, 16) as disk:
        if disk.why_not:
            pytest.skip(disk.why_not)
        file = disk.folder / "file"
        disk.fill()
        with pytest.raises(OSError, match="No space"):
            file.write_bytes(b"0" * 10_000)
        disk.free()
        assert file.write_bytes(b"0" * 10_000) == 10_000
    assert not list(disk.folder.iterdir())


def test_the_report_has_every_fault_and_the_reason_where_one_was_not_run(tmp_path: Path) -> None:
    result = TortureResult(Plan("ndop-1.1.0", "h2", 2))
    lost = Violation("lost", "write 1: gone")
    answers = {"create 201": 4, "create 503": 2}
    result.rounds = [
        Round(1, "kill-server", 4, answers, {"stored": 1}, [lost], True, 9.0, 12.0),
        Round(2, "kill-server", 6, answers, {"not stored": 2}, [], True, 11.0, 12.0),
    ]
    result.left_out = {"fill-disk": "no rights"}
    result.final = Comparison([], Counter(), 10)
    rows = {row[1]: row for row in report.rows([result])}
    assert rows["kill-server"] == (
        *("h2", "kill-server", "2", "10", "1", "0", "0", "0", "0", "1 / 2", "4", "10.0"),
    )
    assert rows["fill-disk"][2] == "not run: no rights"
    assert all(len(row) == len(report.HEADINGS) for row in rows.values())
    assert "FAILED round 1, kill-server: lost: write 1: gone" in list(report.lines(result))
    assert report.write([result], tmp_path).is_file()
    assert "| h2 | kill-server | 2 |" in (tmp_path / "torture.md").read_text(encoding="utf-8")
