"""The formatters: each format is what its readers expect."""

from __future__ import annotations

import io
import json
import re
from xml.etree import ElementTree

import pytest
from fhir.resources.STU3.operationoutcome import OperationOutcome

from ndop.editions import Edition
from ndop.validation import Finding, Result
from ndop.validation.findings import ResultCounts
from ndop.validation.formatters import FORMATTERS, FormatName

ERROR = Finding(
    "error",
    "is <missing>: 100%",
    "a,b:c.json",
    3,
    7,
    "Consent.purpose",
    "Some_Rule",
    "at least 1",
    "0",
    "NDOP-049",
    "INVALID_RESOURCE",
)
WARNING = Finding("warning", "odd\nin two lines\x01", "b.json", 1, 1, requirement="NDOP-024")
REMARK = Finding("information", "by the way", "b.json", 1, 1)
MISSING = Finding("fatal", "expected a file, found nothing", "c.json")
RESULTS = [
    Result("a,b:c.json", 2, "entry[1]", (ERROR,)),
    Result("b.json", 1, "", (WARNING, REMARK)),
    Result("c.json", 1, "", (MISSING,), checked=False),
    Result("d.json", 1, "", ()),
]


@pytest.fixture
def counts() -> ResultCounts:
    counts = ResultCounts()
    for result in RESULTS:
        counts.add(result)
    return counts


def written(name: FormatName, edition: Edition, counts: ResultCounts) -> str:
    out = io.StringIO()
    formatter = FORMATTERS[name](out, edition)
    for result in RESULTS:
        formatter.write(result)
    formatter.end(counts)
    return out.getvalue()


def test_the_summary_line(counts: ResultCounts) -> None:
    assert str(counts) == ("2 valid, 1 invalid, 1 could not be checked; errors: 2, warnings: 1")


def test_text(edition: Edition, counts: ResultCounts) -> None:
    lines = written(FormatName.TEXT, edition, counts).splitlines()
    assert lines[:4] == [
        "a,b:c.json:3:7: error: entry[1] Consent.purpose: is <missing>: 100%",
        "    expected: at least 1",
        "    found:    0",
        "    see:      NDOP-049, INVALID_RESOURCE, Some_Rule",
    ]
    assert "c.json: fatal: expected a file, found nothing" in lines
    assert "by the way" not in "".join(lines)


def test_json(edition: Edition, counts: ResultCounts) -> None:
    report = json.loads(written(FormatName.JSON, edition, counts))
    assert report["edition"] == edition.id
    assert [result["valid"] for result in report["results"]] == [False, True, False, True]
    assert report["results"][0]["findings"][0]["requirement"] == "NDOP-049"
    assert report["summary"]["unchecked"] == 1


def test_junit(edition: Edition, counts: ResultCounts) -> None:
    suite = ElementTree.fromstring(written(FormatName.JUNIT, edition, counts))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "1")
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [
        "a,b:c.json:2 entry[1]",
        "b.json:1",
        "c.json:1",
        "d.json:1",
    ]
    failure = cases[0].find("failure")
    assert failure is not None
    assert failure.get("message") == "is <missing>: 100%"
    assert "NDOP-049" in (failure.text or "")
    assert cases[2].find("error") is not None
    assert len(cases[3]) == 0


def test_outcome(edition: Edition, counts: ResultCounts) -> None:
    outcome = OperationOutcome.model_validate_json(written(FormatName.OUTCOME, edition, counts))
    assert [issue.severity for issue in outcome.issue] == [
        "error",
        "warning",
        "information",
        "fatal",
    ]
    first = outcome.issue[0].model_dump()
    (coding,) = first["details"]["coding"]
    assert coding["code"] == "INVALID_RESOURCE"
    assert coding["display"] == edition.error_codes.concepts["INVALID_RESOURCE"]
    assert first["expression"] == ["Consent.purpose"]
    assert "NDOP-049" in first["diagnostics"]


def test_outcome_of_nothing(edition: Edition) -> None:
    out = io.StringIO()
    FORMATTERS[FormatName.OUTCOME](out, edition).end(ResultCounts(valid=1))
    outcome = OperationOutcome.model_validate_json(out.getvalue())
    assert outcome.issue[0].code == "informational"


def test_github(edition: Edition, counts: ResultCounts) -> None:
    lines = written(FormatName.GITHUB, edition, counts).splitlines()
    assert lines[0].startswith("::error file=a%2Cb%3Ac.json,line=3,col=7,title=NDOP-049::")
    assert "100%25%0A" in lines[0]
    assert lines[1].startswith("::warning file=b.json,")
    assert lines[2].startswith("::error file=c.json,title=")
    assert all(re.match(r"::(error|warning) [^:]+::", line) for line in lines)
    assert len(lines) == 3
