"""The reports of a run: index.html, results.json, junit.xml, testreport.json, and the summary."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import jinja2
from rich import box
from rich.console import Console
from rich.table import Table

from ndop.conformance.register.requirements import Level
from ndop.conformance.report import fhir_test_report, junit, results
from ndop.conformance.report.results import RequirementOutcome, RunResult, TestResult

RESULTS = results.RESULTS
JUNIT = "junit.xml"
PAGE = "index.html"
TEST_REPORT = "testreport.json"

_TEMPLATES = Path(__file__).parent / "templates"


def write(result: RunResult, folder: Path) -> None:
    """Write every report."""
    (folder / RESULTS).write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder / JUNIT).write_text(junit.document(result), encoding="utf-8")
    (folder / TEST_REPORT).write_text(fhir_test_report.document(result), encoding="utf-8")
    anchors = {test.id: f"test-{number}" for number, test in enumerate(result.tests, 1)}
    page = template("report.html.j2").render(run=result, anchors=anchors)
    (folder / PAGE).write_text(page, encoding="utf-8")


def template(name: str) -> jinja2.Template:
    """The template of a page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


def explain(test: TestResult, result: RunResult) -> str:
    """A failure in full: requirement, request, answer, expected, found."""
    statements = {row.id: row for row in result.requirements}
    lines = [f"{test.outcome.upper()}: {test.title}", f"  {test.id}"]
    for requirement_id in test.requirements:
        row = statements.get(requirement_id)
        if row is not None:
            lines.append(f"  {row.id} ({row.level}): {row.statement}")
    if test.exchanges:
        last = test.exchanges[-1]
        answer = "no answer" if last.status is None else f"HTTP {last.status}"
        lines += [f"  Request:  {last.curl}", f"  Response: {answer} {last.response_body[:600]}"]
    lines += [f"  {line}" for line in test.explanation.splitlines()]
    return "\n".join(lines)


def print_summary(result: RunResult, folder: Path, console: Console) -> None:
    """The table by area, the count of requirements, and where the reports are."""
    table = Table(title=f"{result.edition} at {result.base_url}", box=box.SIMPLE_HEAD)
    table.add_column("area")
    for heading in ("passed", "failed", "warnings", "skipped"):
        table.add_column(heading, justify="right")
    table.add_column("time", justify="right")
    for area in result.areas:
        counts = result.tests_by_outcome(area)
        table.add_row(
            area,
            str(counts["passed"]),
            str(counts["failed"]),
            str(counts["warning"]),
            str(counts["skipped"]),
            f"{result.seconds_in(area):.1f} s",
        )
    counts = result.tests_by_outcome()
    table.add_section()
    table.add_row(
        "all",
        str(counts["passed"]),
        str(counts["failed"]),
        str(counts["warning"]),
        str(counts["skipped"]),
        f"{result.seconds:.1f} s",
    )
    console.print(table)
    for test in result.tests:
        if test.outcome == "skipped":
            told = f"{test.title} {test.skip_told}"
            console.print(told, markup=False, soft_wrap=True)
        elif test.outcome == "warning":
            first_line = test.explanation.partition("\n")[0]
            told = f"warning: {test.title}: {first_line} ({', '.join(test.requirements)})"
            console.print(told, markup=False, soft_wrap=True)
    levels: tuple[Level, ...] = ("SHALL", "SHOULD")
    for level in levels:
        console.print(_told(level, result.requirements_by_outcome(level)), soft_wrap=True)
    if not result.complete:
        told = f"The run is incomplete: {result.incomplete_because}"
        console.print(told, markup=False, soft_wrap=True)
    console.print(f"Report: {folder / PAGE}", soft_wrap=True)


def _told(level: Level, rows: Counter[RequirementOutcome]) -> str:
    missed = rows["failed"] + rows["warning"]
    return (
        f"{level}: {rows['passed'] + missed} of {rows.total()} rows tested, "
        f"{rows['passed']} passed, {missed} not; "
        f"{rows['elsewhere']} more are shown by the project's own tests; "
        f"{rows['skipped']} skipped, {rows['untested']} without a test"
    )
