"""Findings on resources: position, what was expected and found, requirement and Spine code."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ndop.consents import Draft, adding, consent, draft, having, without
from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.editions import Edition, EditionFolder
from ndop.system import processes
from ndop.system.layout import Layout
from ndop.validation import Finding, Result, Validator

pytestmark = pytest.mark.slow


def only(findings: tuple[Finding, ...]) -> Finding:
    (finding,) = findings
    return finding


def checked(validator: Validator, tmp_path: Path, name: str, content: str | bytes) -> list[Result]:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(validator.check_paths([str(file)]))


@pytest.mark.parametrize("sample", ["minimal", "maximal", "proxy", "guide"])
def test_samples_are_valid(
    validator: Validator, edition: Edition, patient: str, sample: str
) -> None:
    findings = validator.check(draft(edition, patient, sample=sample))
    assert [finding for finding in findings if finding.invalidates] == []


def test_a_model_of_fhir_resources(validator: Validator, edition: Edition, patient: str) -> None:
    model = consent(edition, patient)
    assert validator.check(model) == ()
    model.status = "draft"
    assert only(validator.check(model)).rule == "ndop-status-code"


def test_a_missing_element(validator: Validator, consent: Draft) -> None:
    finding = only(validator.check(without(consent, "purpose")))
    assert finding.severity == "error"
    assert (finding.path, finding.expected, finding.found) == ("Consent.purpose", "at least 1", "0")
    assert (finding.requirement, finding.code) == ("NDOP-049", "INVALID_RESOURCE")
    assert (finding.file, finding.line) == ("", None)


def test_too_many_values(validator: Validator, consent: Draft) -> None:
    finding = only(validator.check(adding(consent, "purpose", value=consent["purpose"][0])))
    assert (finding.expected, finding.found) == ("at most 1", "2")


def test_an_element_that_is_not_allowed(validator: Validator, consent: Draft) -> None:
    finding = only(validator.check(having(consent, "policyRule", value="https://example.org")))
    assert (finding.path, finding.expected, finding.requirement) == (
        "Consent.policyRule",
        "none",
        "NDOP-047",
    )


def test_a_missing_extension(validator: Validator, edition: Edition, consent: Draft) -> None:
    finding = only(validator.check(without(consent, "extension")))
    assert finding.requirement == "NDOP-004"
    assert finding.expected == edition.url(edition.channel)


def test_an_element_of_an_extension(validator: Validator, consent: Draft) -> None:
    broken = without(consent, "extension", 0, "valueCodeableConcept", "coding", 0, "display")
    finding = only(validator.check(broken))
    assert finding.path.endswith(".coding[0].display")
    assert finding.requirement == "NDOP-006"


def test_a_code_outside_the_value_set(validator: Validator, consent: Draft) -> None:
    path = ("extension", 0, "valueCodeableConcept", "coding", 0, "code")
    finding = only(validator.check(having(consent, *path, value="ZZ")))
    assert finding.expected.endswith(": OP, PFSP, FN, CC, PP, MG")
    assert finding.requirement == "NDOP-056"


def test_a_rule_of_the_edition(validator: Validator, edition: Edition, consent: Draft) -> None:
    finding = only(validator.check(having(consent, "status", value="draft")))
    assert finding.expected == edition.invariants["ndop-status-code"].human
    assert (finding.found, finding.requirement) == ("draft", "NDOP-016")


def test_a_rule_of_base_stu3_has_the_general_requirement(
    validator: Validator, consent: Draft
) -> None:
    findings = validator.check(without(consent, "policy"))
    (base,) = (finding for finding in findings if finding.rule == "ppc-1")
    assert base.requirement == "NDOP-002"


def test_a_wrong_check_digit_is_a_warning_without_the_number(
    validator: Validator, edition: Edition, consent: Draft, patient: str
) -> None:
    wrong = patient[:9] + str((int(patient[9]) + 1) % 10)
    assert not has_valid_check_digit(wrong)
    reference = {"reference": edition.patient.reference_to(wrong)}
    finding = only(validator.check(having(consent, "patient", value=reference)))
    assert (finding.severity, finding.code) == ("warning", None)
    assert finding.requirement == "NDOP-024"
    assert wrong not in finding.found
    assert "…" in finding.found


def test_an_element_that_fhir_does_not_have(validator: Validator, consent: Draft) -> None:
    finding = only(validator.check(having(consent, "colour", value="red")))
    assert (finding.path, finding.code) == ("Consent.colour", "BAD_REQUEST")
    assert finding.requirement == "NDOP-139"


def test_another_type(validator: Validator) -> None:
    finding = only(validator.check({"resourceType": "Patient"}))
    assert finding.code == "BAD_REQUEST"
    assert "found Patient" in finding.message


@pytest.mark.parametrize(
    ("own", "version"),
    [
        ({"scope": {"text": "x"}, "provision": {"type": "deny"}}, "FHIR R4"),
        ({"grantor": [{"reference": "Patient/1"}], "decision": "deny"}, "FHIR R5"),
    ],
)
def test_another_version(
    validator: Validator, tmp_path: Path, own: dict[str, object], version: str
) -> None:
    text = json.dumps({"resourceType": "Consent", "status": "active", **own}, indent=1)
    (result,) = checked(validator, tmp_path, "a.json", text)
    finding = only(result.findings)
    assert (finding.found, finding.rule) == (version, "another-version")
    assert finding.line == 4


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("", (1, 1), "not JSON"),
        ("{", (1, 2), "not JSON"),
        ('{"resourceType": "Consent",\n "status" "x"}', (2, 11), "not JSON"),
        ('{"resourceType": "Consent"}\n}', (2, 1), "not JSON"),
        ("[]", (1, 1), "expected a JSON object"),
        ("null", (1, 1), "expected a JSON object"),
        ('{"status":' * 5000, (1, 1), "at most 50 levels"),
        ('{"resourceType": "Nothing"}', (1, 28), "Nothing"),
    ],
)
def test_text_that_is_not_a_resource(
    validator: Validator, tmp_path: Path, text: str, place: tuple[int, int], expected: str
) -> None:
    finding = checked(validator, tmp_path, "a.txt", text)[-1].findings[0]
    assert expected in finding.message
    assert (finding.line, finding.column) == place
    assert (finding.code, finding.requirement) == ("BAD_REQUEST", "NDOP-139")


@pytest.mark.parametrize(
    "text",
    [
        "<Consent xmlns='http://hl7.org/fhir'>\n<status",
        "<Consent xmlns='http://hl7.org/fhir'>\n<colour/></Consent>",
        "<!DOCTYPE x>\n<Consent xmlns='http://hl7.org/fhir'/>",
    ],
)
def test_xml_that_is_not_a_resource(validator: Validator, tmp_path: Path, text: str) -> None:
    (result,) = checked(validator, tmp_path, "a.xml", text)
    finding = only(result.findings)
    assert (finding.code, finding.requirement) == ("BAD_REQUEST", "NDOP-139")
    assert finding.line in (1, 2)


def test_a_repeated_name(validator: Validator, tmp_path: Path, consent: Draft) -> None:
    text = json.dumps(consent, indent=1).replace('"status"', '"status": "active",\n "status"', 1)
    (result,) = checked(validator, tmp_path, "a.json", text)
    finding = only(result.findings)
    assert "twice" in finding.message
    assert finding.line == text[: text.rindex('"status"')].count("\n") + 1


def test_a_half_written_line_among_good_ones(
    validator: Validator, tmp_path: Path, consent: Draft
) -> None:
    good = json.dumps(consent)
    text = f"{good}\n{good[:150]}\n{good}\n"
    results = checked(validator, tmp_path, "a.ndjson", text)
    assert [result.valid for result in results] == [True, False, True]
    assert [result.line for result in results] == [1, 2, 3]
    assert (results[1].findings[0].line, results[1].findings[0].column) == (2, 151)


def test_xml_has_the_same_findings(validator: Validator, tmp_path: Path, consent: Draft) -> None:
    text = (
        "<Consent xmlns='http://hl7.org/fhir'>\n<status value='draft'/>\n"
        "<patient><reference value='Patient/1'/></patient></Consent>"
    )
    (result,) = checked(validator, tmp_path, "a.xml", text)
    (status,) = (one for one in result.findings if one.rule == "ndop-status-code")
    assert (status.line, status.found, status.requirement) == (2, "draft", "NDOP-016")


def test_positions_in_a_bundle(validator: Validator, tmp_path: Path, consent: Draft) -> None:
    wrong = having(consent, "status", value="draft")
    bundle = {"resourceType": "Bundle", "entry": [{"resource": consent}, {"resource": wrong}]}
    for indent in (None, 2):
        text = json.dumps(bundle, indent=indent)
        good, bad = checked(validator, tmp_path, "b.json", text)
        assert (good.valid, bad.valid, bad.entry) == (True, False, "entry[1]")
        finding = only(bad.findings)
        at = text.index('"draft"')
        assert finding.line == text[:at].count("\n") + 1
        line = text.splitlines()[finding.line - 1]
        assert (finding.column or 0) - 1 == line.index('"draft"') + len('"draft"')


def test_results_keep_the_order_of_the_inputs(
    validator: Validator, tmp_path: Path, consent: Draft
) -> None:
    lines = [json.dumps(having(consent, "status", value=f"s{number}")) for number in range(300)]
    results = checked(validator, tmp_path, "many.ndjson", "\n".join(lines))
    assert [result.findings[0].found for result in results] == [f"s{n}" for n in range(300)]


def test_many_threads(validator: Validator, consent: Draft) -> None:
    findings: dict[int, tuple[Finding, ...]] = {}

    def check(number: int) -> None:
        findings[number] = validator.check(having(consent, "status", value=f"s{number}"))

    threads = [threading.Thread(target=check, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: found[0].found for number, found in findings.items()} == {
        n: f"s{n}" for n in range(20)
    }


def test_every_edition(
    validators: Callable[[str], Validator], folder: EditionFolder, patient: str
) -> None:
    for edition in folder.load_all():
        validator = validators(edition.id)
        assert validator.check(draft(edition, patient)) == ()
        findings = validator.check({"resourceType": "Consent", "status": "draft"})
        assert {finding.code for finding in findings if finding.invalidates} == {
            edition.errors["invalid-resource"].code
        }
        assert all(finding.requirement for finding in findings)


def test_another_profile(built: Layout, edition: Edition) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "x"}]}
    with Validator(edition, profile=edition.outcome) as validator:
        findings = validator.check(outcome)
        assert any(finding.path.endswith("issue[0].details") for finding in findings)
        assert only(validator.check({"resourceType": "Consent"})).rule == "another-type"


def test_an_interruption_while_it_starts_ends_its_process(
    built: Layout, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = processes.start

    def remembered(*arguments: Any, **settings: Any) -> subprocess.Popen[bytes]:
        started.append(start(*arguments, **settings))
        return started[-1]

    def interrupted(_thread: threading.Thread) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(processes, "start", remembered)
    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Validator(edition)
    assert [one.poll() for one in started] == [-signal.SIGKILL]
