"""`ndop conformance compare` on two runs of the suite, one of them with a seeded fault."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from ndop.assurance.mutation.catalogue import FAULTS
from ndop.assurance.mutation.proxy import running_proxy
from ndop.conformance.report.results import RESULTS
from ndop.editions import Edition
from ndop.server.process import RunningServer
from tests.cli.command import ndop

pytestmark = pytest.mark.slow

_FAULT = "finds the active only"

conformance = partial(ndop, "conformance")


def test_a_fault_is_a_regression_and_its_removal_is_not(
    server: RunningServer, edition: Edition, tmp_path: Path
) -> None:
    without_fault = tmp_path / "without-fault" / RESULTS
    with_fault = tmp_path / "with-fault" / RESULTS
    (fault,) = [one for one in FAULTS if one.name == _FAULT]
    with running_proxy(server.base_url, edition, [fault]) as proxy:
        chosen = (proxy.base_url, "--only", "search", "--report")
        assert conformance(*chosen, str(without_fault.parent)).returncode == 0
        proxy.seed(0)
        assert conformance(*chosen, str(with_fault.parent)).returncode == 1
        assert proxy.errors == []

    worse = conformance("compare", str(without_fault), str(with_fault))
    assert worse.returncode == 1
    assert "passed → failed" in worse.stdout
    assert fault.requirement in worse.stdout
    assert "1 broken" in worse.stdout
    better = conformance("compare", str(with_fault), str(without_fault))
    assert better.returncode == 0
    assert "failed → passed" in better.stdout
    assert fault.requirement in better.stdout
    assert "1 fixed" in better.stdout
    assert conformance("compare", str(without_fault), str(without_fault)).returncode == 0
