"""A conformance run: the suite against a base URL, the results as data and as reports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ndop.conformance import report, requirements
from ndop.conformance.requirements import Requirement
from ndop.conformance.results import RequirementResult, RunResult, TestResult, combined
from ndop.conformance.target import insist_on_stu3
from ndop.errors import TargetError
from ndop.layout import Layout

#: Called after each test, with how many ran and how many there are.
Watcher = Callable[[TestResult, int, int], None]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What to run against which server."""

    base_url: str
    edition: str
    report_folder: Path
    editions_folder: Path | None = None
    claims: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    workers: int = 1
    stop_at_first_failure: bool = False


def run(layout: Layout, plan: RunPlan, watcher: Watcher) -> RunResult:
    """Run the suite and write the reports into `plan.report_folder`.

    Raises TargetError: nothing there can be tested, or no test fits what was asked for. Ctrl-C
    ends the run; the reports are written, say that it is incomplete, and KeyboardInterrupt is
    raised again.
    """
    insist_on_stu3(plan.base_url)
    rows = requirements.read(layout.requirements).of(plan.edition)
    plan.report_folder.mkdir(parents=True, exist_ok=True)
    started, begun = datetime.now(UTC), time.monotonic()
    tests, interruption = _run_pytest(layout, plan, watcher)
    result = RunResult(
        edition=plan.edition,
        base_url=plan.base_url,
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - begun, 3),
        complete=interruption is None and not (plan.stop_at_first_failure and _has_failure(tests)),
        tests=sorted(tests, key=lambda test: test.id),
        requirements=_by_requirement(rows, tests),
    )
    report.write(result, plan.report_folder)
    if interruption is not None:
        raise interruption
    return result


def _run_pytest(
    layout: Layout, plan: RunPlan, watcher: Watcher
) -> tuple[list[TestResult], KeyboardInterrupt | None]:
    """Run pytest in a process of its own, so that nothing of ours changes what it does."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "pytest", *_arguments(layout, plan), f"--record-to={writing}"]
    child = subprocess.Popen(
        command,
        pass_fds=[writing],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    os.close(writing)
    tests: list[TestResult] = []
    interruption: KeyboardInterrupt | None = None
    try:
        with os.fdopen(reading, encoding="utf-8") as lines:
            _follow(lines, tests, watcher)
    except KeyboardInterrupt as interrupt:
        interruption = interrupt
        child.send_signal(signal.SIGINT)
    printed, _ = child.communicate()
    if interruption is None:
        _insist_on_a_run(child.returncode, printed, plan)
    return tests, interruption


def _follow(lines: Iterable[str], tests: list[TestResult], watcher: Watcher) -> None:
    expected = 0
    for line in lines:
        told = json.loads(line)
        expected = max(expected, told.get("expected", 0))
        if "test" in told:
            tests.append(TestResult.model_validate(told["test"]))
            watcher(tests[-1], len(tests), expected)


def _insist_on_a_run(status: int, printed: str, plan: RunPlan) -> None:
    if status == pytest.ExitCode.NO_TESTS_COLLECTED:
        asked = ", ".join(plan.only) or plan.edition
        raise TargetError(
            f"No test fits {asked}: expected an area or a requirement of the edition."
        )
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        end = "\n".join(printed.strip().splitlines()[-15:])
        raise TargetError(f"The suite could not run (pytest ended with {status}):\n{end}")


def _has_failure(tests: Sequence[TestResult]) -> bool:
    return any(test.outcome == "failed" for test in tests)


def _arguments(layout: Layout, plan: RunPlan) -> list[str]:
    folder = layout.conformance_tests
    arguments = [
        # What else is installed beside pytest shall not change the verdict.
        "--disable-plugin-autoload",
        *("-p", "xdist.plugin"),
        *("-p", "ndop.conformance.recording"),
        *("-p", "no:terminal"),
        *("-p", "no:cacheprovider"),
        *("-c", str(folder / "pytest.ini")),
        f"--rootdir={folder}",
        f"--base-url={plan.base_url}",
        f"--edition={plan.edition}",
        f"--junitxml={plan.report_folder / report.JUNIT}",
        *("-o", f"junit_suite_name={plan.edition}"),
    ]
    if plan.editions_folder:
        arguments.append(f"--editions-folder={plan.editions_folder}")
    if plan.stop_at_first_failure:
        arguments.append("-x")
    if plan.workers > 1:
        arguments += ["-n", str(plan.workers), "--dist", "worksteal"]
    arguments += [f"--claim={claim}" for claim in plan.claims]
    arguments += [f"--only={only}" for only in plan.only]
    return [*arguments, str(folder)]


def _by_requirement(
    rows: Sequence[Requirement], tests: Sequence[TestResult]
) -> list[RequirementResult]:
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
                outcome=combined(
                    [test.outcome for test in own], shown_elsewhere=bool(row.shown_by)
                ),
                tests=[test.id for test in own],
                shown_by=row.shown_by,
            )
        )
    return results
