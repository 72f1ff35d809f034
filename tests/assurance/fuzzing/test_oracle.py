"""The oracle accepts every response of the API and no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from ndop.assurance.fuzzing import health, postconditions
from ndop.assurance.fuzzing.fuzzer import FuzzResult, trail_failures
from ndop.assurance.fuzzing.oracle import OTHER, Oracle, ViolationError
from ndop.assurance.fuzzing.plan import Plan
from ndop.assurance.fuzzing.raw_http import Request
from ndop.assurance.fuzzing.session import ExpectedState
from ndop.conformance.suite.client import JSON, XML
from ndop.editions import Edition
from tests.growth import grows_with_length

CREATE = Request(b"POST", b"/fhir/Consent")
READ = Request(b"GET", b"/fhir/Consent/1?_format=json")


@pytest.fixture
def oracle(edition: Edition) -> Oracle:
    return Oracle(edition, "/fhir")


def outcome(edition: Edition, situation: str) -> dict[str, Any]:
    entry, codes = edition.errors[situation], edition.error_codes
    coding = {"system": codes.url, "code": entry.code, "display": codes.concepts[entry.code]}
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": entry.severity,
                "code": entry.issue,
                "details": {"coding": [coding]},
                "diagnostics": "Expected something else.",
            }
        ],
    }


def response(status: int, body: object, media_type: str = JSON, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, headers={"content-type": media_type, **headers}, content=content)


@pytest.mark.parametrize(
    ("request_", "interaction"),
    [
        (CREATE, "create"),
        (READ, "read"),
        (Request(b"HEAD", b"/fhir/Consent/a-1"), "read"),
        (Request(b"PUT", b"/fhir/Consent/1"), "update"),
        (Request(b"GET", b"/fhir/Consent?patient=x"), "search-type"),
        (Request(b"GET", b"/fhir/Consent/_history?patient=x"), "history-type"),
        (Request(b"GET", b"/fhir/Consent/1/_history"), "history-instance"),
        (Request(b"GET", b"/fhir/Consent/1/_history/2"), "vread"),
        (Request(b"GET", b"/fhir/metadata"), "capabilities"),
        (Request(b"DELETE", b"/fhir/Consent/1"), OTHER),
        (Request(b"GET", b"/fhir/Consent/%31"), OTHER),
        (Request(b"GET", b"/fhir//Consent/1"), OTHER),
        (Request(b"GET", b"/Consent/1"), OTHER),
    ],
)
def test_interactions_are_recognised(oracle: Oracle, request_: Request, interaction: str) -> None:
    assert oracle.interaction(request_) == interaction


def test_errors_of_the_catalogue_pass(oracle: Oracle, edition: Edition) -> None:
    for situation, request in (("invalid-resource", CREATE), ("unknown-record", READ)):
        entry = edition.errors[situation]
        received = response(entry.status, outcome(edition, situation))
        assert oracle.judge(request, received) == entry.code
    entry = edition.errors["other-type-or-operation"]
    received = response(entry.status, outcome(edition, "other-type-or-operation"))
    assert oracle.judge(Request(b"GET", b"/fhir/Patient/1"), received) == entry.code
    assert oracle.judge(READ, httpx.Response(304)) == ""


def test_responses_that_the_api_does_not_have_fail(oracle: Oracle, edition: Edition) -> None:
    invalid, stale = outcome(edition, "invalid-resource"), outcome(edition, "stale-version")
    unknown_code = json.loads(json.dumps(invalid).replace("INVALID_RESOURCE", "OF_NOBODY"))
    silent = json.loads(json.dumps(invalid))
    del silent["issue"][0]["diagnostics"]
    for request, received, rule in (
        (CREATE, response(500, outcome(edition, "internal-failure")), "status 500"),
        (CREATE, response(503, outcome(edition, "overloaded")), "status 503"),
        (CREATE, response(302, b""), "status 302"),
        (CREATE, response(400, invalid), "undocumented 400 response to create"),
        (CREATE, response(409, stale), "undocumented 409 response to create"),
        (CREATE, response(422, silent), "undocumented 422 response to create"),
        (CREATE, response(422, unknown_code), "not a Spine OperationOutcome"),
        (CREATE, response(422, b""), "not a Spine OperationOutcome"),
        (CREATE, response(400, b"<html>Bad</html>", "text/html"), "internals disclosed"),
        (CREATE, response(422, invalid, server="x"), "product disclosed"),
        (READ, response(200, b"{"), "malformed JSON"),
        (READ, response(200, b"<a>", XML), "malformed XML"),
        (READ, response(200, {"resourceType": "Consent"}), "undocumented 200 response to read"),
        (READ, response(404, {**outcome(edition, "unknown-record"), "x": "HAPI"}), "internals"),
        (READ, httpx.Response(304, content=b"x"), "unexpected body"),
        (Request(b"GET", b"/fhir/x"), response(422, stale), "undocumented 422 response to other"),
    ):
        with pytest.raises(ViolationError) as violation:
            oracle.judge(request, received)
        assert violation.value.rule.startswith(rule), (received.status_code, received.text)


def test_what_was_sent_may_be_quoted(oracle: Oracle, edition: Edition) -> None:
    """A product name that the request has may be in the response."""
    body = outcome(edition, "invalid-parameter")
    body["issue"][0]["diagnostics"] = "Expected one of the parameters patient; found 'Tomcat'."
    asked = Request(b"GET", b"/fhir/Consent?T%6fmcat=1")
    assert oracle.judge(asked, response(422, body)) == "INVALID_PARAMETER"
    with pytest.raises(ViolationError):
        oracle.judge(Request(b"GET", b"/fhir/Consent?x=1"), response(422, body))


def test_confidential_lines_and_failures_of_the_log_are_found() -> None:
    log = "\n".join(
        [
            "10:00:00 WARN x: Patient/9990000018 was refused",
            "10:00:00 WARN x: 999 000 0018",
            "10:00:00 WARN x: Bearer eyJhbGciOiJub25lIn0.e30.",
            "10:00:00 WARN x: 99900000189 is mistyped",
            '10:00:00 WARN x: {"resourceType": "Consent"}',
            "10:00:00 WARN x: insert into A (B) values (('Smith'::text))",
            "10:00:00 WARN x: insert into A (B) values (('…'::text)); eyJ is short, 12345678 too",
            "10:00:01 ERROR SpineExceptionInterceptor: Request 1 failed unexpectedly: …",
        ]
    )
    assert len(health.confidential_lines(log)) == 6
    assert len(health.failure_lines(log)) == 1


@pytest.mark.parametrize(
    "form",
    [
        "9990000018",
        "9-9-9-0-0-0-0-0-1-8",
        "9990 000 018",
        "999 0000 018",
        "999:000:0018",
        "999 / 000 / 0018",
        "999,000,0018",
        "999(000)0018",
        "999%2B000%2B0018",
        "999%253A000%253A0018",
        "%39990-0%30%30-018",
        "&#57;990-000-018",
        "\\u0039990-000-018",
        "\uff19\uff19\uff190000018",
        "129990000018",
    ],
)
def test_a_number_that_was_sent_is_found_in_any_form(
    form: str, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the masker would miss it."""
    monkeypatch.setattr(health, "mask_numbers", lambda text: text)
    log = f"2026-11-26 10:00:00.123 WARN x: {form} was refused\n10:00:01 999 000 00\n19:05 x"
    assert health.lines_with_numbers(log, {"9990000018"}) == log.splitlines()[:1]
    assert health.confidential_lines(log, {"9990000018"}) == log.splitlines()[:1]
    assert health.lines_with_numbers(log, {"9990000026"}) == []
    monkeypatch.setattr("ndop.assurance.fuzzing.oracle.mask_numbers", lambda text, _: text)
    body = outcome(edition, "invalid-resource")
    body["issue"][0]["diagnostics"] = f"Expected something else than {form}."
    entry = edition.errors["invalid-resource"]
    with pytest.raises(ViolationError, match="a patient's number in a message"):
        Oracle(edition, "/fhir", {"9990000018"}).judge(CREATE, response(entry.status, body))


def test_a_number_in_the_trail_is_found(tmp_path: Path, edition: Edition) -> None:
    trail = tmp_path / "audit.jsonl"
    trail.write_text('{"a": "x"}\n{"path": "/fhir/9990%20000%20018"}\n', encoding="ascii")
    result = FuzzResult(edition.id, Plan())
    (failure,) = trail_failures(trail, result, {"9990000018"})
    assert failure.rule == "an NHS number in the trail"
    assert result.leaks == 1
    assert list(trail_failures(trail, result, {"9990000026"})) == []


def test_the_time_to_search_a_log_grows_with_its_length() -> None:
    assert grows_with_length(
        lambda length: health.lines_with_numbers("1 " * length, {"9990000018"})
    )


def test_duplicates_of_an_identity_are_found(edition: Edition) -> None:
    reference = edition.patient.reference_to("9990000018")
    one = {"patient": {"reference": reference}, "purpose": [{"system": "s", "code": "c"}]}
    other = {**one, "patient": {"reference": "http://other.example/Patient/9990000018"}}
    found = list(postconditions.duplicates(edition, {"1": one, "2": other}))
    assert [failure.explanation for failure in found] == ["1, 2"]
    assert list(postconditions.duplicates(edition, {"1": one})) == []
    assert list(postconditions.duplicates(edition, {"1": {**one, "patient": {"reference": "x"}}}))
    assert ExpectedState().versions == {}
