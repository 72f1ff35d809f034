"""Two runs of the suite with one fault between them, and what `ndop conformance compare` says."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from ndop.assurance.mutation.catalogue import FAULTS
from ndop.assurance.mutation.filter import filtering
from ndop.conformance.report.results import RESULTS
from ndop.editions import Edition
from ndop.server.process import RunningServer
from tests.cli.command import ndop

pytestmark = pytest.mark.slow

_FAULT = "finds the active only"

conformance = partial(ndop, "conformance")


def test_a_fault_is_a_regression_and_its_end_is_none(
    server: RunningServer, edition: Edition, tmp_path: Path
) -> None:
    sound, broken = tmp_path / "sound" / RESULTS, tmp_path / "broken" / RESULTS
    (fault,) = [one for one in FAULTS if one.name == _FAULT]
    with filtering(server.base_url, edition, [fault]) as running:
        chosen = (running.base_url, "--only", "search", "--report")
        assert conformance(*chosen, str(sound.parent)).returncode == 0
        running.seed(0)
        assert conformance(*chosen, str(broken.parent)).returncode == 1
        assert running.broken == []

    worse = conformance("compare", str(sound), str(broken))
    assert worse.returncode == 1
    assert "passed → failed" in worse.stdout
    assert fault.requirement in worse.stdout
    assert "1 broken" in worse.stdout
    better = conformance("compare", str(broken), str(sound))
    assert better.returncode == 0
    assert "failed → passed" in better.stdout
    assert fault.requirement in better.stdout
    assert "1 fixed" in better.stdout
    assert conformance("compare", str(sound), str(sound)).returncode == 0
