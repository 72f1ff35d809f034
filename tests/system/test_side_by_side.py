"""Editions run side by side, as child processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ndop.system.layout import Layout
from ndop.system.side_by_side import run_side_by_side


def test_what_could_not_run_is_told(
    layout: Layout, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    runs = run_side_by_side(["run"], ["absent-1", "absent-2"], layout.root, tmp_path)
    assert [(run.edition, run.status) for run in runs] == [("absent-1", 2), ("absent-2", 2)]
    assert "absent-1" in runs[0].told
    assert "absent-2: ended with 2" in capfd.readouterr().err
