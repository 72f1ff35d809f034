"""testreport.json: the results of a run as a FHIR STU3 TestReport.

Each test is a TestReport.test: its requests are operations, and its outcome is an assert. A SHOULD
that fails is a warning there too.
"""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version

from fhir.resources.STU3.testreport import TestReport

from ndop.conformance.report.results import Exchange, Outcome, RunResult, TestResult

#: To the codes of FHIR's value set report-action-result.
_RESULT_CODES: dict[Outcome, str] = {
    "passed": "pass",
    "failed": "fail",
    "warning": "warning",
    "skipped": "skip",
}


def render(run: RunResult) -> str:
    """The resource in JSON, with a final newline. It is validated against base STU3."""
    counts = run.tests_by_outcome()
    data = {
        "resourceType": "TestReport",
        "name": f"Conformance of {run.base_url} to {run.edition}",
        "status": "completed" if run.complete else "stopped",
        "testScript": {"display": f"ndop-fhir conformance suite, edition {run.edition}"},
        "result": "pass" if run.passed else "fail",
        "tester": f"ndop-fhir {version('ndop-fhir')}",
        "issued": run.started,
        "participant": [
            {"type": "test-engine", "uri": "urn:ndop-fhir", "display": "ndop-fhir"},
            {"type": "server", "uri": run.base_url, "display": "server under test"},
        ],
        "test": [_test(test, run) for test in run.tests],
    }
    if score := _score(counts):
        data["score"] = score
    report = TestReport.model_validate({key: value for key, value in data.items() if value != []})
    return str(report.model_dump_json(indent=1)) + "\n"


def _score(counts: Counter[Outcome]) -> str | None:
    """The percentage of passes among the tests that ran."""
    ran = counts.total() - counts["skipped"]
    return f"{100 * counts['passed'] / ran:.1f}" if ran else None


def _test(test: TestResult, run: RunResult) -> dict[str, object]:
    statements = {row.id: f"{row.id} ({row.level}): {row.statement}" for row in run.requirements}
    rows = [statements.get(row, row) for row in test.requirements]
    assertion: dict[str, str] = {"result": _RESULT_CODES[test.outcome]}
    reason = test.skip_reason if test.outcome == "skipped" else test.explanation
    if message := "\n".join([reason, *test.notes]).strip():
        assertion["message"] = message
    return {
        "name": test.id,
        "description": "\n".join([test.title, *rows]),
        "action": [*map(_operation, test.exchanges), {"assert": assertion}],
    }


def _operation(exchange: Exchange) -> dict[str, object]:
    result = "error" if exchange.status is None else "pass"
    message = f"{exchange.method} {exchange.url}: {exchange.status_text}"
    return {"operation": {"result": result, "message": message}}
