"""The results of a run on the console: the table by area, and failures in full."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from ndop.conformance.register.requirements import Level
from ndop.conformance.report.reports import PAGE
from ndop.conformance.report.results import (
    Outcome,
    RequirementOutcome,
    RunResult,
    TestResult,
)

_OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "warning", "skipped")
_LEVELS: tuple[Level, ...] = ("SHALL", "SHOULD")


def format_failure(test: TestResult, result: RunResult) -> str:
    """A failure in full: requirements, request, response, expected, found."""
    rows = {row.id: row for row in result.requirements}
    lines = [f"{test.outcome.upper()}: {test.title}", f"  {test.id}"]
    for requirement_id in test.requirements:
        row = rows.get(requirement_id)
        if row is not None:
            lines.append(f"  {row.id} ({row.level}): {row.statement}")
    if test.exchanges:
        last = test.exchanges[-1]
        response = f"{last.status_text} {last.response_body[:600]}"
        lines += [f"  Request:  {last.curl}", f"  Response: {response}"]
    lines += [f"  {line}" for line in test.explanation.splitlines()]
    return "\n".join(lines)


def print_summary(result: RunResult, folder: Path, console: Console) -> None:
    """Print the table by area, what was skipped or only warned of, counts of requirements, and
    where the reports are.
    """
    console.print(_table(result))
    for test in result.tests:
        if test.outcome == "skipped":
            line = f"{test.title} {test.skip_reason}"
            console.print(line, markup=False, soft_wrap=True)
        elif test.outcome == "warning":
            first_line = test.explanation.partition("\n")[0]
            line = f"warning: {test.title}: {first_line} ({', '.join(test.requirements)})"
            console.print(line, markup=False, soft_wrap=True)
    for level in _LEVELS:
        rows = result.requirements_by_outcome(level)
        console.print(_requirement_counts(level, rows), soft_wrap=True)
    if not result.complete:
        line = f"The run is incomplete: {result.incomplete_because}"
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"Report: {folder / PAGE}", soft_wrap=True)


def _table(result: RunResult) -> Table:
    table = Table(title=f"{result.edition} at {result.base_url}", box=box.SIMPLE_HEAD)
    table.add_column("area")
    for heading in ("passed", "failed", "warnings", "skipped", "time"):
        table.add_column(heading, justify="right")

    def add_row(name: str, counts: Counter[Outcome], seconds: float) -> None:
        table.add_row(name, *(str(counts[one]) for one in _OUTCOMES), f"{seconds:.1f} s")

    for area in result.areas:
        add_row(area, result.tests_by_outcome(area), result.seconds_in(area))
    table.add_section()
    add_row("all", result.tests_by_outcome(), result.seconds)
    return table


def _requirement_counts(level: Level, rows: Counter[RequirementOutcome]) -> str:
    not_passed = rows["failed"] + rows["warning"]
    return (
        f"{level}: {rows['passed'] + not_passed} of {rows.total()} rows tested, "
        f"{rows['passed']} passed, {not_passed} not; "
        f"{rows['elsewhere']} more are covered by the project's own tests; "
        f"{rows['skipped']} skipped, {rows['untested']} without a test"
    )
