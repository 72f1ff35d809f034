"""The command `ndop torture`: what it refuses, and what an interruption leaves."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from ndop.system.layout import Layout
from tests.cli.command import ndop_in_process, running_ndop, wait_for_exit


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--store", "oracle"), "--store: expected one of h2, postgresql; found oracle"),
        (("--faults", "kill-servers"), "found kill-servers"),
        (("--store", "h2", "--faults", "cut-database"), "found cut-database"),
        (("--rounds", "0"), "--rounds"),
    ],
)
def test_what_cannot_be_meant_is_refused(options: tuple[str, ...], text: str) -> None:
    done = ndop_in_process("torture", *options)
    assert done.returncode == 2
    assert text in done.stderr


@pytest.mark.slow
def test_an_interrupted_run_reports_and_leaves_nothing(built: Layout) -> None:
    folders = set(Path(tempfile.gettempdir()).glob("ndop-torture-*"))
    options = ("--store", "h2", "--faults", "cut-clients", "--rounds", "50")
    with running_ndop("torture", *options, until="1/50 cut-clients") as running:
        running.send_signal(signal.SIGINT)
        status, printed = wait_for_exit(running)
    assert status == 130, printed
    assert "h2: interrupted, so these results are incomplete" in printed
    report = built.report / "ndop-1.1.0" / "torture.json"
    assert json.loads(report.read_text(encoding="utf-8"))[0]["complete"] is False
    assert set(Path(tempfile.gettempdir()).glob("ndop-torture-*")) == folders
    listed = subprocess.run(["mount"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in listed.splitlines() if "ndop-torture-" in line]
