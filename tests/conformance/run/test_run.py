"""Runs of a small suite against canned answers: passed, failed, warned, skipped, incomplete."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from ndop.conformance.report import reports
from ndop.conformance.report.console import format_failure, print_summary
from ndop.conformance.report.results import RunResult, TestResult
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.runner import preview, run
from ndop.conformance.suite.access import Access
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import DEFAULT_EDITION
from ndop.system.errors import TargetError
from ndop.system.layout import Layout
from tests.conformance.small_suite import checkout_with
from tests.conformance.stub_server import StubResponse, stub_server

pytestmark = pytest.mark.slow

SUITE = '''
import pytest
from ndop.conformance.suite.expectations import expect

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
    return checkout_with(SUITE, layout, tmp_path)


def metadata(_method: str, _path: str) -> StubResponse:
    return StubResponse(
        json.dumps(
            {
                "resourceType": "CapabilityStatement",
                "fhirVersion": "3.0.1",
                "rest": [{"resource": [{"type": "Consent"}]}],
            }
        )
    )


def ran(suite: Layout, tmp_path: Path, **options: object) -> RunResult:
    with stub_server(metadata) as base_url:
        plan = RunPlan(base_url, DEFAULT_EDITION, tmp_path / "report")
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
    assert tests["test_skips"].remedy == "give --claim strict-nhs-number"
    assert tests["test_skips"].level == "SHALL"
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
    message = format_failure(by_name(result)["test_fails"], result)
    assert "NDOP-097 (SHALL)" in message
    assert "curl -i http://127.0.0.1" in message
    assert "HTTP 200" in message
    assert "expected: 404" in message


@pytest.mark.parametrize("workers", [1, 2])
def test_reports(suite: Layout, tmp_path: Path, workers: int) -> None:
    result = ran(suite, tmp_path, workers=workers)
    folder = tmp_path / "report"
    text = (folder / reports.RESULTS).read_text(encoding="utf-8")
    assert RunResult.model_validate_json(text) == result
    cases = ET.parse(folder / reports.JUNIT).getroot().findall(".//testcase")
    assert len(cases) == 6
    properties = [one.attrib for case in cases for one in case.findall(".//property")]
    assert {"name": "requirement", "value": "NDOP-097"} in properties
    page = (folder / reports.PAGE).read_text(encoding="utf-8")
    assert "NDOP-097" in page


def test_only_the_selected_tests_run(suite: Layout, tmp_path: Path) -> None:
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


def test_a_broken_suite_is_reported(suite: Layout, tmp_path: Path) -> None:
    (suite.conformance_tests / "test_read.py").write_text("def (", encoding="utf-8")
    with pytest.raises(TargetError, match="could not run"):
        ran(suite, tmp_path)


def write_test_module(suite: Layout, text: str) -> None:
    (suite.conformance_tests / "test_read.py").write_text(
        f"import os, time, pytest\n{text}", encoding="utf-8"
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_ends_at_its_limit(suite: Layout, tmp_path: Path, workers: int) -> None:
    write_test_module(
        suite,
        """
def test_a(ndop):
    pass

def test_b(ndop):
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:  # ignores the interruption
            pass

def test_c(ndop):
    time.sleep(60)
""",
    )
    result = ran(suite, tmp_path, workers=workers, run_seconds=20)
    assert by_name(result)["test_a"].outcome == "passed"
    assert not result.complete
    assert not result.passed
    assert "time limit of 20 s was reached; 1 of 3 tests ran" in result.incomplete_because
    folder = tmp_path / "report"
    assert result.incomplete_because in (folder / reports.PAGE).read_text(encoding="utf-8")
    assert result.incomplete_because in (folder / reports.JUNIT).read_text(encoding="utf-8")


def test_a_process_that_ends_by_itself_loses_nothing(suite: Layout, tmp_path: Path) -> None:
    write_test_module(suite, "def test_a(ndop): pass\n\ndef test_b(ndop): os._exit(7)\n")
    result = ran(suite, tmp_path)
    assert [test.outcome for test in result.tests] == ["passed"]
    assert result.incomplete_because.startswith("pytest ended with 7; 1 of 2 tests ran")


def test_a_worker_that_ends_by_itself_fails_its_test(suite: Layout, tmp_path: Path) -> None:
    write_test_module(suite, "def test_a(ndop): pass\n\ndef test_b(ndop): os._exit(7)\n")
    tests = by_name(ran(suite, tmp_path, workers=2))
    assert tests["test_a"].outcome == "passed"
    assert tests["test_b"].outcome == "failed"
    assert "The process of the test ended" in tests["test_b"].explanation


def test_a_fault_after_a_test_fails_it(suite: Layout, tmp_path: Path) -> None:
    write_test_module(
        suite,
        """
@pytest.fixture
def thing(ndop):
    yield
    raise AssertionError("left behind")

def test_a(thing):
    pass
""",
    )
    (test,) = ran(suite, tmp_path).tests
    assert (test.outcome, test.explanation) == ("failed", "left behind")


def test_rows_are_left_out_with_a_reason(suite: Layout, tmp_path: Path) -> None:
    result = ran(suite, tmp_path, left_out={"NDOP-097": "the gateway does it"})
    test = by_name(result)["test_fails"]
    assert test.outcome == "skipped"
    assert test.explanation == "NDOP-097 is left out: the gateway does it"
    assert test.remedy == "take NDOP-097 out of leave-out"
    assert result.left_out == {"NDOP-097": "the gateway does it"}


PATIENTS = """
@pytest.mark.parametrize("number", range(6))
def test_a(patient, new_patient, number):
    assert new_patient() != patient
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_no_patient_is_taken_twice(suite: Layout, tmp_path: Path, workers: int) -> None:
    write_test_module(suite, PATIENTS)
    result = ran(suite, tmp_path, workers=workers)
    used = [patient for test in result.tests for patient in test.patients]
    assert result.passed
    assert len(used) == len(set(used)) == 12
    assert all(patient.startswith("999") for patient in used)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_preset_s_patients_are_used_once(suite: Layout, tmp_path: Path, workers: int) -> None:
    write_test_module(suite, PATIENTS)
    named = tuple(itertools.islice(synthetic(7), 8))
    result = ran(suite, tmp_path, workers=workers, patients=named)
    used = [patient for test in result.tests for patient in test.patients]
    assert sorted(used) == sorted(named)
    skipped = [test for test in result.tests if test.outcome == "skipped"]
    assert skipped
    assert {test.remedy for test in skipped} == {
        "name more patients without a Consent in the preset"
    }


def test_a_server_that_knows_every_patient_does_not_block_the_run(
    suite: Layout, tmp_path: Path
) -> None:
    write_test_module(suite, PATIENTS)
    body = json.dumps({**json.loads(metadata("", "").body), "entry": []})
    with stub_server(lambda *_: StubResponse(body)) as base_url:
        plan = RunPlan(base_url, DEFAULT_EDITION, tmp_path / "report", run_seconds=120)
        assert run(suite, plan, lambda *_: None).complete


SECRETS = """
from ndop.conformance.suite.expectations import expect

def test_a(ndop):
    answer = ndop.get("Consent?patient=9434765919", headers={"Cookie": "crumbly-cookie"})
    expect("what came", answer.text, "9434765919 my-secret-token")

def test_b(fhir):
    fhir.resources("Consent").fetch_all()

@pytest.mark.parametrize("number", ["9434765919", "9434765870"])
def test_c(ndop, note, number):
    note("9434765919 my-secret-token")
    raise RuntimeError("9434765919 my-secret-token")
"""


def test_no_report_has_a_secret(
    suite: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server that echoes everything, and a suite that does so too."""
    write_test_module(suite, SECRETS)
    body = "9434765919 my-secret-token -----BEGIN CERTIFICATE-----\nMIIBsecret"
    answer = StubResponse(body, headers={"Set-Cookie": "crumbly-cookie", "X-Number": "9434765919"})
    secrets = ("my-secret-token", "my-secret-key")
    headers = {"Authorization": "Bearer my-secret-token", "X-Other": "my-secret-key"}
    with stub_server(lambda m, p: metadata(m, p) if "metadata" in p else answer) as base_url:
        plan = RunPlan(
            base_url.replace("http://", "http://me:my-password@"),
            DEFAULT_EDITION,
            tmp_path / "report",
            access=Access(headers=headers, secrets=secrets),
        )
        result = run(suite, plan, lambda *_: None)
    assert {test.outcome for test in result.tests} == {"failed"}
    assert [len(test.exchanges) for test in result.tests] == [1, 1, 0, 0]
    print_summary(result, tmp_path / "report", Console())
    outputs = [capsys.readouterr().out, *(format_failure(test, result) for test in result.tests)]
    outputs += [file.read_text(encoding="utf-8") for file in (tmp_path / "report").iterdir()]
    assert len(outputs) >= 7
    for text in outputs:
        for secret in ("my-secret", "my-password", "crumbly", "MIIBsecret", "9434765919"):
            assert secret not in text
    assert "authorization: ***" in result.tests[0].exchanges[0].curl


def test_a_preview_lists_what_would_be_skipped(suite: Layout, tmp_path: Path) -> None:
    with stub_server(metadata) as base_url:
        plan = RunPlan(base_url, DEFAULT_EDITION, tmp_path / "report", left_out={"NDOP-096": "why"})
        previewed = preview(suite, plan)
    assert previewed.planned == 6
    assert {test.id.rpartition("::")[2]: test.remedy for test in previewed.skipped} == {
        "test_passes": "take NDOP-096 out of leave-out",
        "test_skips": "give --claim strict-nhs-number",
    }
    assert not (tmp_path / "report").exists()


def test_the_answer_of_a_proxy_is_identified(suite: Layout, tmp_path: Path) -> None:
    """NDOP-148: in XML, though JSON was asked for."""
    issue = '<issue><severity value="error"/><code value="forbidden"/></issue>'
    outcome = f'<OperationOutcome xmlns="http://hl7.org/fhir">{issue}</OperationOutcome>'

    def proxy(method: str, path: str) -> StubResponse:
        if "/Consent/1" in path:
            return StubResponse(outcome, status=403, content_type="application/fhir+xml")
        return metadata(method, path)

    with stub_server(proxy) as base_url:
        plan = RunPlan(base_url, DEFAULT_EDITION, tmp_path / "report")
        tests = by_name(run(suite, plan, lambda *_: None))
    assert "the answer of a proxy in front of the server" in tests["test_fails"].explanation
    assert "proxy" not in tests["test_warns"].explanation
