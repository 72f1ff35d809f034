"""Running the conformance suite against a server, and reporting the results."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from ndop.conformance.register import requirements
from ndop.conformance.register.clauses import sources_of
from ndop.conformance.register.requirements import Requirement
from ndop.conformance.report import reports
from ndop.conformance.report.results import (
    RequirementResult,
    RunResult,
    TestResult,
    requirement_outcome,
)
from ndop.conformance.run import preflight, pytest_process
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.preflight import PreflightReport
from ndop.conformance.run.pytest_process import ProcessResult
from ndop.conformance.run.recorder import ProgressCallback, RunRecorder
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.masking import Mask
from ndop.editions import Edition, EditionFolder
from ndop.system.errors import TargetError
from ndop.system.layout import Layout


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do: the preflight report, how many tests, and which would be skipped."""

    preflight: PreflightReport
    planned: int
    skipped: Sequence[TestResult]


def preview(layout: Layout, plan: RunPlan) -> Preview:
    """Check the server and collect the tests, without running any. Raises as `run`."""
    report = _check_server(layout, plan)
    recorder = RunRecorder(lambda *_: None)
    process = pytest_process.run_pytest(
        [*_pytest_arguments(layout, plan, workers=1), "--collect-only"],
        plan.settings,
        recorder.record,
        plan.run_seconds,
    )
    if process.interrupt is not None:
        raise process.interrupt
    _check_status(process, plan)
    return Preview(report, recorder.expected, recorder.tests)


def run(layout: Layout, plan: RunPlan, on_progress: ProgressCallback) -> RunResult:
    """Run the suite, and write the reports into `plan.report_folder`.

    Raises TargetError: the server cannot be tested, or no test matches the plan; PresetError: as
    `preflight.check_server`. Ctrl-C ends the run: the reports are written, marked as incomplete,
    before KeyboardInterrupt is raised again.
    """
    _check_server(layout, plan)
    edition = EditionFolder.of(layout, plan.editions_folder).load(plan.edition)
    rows = requirements.read(layout.requirements).of(edition)
    plan.report_folder.mkdir(parents=True, exist_ok=True)
    started, start = datetime.now(UTC), time.monotonic()
    recorder = RunRecorder(on_progress)
    process = pytest_process.run_pytest(
        _pytest_arguments(layout, plan, workers=plan.workers),
        plan.settings,
        recorder.record,
        plan.run_seconds,
    )
    if not recorder.tests and not process.timed_out and process.interrupt is None:
        _check_status(process, plan)
    reason = _incomplete_because(process, recorder, plan)
    result = RunResult(
        edition=plan.edition,
        base_url=Mask(plan.access.secrets).text(plan.base_url),
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - start, 3),
        complete=not reason,
        incomplete_because=reason,
        planned=recorder.expected,
        left_out=dict(plan.left_out),
        tests=sorted(recorder.tests, key=lambda test: test.id),
        requirements=_requirement_results(layout, edition, rows, recorder.tests),
    )
    reports.write(result, plan.report_folder)
    if process.interrupt is not None:
        raise process.interrupt
    return result


def _check_server(layout: Layout, plan: RunPlan) -> PreflightReport:
    edition = EditionFolder.of(layout, plan.editions_folder).load(plan.edition)
    return preflight.check_server(
        plan.base_url,
        edition,
        plan.access,
        plan.patients[0] if plan.patients else None,
        Credentials.of(edition, plan.settings),
    )


def _incomplete_because(process: ProcessResult, recorder: RunRecorder, plan: RunPlan) -> str:
    """Why not all tests ran; empty if they did."""
    ran = f"{len(recorder.tests)} of {recorder.expected} tests ran"
    if process.interrupt is not None:
        return f"it was interrupted; {ran}"
    if process.timed_out:
        return f"its time limit of {plan.run_seconds:g} s was reached; {ran}"
    if len(recorder.tests) >= recorder.expected:
        return ""
    if plan.stop_at_first_failure and any(test.outcome == "failed" for test in recorder.tests):
        return f"it stopped at the first failure, as asked; {ran}"
    return f"pytest ended with {process.status}; {ran}. {process.output_tail}".rstrip(" .")


def _check_status(process: ProcessResult, plan: RunPlan) -> None:
    if process.status == pytest.ExitCode.NO_TESTS_COLLECTED:
        selection = ", ".join(plan.only) or plan.edition
        raise TargetError(
            f"No test fits {selection}: expected an area or a requirement of the edition."
        )
    if process.status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise TargetError(
            f"The suite could not run (pytest ended with {process.status}):\n{process.output_tail}"
        )


def _pytest_arguments(layout: Layout, plan: RunPlan, *, workers: int) -> list[str]:
    plugins = ("xdist.plugin", "ndop.conformance.suite.recording", "no:terminal")
    arguments = pytest_process.suite_arguments(layout, *plugins)
    if plan.stop_at_first_failure:
        arguments.append("-x")
    if workers > 1:
        arguments += ["-n", str(workers), "--dist", "worksteal"]
    return [*arguments, str(layout.conformance_tests), *map(str, plan.tests)]


def _requirement_results(
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
                outcome=requirement_outcome(
                    [test.outcome for test in own], shown_elsewhere=bool(row.shown_by)
                ),
                tests=[test.id for test in own],
                shown_by=row.shown_by,
            )
        )
    return results
