"""The result of each test, attached to pytest's report as `report.ndop`."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
import requests
from fhirpy.base.exceptions import BaseFHIRError

from ndop.conformance.register.requirements import Level
from ndop.conformance.report.results import Exchange, Outcome, TestResult
from ndop.conformance.suite import proxies
from ndop.conformance.suite.access import why_no_answer
from ndop.conformance.suite.masking import Mask
from ndop.conformance.suite.plugin.context import RECORD, SUITE, Suite, TestRecord
from ndop.conformance.suite.plugin.selection import area_of, requirements_of, skip_reason

_STRICTEST_FIRST: tuple[Level, ...] = ("SHALL", "SHOULD", "MAY")
_MODULES_OF_TESTS = ("test_", "conftest", "support")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a failed SHOULD or MAY into a warning, and attach a TestResult to the report."""
    report = yield
    suite = item.config.stash.get(SUITE, None)
    if suite is None or (call.when != "call" and report.passed):
        return report
    rows = requirements_of(item, suite.register)
    record = item.stash.get(RECORD, TestRecord())
    explanation = _explain(call, report, record)
    outcome: Outcome = report.outcome
    if outcome == "failed" and rows and all(row.level != "SHALL" for row in rows):
        outcome = "warning"
        report.outcome = "skipped"
        report.wasxfail = explanation
    result = _test_result(item, suite, record, outcome, explanation, call.duration)
    # pytest sends further attributes of a report from its workers as they are.
    report.ndop = result.model_dump()  # type: ignore[attr-defined]
    return report


def planned_skips(session: pytest.Session) -> list[TestResult]:
    """The results of the tests that will be skipped, with reason and remedy."""
    suite = session.config.stash.get(SUITE, None)
    if suite is None:
        return []
    skips = ((item, skip_reason(item, suite)) for item in session.items)
    return [
        _test_result(item, suite, TestRecord(remedy=skip.remedy), "skipped", skip.reason)
        for item, skip in skips
        if skip is not None
    ]


def _test_result(
    item: pytest.Item,
    suite: Suite,
    record: TestRecord,
    outcome: Outcome,
    explanation: str,
    seconds: float = 0.0,
) -> TestResult:
    """The result of a test, with secrets masked."""
    rows = requirements_of(item, suite.register)
    mask = Mask(suite.settings.access.secrets)
    return TestResult(
        id=_id(item, mask),
        area=area_of(item.path),
        title=mask.text(_title(item)),
        level=min((row.level for row in rows), key=_STRICTEST_FIRST.index, default=None),
        requirements=[row.id for row in rows],
        outcome=outcome,
        explanation=mask.text(explanation),
        remedy=record.remedy if outcome == "skipped" else "",
        notes=[mask.text(note) for note in record.notes],
        patients=[mask.text(patient) for patient in record.patients],
        seconds=seconds,
        exchanges=record.client.exchanges if record.client else [],
    )


def _explain(call: pytest.CallInfo[None], report: pytest.TestReport, record: TestRecord) -> str:
    cause = _cause(call, report, record)
    exchanges = record.client.exchanges if record.client else []
    if report.failed and exchanges and proxies.is_from_proxy(exchanges[-1]):
        return f"{cause}\n{proxies.NOTE}"
    return cause


def _cause(call: pytest.CallInfo[None], report: pytest.TestReport, record: TestRecord) -> str:
    if call.excinfo is None:
        return ""
    error = call.excinfo.value
    if report.skipped:
        return str(error)
    if isinstance(error, AssertionError):
        return str(error)
    if isinstance(error, httpx.HTTPError | requests.RequestException):
        return f"No answer\n  expected: an HTTP answer\n  found:    {why_no_answer(error)}"
    if isinstance(error, BaseFHIRError):
        text = str(error).strip() or type(error).__name__
        return f"The answer to fhirpy\n  expected: success\n  found:    {text[:500]}"
    exchanges: list[Exchange] = record.client.exchanges if record.client else []
    if exchanges and isinstance(error, LookupError | TypeError | ValueError | AttributeError):
        return _unexpected_form(error)
    return f"{type(error).__name__}: {error}\n{report.longreprtext}"


def _unexpected_form(error: Exception) -> str:
    """For a test that fails because something that it reads is not in the answer."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if Path(one.filename).name.startswith(_MODULES_OF_TESTS)]
    frame = (own or frames)[-1]
    line = frame.line or linecache.getline(frame.filename, frame.lineno or 0).strip()
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return (
        "The last answer\n"
        f"  expected: what the test reads from it in {place}: {line}\n"
        f"  found:    it is not there, or of another form ({type(error).__name__}: {error})"
    )


def _id(item: pytest.Item, mask: Mask) -> str:
    """The id of a test; where parameters must be masked, it has their indexes in their place."""
    callspec = getattr(item, "callspec", None)
    if mask.text(item.nodeid) == item.nodeid or callspec is None:
        return item.nodeid
    numbers = "-".join(map(str, callspec.indices.values()))
    return mask.text(f"{item.nodeid.partition('[')[0]}[{numbers}]")


def _title(item: pytest.Item) -> str:
    function = getattr(item, "function", None)
    first_line = ((function.__doc__ if function else None) or item.name).strip().splitlines()[0]
    callspec = getattr(item, "callspec", None)
    return f"{first_line} [{callspec.id}]" if callspec else first_line
