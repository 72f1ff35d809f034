"""The results of a run as they arrive from the pytest process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ndop.conformance.report.results import SEVERITY, TestResult

#: Called after each test, with how many tests have run and how many there are.
ProgressCallback = Callable[[TestResult, int, int], None]


class RunRecorder:
    """Collects results. A test that is reported twice keeps its more severe outcome."""

    def __init__(self, on_progress: ProgressCallback) -> None:
        self.expected = 0
        self._tests: dict[str, TestResult] = {}
        self._on_progress = on_progress

    @property
    def tests(self) -> list[TestResult]:
        """The results so far, in the order in which they arrived."""
        return list(self._tests.values())

    def record(self, event: dict[str, Any]) -> None:
        """Record an event of `ndop.conformance.suite.recording`."""
        self.expected = max(self.expected, event.get("expected", 0))
        if "test" not in event:
            return
        test = TestResult.model_validate(event["test"])
        before = self._tests.get(test.id)
        if before and SEVERITY.index(before.outcome) >= SEVERITY.index(test.outcome):
            return
        self._tests[test.id] = test
        self._on_progress(test, len(self._tests), self.expected)
