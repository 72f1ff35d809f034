"""The reports that other programs read: results.json, junit.xml, testreport.json."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from fhir.resources.STU3 import testreport

from ndop.conformance.report import fhir_test_report, junit, results
from ndop.conformance.report.results import Outcome, RunResult
from ndop.java import modules, toolkit
from ndop.system.errors import ResultsError
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.conformance.result_factories import (
    make_exchange,
    make_run,
    make_test,
    run_with_every_outcome,
)

SCHEMA = Path(results.__file__).with_name("results.schema.json")


def test_the_committed_schema_is_that_of_the_results() -> None:
    committed = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert committed == results.schema(), (
        "results.schema.json is out of date: .venv/bin/ndop conformance --schema > "
        "src/ndop/conformance/report/results.schema.json"
    )
    jsonschema.Draft202012Validator.check_schema(committed)


def test_results_satisfy_the_schema_and_read_back(tmp_path: Path) -> None:
    run = run_with_every_outcome()
    file = tmp_path / "results.json"
    file.write_text(run.model_dump_json(), encoding="utf-8")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**run.model_dump(), "seconds": "soon"}, schema)
    assert results.read(file) == results.read(tmp_path) == run


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "expected a results.json"),
        ("[]", "format: expected 'ndop-conformance-results/1', found None"),
        ('{"format": "ndop-conformance-results/2"}', "found 'ndop-conformance-results/2'"),
        ('{"format": "ndop-conformance-results/1"}', "edition: Field required"),
    ],
)
def test_a_file_that_is_not_a_result(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ResultsError) as error:
        results.read(file)
    assert message in str(error.value)
    assert str(file) in str(error.value)


@pytest.mark.parametrize(
    ("outcomes", "passed"),
    [
        (["passed", "warning", "skipped"], True),
        (["passed", "failed"], False),
        ([], False),
    ],
)
def test_which_runs_pass(outcomes: list[Outcome], passed: bool) -> None:
    assert make_run([make_test(one, one) for one in outcomes]).passed is passed


def suite_of(run: RunResult) -> ET.Element:
    suite = ET.fromstring(junit.render(run)).find("testsuite")
    assert suite is not None
    return suite


def test_junit_counts_and_names() -> None:
    suite = suite_of(run_with_every_outcome())
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "0", "skipped": "2"}
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["passes", "fails", "warns", "skips"]
    assert cases[0].get("classname") == "ndop-1.1.0.read"
    properties = [(one.get("name"), one.get("value")) for one in cases[0].iter("property")]
    assert properties == [
        ("requirement", "NDOP-096"),
        ("level", "SHALL"),
        ("patient", "9990000018"),
        ("note", "seen"),
    ]


def test_junit_has_failures_warnings_and_skips() -> None:
    passes, fails, warns, skips = suite_of(run_with_every_outcome()).findall("testcase")
    assert [child.tag for child in passes] == ["properties"]
    failure = fails.find("failure")
    assert failure is not None
    assert failure.text is not None
    assert "expected: 1" in failure.text
    assert "curl -i -X POST" in failure.text
    assert "HTTP 201" in failure.text
    warning = warns.find("skipped")
    assert warning is not None
    assert str(warning.get("message")).startswith("warning, SHOULD: why warning")
    skipped = skips.find("skipped")
    assert skipped is not None
    assert "To run it: give --claim strict-nhs-number" in str(skipped.get("message"))


def test_junit_replaces_characters_that_xml_forbids() -> None:
    odd = "\x00\x1b\ud800 & <b> ]]>"
    exchange = make_exchange(response_body=odd)
    suite = suite_of(make_run([make_test("x", "failed", explanation=odd, exchanges=[exchange])]))
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.text is not None
    assert "& <b> ]]>" in failure.text


def test_junit_of_an_incomplete_run() -> None:
    run = make_run([make_test("x")], complete=False, incomplete_because="of Ctrl-C")
    assert "incomplete: of Ctrl-C" in str(suite_of(run).findtext("system-err"))


def fhir(run: RunResult) -> dict[str, Any]:
    document = fhir_test_report.render(run)
    testreport.TestReport.model_validate_json(document)
    return dict(json.loads(document))


def test_the_fhir_test_report() -> None:
    report = fhir(run_with_every_outcome())
    assert (report["status"], report["result"], float(report["score"])) == (
        "completed",
        "fail",
        33.3,
    )
    verdicts = [test["action"][-1]["assert"]["result"] for test in report["test"]]
    assert verdicts == ["pass", "fail", "warning", "skip"]
    operation = report["test"][0]["action"][0]["operation"]
    assert operation["message"] == "POST http://127.0.0.1:1/fhir/Consent: HTTP 201"
    assert "NDOP-096 (SHALL): It is so." in report["test"][0]["description"]


NO_ANSWER = make_test("x", "failed", exchanges=[make_exchange(status=None)])


@pytest.mark.parametrize(
    ("run", "status", "result"),
    [
        (make_run([make_test("x")]), "completed", "pass"),
        (make_run([make_test("x")], complete=False, incomplete_because="y"), "stopped", "fail"),
        (make_run([], complete=False, incomplete_because="y"), "stopped", "fail"),
        (make_run([NO_ANSWER]), "completed", "fail"),
    ],
)
def test_the_fhir_test_report_of_other_runs(run: RunResult, status: str, result: str) -> None:
    report = fhir(run)
    assert (report["status"], report["result"]) == (status, result)


@pytest.mark.slow
def test_the_validator_finds_nothing_in_the_test_report(
    layout: Layout, progress: Progress, tmp_path: Path
) -> None:
    modules.build(layout, [modules.TOOLKIT], progress)
    report = testreport.TestReport.model_validate_json(
        fhir_test_report.render(run_with_every_outcome())
    )
    good: Any = report.model_dump_xml()
    (tmp_path / "good.xml").write_bytes(good)
    bad = re.sub(b"<testScript>.*</testScript>", b"", good)
    (tmp_path / "bad.xml").write_bytes(bad)
    findings = toolkit.generate_snapshots(layout, [tmp_path])[tmp_path]
    assert [finding.message for finding in findings["good"] if finding.invalidates] == []
    assert any(finding.invalidates for finding in findings["bad"])
