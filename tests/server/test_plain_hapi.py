"""The suite against the same HAPI server without the extension: it must fail, and say why."""

from __future__ import annotations

from pathlib import Path

import pytest

from ndop.conformance.report import reports
from ndop.conformance.report.console import format_failure
from ndop.conformance.report.results import RunResult
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.runner import run
from ndop.editions import DEFAULT_EDITION
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def result(
    built: Layout, progress: Progress, tmp_path_factory: pytest.TempPathFactory
) -> RunResult:
    folder = tmp_path_factory.mktemp("report")
    with process.running(built, ServerPlan(DEFAULT_EDITION, plain=True), progress) as server:
        return run(built, RunPlan(server.base_url, DEFAULT_EDITION, folder), lambda *_: None)


def test_most_rows_fail(result: RunResult) -> None:
    rows = result.requirements_by_outcome("SHALL")
    assert not result.passed
    assert rows["failed"] > 60
    assert rows["passed"] > 10  # it is a FHIR server after all


@pytest.mark.parametrize(
    ("test", "parts"),
    [
        (
            "test_second_consent_for_a_patient_is_rejected",
            ["NDOP-086 (SHALL)", "curl -i -X POST", "HTTP 201", "expected: 422", "found:    201"],
        ),
        (
            "test_client_may_not_choose_the_id",
            ["NDOP-085 (SHALL)", "expected: 405", "found:    201"],
        ),
        (
            "test_statement_is_an_instance",
            ["NDOP-069 (SHALL)", "instantiates", "NDOP-CapabilityStatement-1"],
        ),
    ],
)
def test_a_failure_reads_like_an_explanation(
    result: RunResult, test: str, parts: list[str]
) -> None:
    (failed,) = [one for one in result.failures if one.id.endswith(f"::{test}")]
    message = format_failure(failed, result)
    for part in parts:
        assert part in message


def test_no_failure_is_a_fault_of_the_suite(result: RunResult) -> None:
    """Every failure is a disagreement or a missing answer, never an error in a test."""
    strange = [
        (test.id, test.explanation)
        for test in result.failures
        if "expected:" not in test.explanation
    ]
    assert strange == []


def test_reports_are_written(result: RunResult, tmp_path: Path) -> None:
    reports.write(result, tmp_path)
    page = (tmp_path / reports.PAGE).read_text(encoding="utf-8")
    assert f"{len(result.failures)} of {len(result.tests)} tests failed." in page
    again = RunResult.model_validate_json((tmp_path / reports.RESULTS).read_text(encoding="utf-8"))
    assert again == result
