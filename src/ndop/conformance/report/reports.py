"""The report files of a run: index.html, results.json, junit.xml, testreport.json."""

from __future__ import annotations

from pathlib import Path

from ndop.conformance.report import fhir_test_report, junit, results
from ndop.conformance.report.results import RunResult
from ndop.conformance.report.templates import load_template

RESULTS = results.RESULTS
JUNIT = "junit.xml"
PAGE = "index.html"
TEST_REPORT = "testreport.json"


def write(result: RunResult, folder: Path) -> None:
    """Write all reports into a folder, which must exist."""
    (folder / RESULTS).write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder / JUNIT).write_text(junit.render(result), encoding="utf-8")
    (folder / TEST_REPORT).write_text(fhir_test_report.render(result), encoding="utf-8")
    anchors = {test.id: f"test-{number}" for number, test in enumerate(result.tests, 1)}
    page = load_template("report.html.j2").render(run=result, anchors=anchors)
    (folder / PAGE).write_text(page, encoding="utf-8")
