"""The judge of the fuzzer lets no bad answer pass, and none of the API's own fail."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from ndop.assurance.fuzzing import health, postconditions
from ndop.assurance.fuzzing.oracle import OTHER, Breach, Oracle
from ndop.assurance.fuzzing.session import ExpectedState
from ndop.assurance.fuzzing.wire import Request
from ndop.conformance.suite.client import JSON, XML
from ndop.editions import Edition

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


def answer(status: int, body: object, media_type: str = JSON, **headers: str) -> httpx.Response:
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
def test_requests_are_told_apart(oracle: Oracle, request_: Request, interaction: str) -> None:
    assert oracle.interaction(request_) == interaction


def test_refusals_of_the_catalogue_pass(oracle: Oracle, edition: Edition) -> None:
    for situation, request in (("invalid-resource", CREATE), ("unknown-record", READ)):
        entry = edition.errors[situation]
        told = answer(entry.status, outcome(edition, situation))
        assert oracle.judge(request, told) == entry.code
    entry = edition.errors["other-type-or-operation"]
    told = answer(entry.status, outcome(edition, "other-type-or-operation"))
    assert oracle.judge(Request(b"GET", b"/fhir/Patient/1"), told) == entry.code
    assert oracle.judge(READ, httpx.Response(304)) == ""


def test_what_is_none_of_the_api_does_not(oracle: Oracle, edition: Edition) -> None:
    invalid, stale = outcome(edition, "invalid-resource"), outcome(edition, "stale-version")
    unknown_code = json.loads(json.dumps(invalid).replace("INVALID_RESOURCE", "OF_NOBODY"))
    silent = json.loads(json.dumps(invalid))
    del silent["issue"][0]["diagnostics"]
    for request, told, rule in (
        (CREATE, answer(500, outcome(edition, "internal-failure")), "status 500"),
        (CREATE, answer(503, outcome(edition, "overloaded")), "status 503"),
        (CREATE, answer(302, b""), "status 302"),
        (CREATE, answer(400, invalid), "create is not described to answer 400 so"),
        (CREATE, answer(409, stale), "create is not described to answer 409 so"),
        (CREATE, answer(422, silent), "create is not described to answer 422 so"),
        (CREATE, answer(422, unknown_code), "no outcome of Spine"),
        (CREATE, answer(422, b""), "no outcome of Spine"),
        (CREATE, answer(400, b"<html>Bad</html>", "text/html"), "something inner is told"),
        (CREATE, answer(422, invalid, server="x"), "a product is told"),
        (READ, answer(200, b"{"), "no JSON"),
        (READ, answer(200, b"<a>", XML), "no XML"),
        (READ, answer(200, {"resourceType": "Consent"}), "read is not described to answer 200 so"),
        (READ, answer(404, {**outcome(edition, "unknown-record"), "x": "HAPI"}), "something inner"),
        (READ, httpx.Response(304, content=b"x"), "a body where none may be"),
        (Request(b"GET", b"/fhir/x"), answer(422, stale), "other is not described to answer 422"),
    ):
        with pytest.raises(Breach) as breach:
            oracle.judge(request, told)
        assert breach.value.rule.startswith(rule), (told.status_code, told.text)


def test_what_was_sent_may_come_back(oracle: Oracle, edition: Edition) -> None:
    """A quoted word is no telltale."""
    body = outcome(edition, "invalid-parameter")
    body["issue"][0]["diagnostics"] = "Expected one of the parameters patient; found 'Tomcat'."
    asked = Request(b"GET", b"/fhir/Consent?T%6fmcat=1")
    assert oracle.judge(asked, answer(422, body)) == "INVALID_PARAMETER"
    with pytest.raises(Breach):
        oracle.judge(Request(b"GET", b"/fhir/Consent?x=1"), answer(422, body))


def test_the_log_may_not_tell_who_or_what_for() -> None:
    log = "\n".join(
        [
            "10:00:00 WARN x: Patient/9990000018 was refused",
            "10:00:00 WARN x: 999 000 0018",
            "10:00:00 WARN x: Bearer eyJhbGciOiJub25lIn0.e30.",
            "10:00:00 WARN x: 9990000018123 is longer; eyJ is short; 1239990000018 too",
            "10:00:01 ERROR SpineExceptionInterceptor: Request 1 failed unexpectedly: …",
        ]
    )
    assert len(health.confidential_lines(log)) == 3
    assert len(health.failures(log)) == 1


def test_two_of_one_identity_are_found(edition: Edition) -> None:
    reference = edition.patient.reference_to("9990000018")
    one = {"patient": {"reference": reference}, "purpose": [{"system": "s", "code": "c"}]}
    other = {**one, "patient": {"reference": "http://other.example/Patient/9990000018"}}
    found = list(postconditions.doubles(edition, {"1": one, "2": other}))
    assert [failure.explanation for failure in found] == ["1, 2"]
    assert list(postconditions.doubles(edition, {"1": one})) == []
    assert list(postconditions.doubles(edition, {"1": {**one, "patient": {"reference": "x"}}}))
    assert ExpectedState().versions == {}
