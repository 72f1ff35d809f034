"""Editions run side by side, as child processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ndop.cli.side_by_side import run_side_by_side
from ndop.conformance.report import RESULTS
from ndop.layout import Layout


def test_what_could_not_run_is_told_and_leaves_no_old_result(
    layout: Layout, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "absent-1").mkdir()
    (tmp_path / "absent-1" / RESULTS).write_text("{}", encoding="utf-8")
    runs = run_side_by_side(["absent-1", "absent-2"], layout.root, tmp_path)
    assert [(run.edition, run.status) for run in runs] == [("absent-1", 2), ("absent-2", 2)]
    assert "absent-1" in runs[0].told
    assert not (tmp_path / "absent-1" / RESULTS).exists()
    assert "absent-2: ended with 2" in capfd.readouterr().err
