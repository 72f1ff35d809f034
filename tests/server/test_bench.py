"""What `ndop bench` measures; not how fast anything is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ndop.editions import Edition
from ndop.server import bench
from ndop.server.audit_modes import AuditMode, audit_scenarios
from ndop.server.bench import BenchTarget, Load
from ndop.server.process import RunningServer
from ndop.system.errors import ServerError
from tests.cli.command import ndop
from tests.conformance.stub_server import StubResponse, stub_server

LOAD = Load(connections=2, rounds=2, seconds=0.5, patients=5)


@pytest.mark.slow
def test_each_kind_is_measured_on_a_server_that_knows_some(
    server: RunningServer,
    edition: Edition,
    patients: Iterator[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second time it meets the patients of the first, whom it passes over."""
    first = [next(patients) for _ in range(12)]

    def numbers() -> Iterator[str]:
        yield from first
        yield from patients

    monkeypatch.setattr(bench, "synthetic", numbers)
    for _ in range(2):
        measured = list(bench.measure([BenchTarget("one", server.base_url)], edition, LOAD))
        assert [rate.name for (rate,) in measured] == ["create", "read", "search by patient"]
        for (rate,) in measured:
            assert rate.server == "one"
            assert rate.requests > 0
            assert 0 < rate.lowest_per_second <= rate.median_per_second <= rate.highest_per_second
            assert rate.median_milliseconds > 0
    for patient in first:
        found = httpx.get(
            f"{server.base_url}/Consent", params={"patient": edition.patient.reference_to(patient)}
        )
        assert found.json()["total"] == 1


@pytest.mark.slow
def test_the_table_is_whole_in_a_pipe(server: RunningServer, edition: Edition) -> None:
    rounds = ("--rounds", "1", "--seconds", "0.5", "--connections", "1")
    done = ndop("bench", "--base-url", server.base_url, *rounds)
    assert done.returncode == 0, done.stderr
    rows = [re.split(r"  +", line.strip()) for line in done.stdout.splitlines()]
    measured = [(row[0], row[1], len(row), row[-1]) for row in rows if edition.id in row]
    assert measured == [
        (kind, edition.id, 8, "1.00") for kind in ("create", "read", "search by patient")
    ]


@pytest.mark.parametrize("status", [200, 422, 500])
def test_another_answer_ends_it(edition: Edition, status: int) -> None:
    with (
        stub_server(lambda _method, _path: StubResponse("{}", status=status)) as base_url,
        pytest.raises(ServerError, match=f"expected HTTP status 201, found {status}"),
    ):
        list(bench.measure([BenchTarget("one", base_url)], edition, LOAD))


def test_to_each_mode_the_same_headers_are_sent(edition: Edition, tmp_path: Path) -> None:
    modes = list(audit_scenarios(edition, tmp_path))
    assert [mode.name for mode in modes] == [*AuditMode, "required, signed"]
    assert [mode.settings["ndop.audit"] for mode in modes] == [*AuditMode, "required"]
    sent = [mode.headers("create").keys() for mode in modes]
    assert all(headers == sent[0] and headers for headers in sent)
