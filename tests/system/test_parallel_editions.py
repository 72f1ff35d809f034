"""Editions run in parallel, as child processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ndop.system.layout import Layout
from ndop.system.parallel_editions import run_in_parallel


@pytest.mark.slow
def test_runs_that_fail_are_reported(
    layout: Layout, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    runs = run_in_parallel(["run"], ["absent-1", "absent-2"], layout.root, tmp_path)
    assert [(run.edition, run.status) for run in runs] == [("absent-1", 2), ("absent-2", 2)]
    assert "absent-1" in runs[0].output
    assert "absent-2: ended with 2" in capfd.readouterr().err
