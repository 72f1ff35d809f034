"""A conformance run: the suite against a base URL, the results as data and as reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ndop.conformance.register import requirements
from ndop.conformance.register.clauses import sources_of
from ndop.conformance.register.requirements import Requirement
from ndop.conformance.report import reports
from ndop.conformance.report.results import (
    Outcome,
    RequirementResult,
    RunResult,
    TestResult,
    combined,
)
from ndop.conformance.run import preflight, pytest_process
from ndop.conformance.run.preflight import PreflightReport
from ndop.conformance.run.pytest_process import ProcessResult
from ndop.conformance.suite.access import Access
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.masking import Mask
from ndop.conformance.suite.preset import Limits
from ndop.conformance.suite.settings import Settings
from ndop.editions import Edition, EditionFolder
from ndop.system.errors import TargetError
from ndop.system.layout import Layout

#: Called after each test, with how many ran and how many there are.
Watcher = Callable[[TestResult, int, int], None]

_GRAVEST_LAST: tuple[Outcome, ...] = ("skipped", "passed", "warning", "failed")


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What to run against which server.

    `access`, `patients` and `left_out` are as in Settings; `tests` has folders of tests that run
    beside the suite's; `run_seconds` is the limit of the whole run.
    """

    base_url: str
    edition: str
    report_folder: Path
    editions_folder: Path | None = None
    claims: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    workers: int = 1
    stop_at_first_failure: bool = False
    access: Access = field(default_factory=Access)
    patients: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    tests: tuple[Path, ...] = ()
    run_seconds: float = Limits().run

    @property
    def settings(self) -> Settings:
        """What the process of pytest is told."""
        return Settings(
            base_url=self.base_url,
            edition=self.edition,
            editions_folder=self.editions_folder,
            claims=frozenset(self.claims),
            only=frozenset(self.only),
            access=self.access,
            patients=self.patients,
            left_out=dict(self.left_out),
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would be: the look at the server, how many tests, which are skipped and why."""

    look: PreflightReport
    planned: int
    skips: Sequence[TestResult]


def preview(layout: Layout, plan: RunPlan) -> Preview:
    """Look at the server and collect the tests, without running one. Raises as `run`."""
    look = _look(layout, plan)
    heard = _RunRecorder(lambda *_: None)
    ended = pytest_process.follow(
        [*_arguments(layout, plan, workers=1), "--collect-only"],
        plan.settings,
        heard,
        plan.run_seconds,
    )
    if ended.interruption is not None:
        raise ended.interruption
    _insist_on_a_run(ended, plan)
    return Preview(look, heard.expected, heard.tests)


def run(layout: Layout, plan: RunPlan, watcher: Watcher) -> RunResult:
    """Run the suite and write the reports into `plan.report_folder`.

    Raises TargetError: nothing there can be tested, or no test fits what was asked for; and
    PresetError, as `preflight.look_at`. Ctrl-C ends the run; the reports are written, say that
    it is incomplete, and KeyboardInterrupt is raised again.
    """
    _look(layout, plan)
    edition = EditionFolder.of(layout, plan.editions_folder).load(plan.edition)
    rows = requirements.read(layout.requirements).of(edition)
    plan.report_folder.mkdir(parents=True, exist_ok=True)
    started, begun = datetime.now(UTC), time.monotonic()
    heard = _RunRecorder(watcher)
    ended = pytest_process.follow(
        _arguments(layout, plan, workers=plan.workers), plan.settings, heard, plan.run_seconds
    )
    if not heard.tests and ended.in_time and ended.interruption is None:
        _insist_on_a_run(ended, plan)
    why = _incomplete_because(ended, heard, plan)
    result = RunResult(
        edition=plan.edition,
        base_url=Mask(plan.access.secrets).text(plan.base_url),
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - begun, 3),
        complete=not why,
        incomplete_because=why,
        planned=heard.expected,
        left_out=dict(plan.left_out),
        tests=sorted(heard.tests, key=lambda test: test.id),
        requirements=_by_requirement(layout, edition, rows, heard.tests),
    )
    reports.write(result, plan.report_folder)
    if ended.interruption is not None:
        raise ended.interruption
    return result


class _RunRecorder:
    """What the process of pytest told; a test that is told twice has its gravest outcome."""

    def __init__(self, watcher: Watcher) -> None:
        self.expected = 0
        self._tests: dict[str, TestResult] = {}
        self._watcher = watcher

    @property
    def tests(self) -> list[TestResult]:
        return list(self._tests.values())

    def __call__(self, told: dict[str, Any]) -> None:
        self.expected = max(self.expected, told.get("expected", 0))
        if "test" not in told:
            return
        test = TestResult.model_validate(told["test"])
        before = self._tests.get(test.id)
        if before and _GRAVEST_LAST.index(before.outcome) >= _GRAVEST_LAST.index(test.outcome):
            return
        self._tests[test.id] = test
        self._watcher(test, len(self._tests), self.expected)


def _look(layout: Layout, plan: RunPlan) -> PreflightReport:
    edition = EditionFolder.of(layout, plan.editions_folder).load(plan.edition)
    return preflight.look_at(
        plan.base_url,
        edition,
        plan.access,
        plan.patients[0] if plan.patients else None,
        Credentials.of(edition, plan.settings),
    )


def _incomplete_because(ended: ProcessResult, heard: _RunRecorder, plan: RunPlan) -> str:
    """Why not every test ran; empty where all did."""
    ran = f"{len(heard.tests)} of {heard.expected} tests ran"
    if ended.interruption is not None:
        return f"it was interrupted; {ran}"
    if not ended.in_time:
        return f"its time limit of {plan.run_seconds:g} s was reached; {ran}"
    if len(heard.tests) >= heard.expected:
        return ""
    if plan.stop_at_first_failure and any(test.outcome == "failed" for test in heard.tests):
        return f"it stopped at the first failure, as asked; {ran}"
    return f"pytest ended with {ended.status}; {ran}. {ended.last_words}".rstrip(" .")


def _insist_on_a_run(ended: ProcessResult, plan: RunPlan) -> None:
    if ended.status == pytest.ExitCode.NO_TESTS_COLLECTED:
        asked = ", ".join(plan.only) or plan.edition
        raise TargetError(
            f"No test fits {asked}: expected an area or a requirement of the edition."
        )
    if ended.status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise TargetError(
            f"The suite could not run (pytest ended with {ended.status}):\n{ended.last_words}"
        )


def _arguments(layout: Layout, plan: RunPlan, *, workers: int) -> list[str]:
    plugins = ("xdist.plugin", "ndop.conformance.suite.recording", "no:terminal")
    arguments = pytest_process.suite_arguments(layout, *plugins)
    if plan.stop_at_first_failure:
        arguments.append("-x")
    if workers > 1:
        arguments += ["-n", str(workers), "--dist", "worksteal"]
    return [*arguments, str(layout.conformance_tests), *map(str, plan.tests)]


def _by_requirement(
    layout: Layout, edition: Edition, rows: Sequence[Requirement], tests: Sequence[TestResult]
) -> list[RequirementResult]:
    known = EditionFolder.of(layout).load_all()
    results = []
    for row in rows:
        own = sorted((test for test in tests if row.id in test.requirements), key=lambda t: t.id)
        results.append(
            RequirementResult(
                id=row.id,
                title=row.title,
                level=row.level,
                area=row.area,
                statement=row.statement,
                sources=sources_of(row.source, edition, [*known, edition]),
                outcome=combined(
                    [test.outcome for test in own], shown_elsewhere=bool(row.shown_by)
                ),
                tests=[test.id for test in own],
                shown_by=row.shown_by,
            )
        )
    return results
