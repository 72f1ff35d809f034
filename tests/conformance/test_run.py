"""The machinery of a run, over a suite of its own and canned answers: passed, failed, warned,
skipped, incomplete."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ndop.conformance import report
from ndop.conformance.results import RunResult, TestResult
from ndop.conformance.run import RunPlan, run
from ndop.errors import TargetError
from ndop.layout import Layout
from tests.conformance.canned import Answer, canned

SUITE = '''
import pytest
from ndop.conformance.expectations import expect

@pytest.mark.requirement("NDOP-096")
def test_passes(ndop):
    """SHALL: passes."""
    ndop.get("metadata")

@pytest.mark.requirement("NDOP-097")
def test_fails(ndop):
    """SHALL: fails."""
    expect("status", ndop.get("Consent/1").status_code, 404)

@pytest.mark.requirement("NDOP-003")
def test_warns():
    """SHOULD: fails."""
    expect("one", 1, 2)

@pytest.mark.requirement("NDOP-098")
def test_records(note):
    """MAY: recorded."""
    note("seen")

@pytest.mark.requirement("NDOP-025")
@pytest.mark.claim("strict-nhs-number")
def test_skips():
    """SHALL: needs a strict server."""

@pytest.mark.requirement("NDOP-012")
def test_of_another_edition():
    """SHALL: not asked of this edition."""
    raise AssertionError

@pytest.mark.requirement("NDOP-099")
def test_errors(ndop):
    """SHALL: has a fault of its own."""
    raise RuntimeError("oops")
'''


@pytest.fixture
def suite(layout: Layout, tmp_path: Path) -> Layout:
    """A checkout with a small suite."""
    folder = tmp_path / "conformance-tests"
    folder.mkdir()
    for name in ("pytest.ini", "requirements.csv"):
        (folder / name).write_bytes((layout.conformance_tests / name).read_bytes())
    (folder / "test_read.py").write_text(SUITE, encoding="utf-8")
    return replace(layout, root=tmp_path)


def metadata(_method: str, _path: str) -> Answer:
    return Answer(json.dumps({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.1"}))


def ran(suite: Layout, tmp_path: Path, **options: object) -> RunResult:
    with canned(metadata) as base_url:
        plan = RunPlan(base_url, "ndop-1.1.0", tmp_path / "report")
        return run(suite, replace(plan, **options), lambda *_: None)  # type: ignore[arg-type]


def by_name(result: RunResult) -> dict[str, TestResult]:
    return {test.id.rpartition("::")[2]: test for test in result.tests}


def test_each_outcome(suite: Layout, tmp_path: Path) -> None:
    result = ran(suite, tmp_path)
    tests = by_name(result)
    assert {name: test.outcome for name, test in tests.items()} == {
        "test_passes": "passed",
        "test_fails": "failed",
        "test_warns": "warning",
        "test_records": "passed",
        "test_skips": "skipped",
        "test_errors": "failed",
    }
    assert not result.passed
    assert result.complete
    assert tests["test_records"].notes == ["seen"]
    assert "--claim strict-nhs-number" in tests["test_skips"].explanation
    assert "RuntimeError: oops" in tests["test_errors"].explanation
    assert result.areas == ["read"]


def test_requirements_follow_their_tests(suite: Layout, tmp_path: Path) -> None:
    rows = {row.id: row.outcome for row in ran(suite, tmp_path).requirements}
    assert rows["NDOP-096"] == "passed"
    assert rows["NDOP-097"] == "failed"
    assert rows["NDOP-003"] == "warning"
    assert rows["NDOP-025"] == "elsewhere"
    assert rows["NDOP-001"] == "untested"
    assert "NDOP-012" not in rows


def test_a_failure_is_explained_with_its_request(suite: Layout, tmp_path: Path) -> None:
    result = ran(suite, tmp_path)
    told = report.explain(by_name(result)["test_fails"], result)
    assert "NDOP-097 (SHALL)" in told
    assert "curl -i http://127.0.0.1" in told
    assert "HTTP 200" in told
    assert "expected: 404" in told


@pytest.mark.parametrize("workers", [1, 2])
def test_reports(suite: Layout, tmp_path: Path, workers: int) -> None:
    result = ran(suite, tmp_path, workers=workers)
    folder = tmp_path / "report"
    text = (folder / report.RESULTS).read_text(encoding="utf-8")
    assert RunResult.model_validate_json(text) == result
    cases = ET.parse(folder / report.JUNIT).getroot().findall(".//testcase")
    assert len(cases) == 6
    properties = [one.attrib for case in cases for one in case.findall(".//property")]
    assert {"name": "requirement", "value": "NDOP-097"} in properties
    page = (folder / report.PAGE).read_text(encoding="utf-8")
    assert "NDOP-097" in page
    assert "http://" not in page.replace(result.base_url, "").replace("http://127.0.0.1", "")


def test_only_what_is_asked_for(suite: Layout, tmp_path: Path) -> None:
    assert by_name(ran(suite, tmp_path, only=("NDOP-096",))).keys() == {"test_passes"}
    with pytest.raises(TargetError, match="No test fits NDOP-999"):
        ran(suite, tmp_path, only=("NDOP-999",))


def test_stopping_early_is_incomplete(suite: Layout, tmp_path: Path) -> None:
    result = ran(suite, tmp_path, stop_at_first_failure=True)
    assert not result.complete
    assert not result.passed


def test_an_id_that_the_register_does_not_have(suite: Layout, tmp_path: Path) -> None:
    file = suite.conformance_tests / "test_read.py"
    file.write_text(SUITE.replace("NDOP-097", "NDOP-997"), encoding="utf-8")
    with pytest.raises(TargetError, match="NDOP-997 is not in the register"):
        ran(suite, tmp_path)


def test_a_broken_suite_is_told(suite: Layout, tmp_path: Path) -> None:
    (suite.conformance_tests / "test_read.py").write_text("def (", encoding="utf-8")
    with pytest.raises(TargetError, match="could not run"):
        ran(suite, tmp_path)
