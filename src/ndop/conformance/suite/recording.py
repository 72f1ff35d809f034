"""A pytest plugin that reports the run, line by line, to the process that started pytest.

Each line is a JSON object on the file descriptor `--record-to`: `{"expected": 250}` once the tests
are collected, `{"test": {…}}` after each test, in the form of TestResult. Where tests are only
collected, there is one for each test that will be skipped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ndop.conformance.report.results import TestResult
from ndop.conformance.suite.masking import Mask
from ndop.conformance.suite.plugin.reporting import planned_skips
from ndop.conformance.suite.plugin.selection import area_of


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that names the file descriptor."""
    parser.addoption("--record-to", type=int, help="file descriptor that results are written to")


def pytest_configure(config: pytest.Config) -> None:
    """Record in the process that was started, not in its workers of pytest-xdist."""
    descriptor = config.getoption("--record-to")
    if descriptor is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Recorder(descriptor))


class _Recorder:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:
            self._write(expected=len(session.items))
        if session.config.option.collectonly:
            for skip in planned_skips(session):
                self._write(test=skip.model_dump())

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._write(expected=len(ids))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        result = getattr(report, "ndop", None)
        if result is not None:
            self._write(test=result)
        elif report.failed:
            self._write(test=_crashed(report).model_dump())

    def _write(self, **message: Any) -> None:
        line = memoryview((json.dumps(message) + "\n").encode())
        while line:
            line = line[os.write(self._descriptor, line) :]


def _crashed(report: pytest.TestReport) -> TestResult:
    """The result of a test whose process of pytest-xdist ended before it reported one."""
    shown = Mask().text(report.nodeid)
    return TestResult(
        id=shown,
        area=area_of(Path(report.location[0])),
        title=shown.rpartition("::")[2],
        requirements=[],
        outcome="failed",
        explanation=f"The process of the test ended: {report.longreprtext}",
        notes=[],
        seconds=0.0,
        exchanges=[],
    )
