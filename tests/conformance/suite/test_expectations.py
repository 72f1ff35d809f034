"""The suite's assertions on canned answers: what passes, what fails, and with which message."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ndop.conformance.suite.expectations import (
    ExpectationError,
    assert_spine_error,
    consent_id_of,
    expect,
    expect_contains,
    expect_one_of,
    expect_present,
    expect_that,
    json_of,
    resource_of,
)
from ndop.editions import Edition


@pytest.fixture
def outcome(edition: Edition) -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "duplicate",
                "details": {
                    "coding": [
                        {
                            "system": edition.error_codes.url,
                            "code": "DUPLICATE_REJECTED",
                            "display": "Create would lead to creation of a duplicate resource",
                        }
                    ]
                },
            }
        ],
    }


def check(edition: Edition, body: dict[str, Any], status: int = 422) -> None:
    response = httpx.Response(status, json=body)
    assert_spine_error(edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")


def test_a_spine_error_passes(edition: Edition, outcome: dict[str, Any]) -> None:
    check(edition, outcome)


def issue_of(body: dict[str, Any]) -> dict[str, Any]:
    return dict(body)["issue"][0]  # type: ignore[no-any-return]


def coding_of(body: dict[str, Any]) -> dict[str, Any]:
    return issue_of(body)["details"]["coding"][0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda body: body.update(resourceType="Bundle"), "OperationOutcome"),
        (lambda body: body.update(issue=[]), "at least one"),
        (lambda body: issue_of(body).pop("severity"), "issue[0].severity"),
        (lambda body: issue_of(body).pop("details"), "issue[0].details"),
        (lambda body: issue_of(body).update(expression=["Consent"]), "issue[0].expression"),
        (lambda body: issue_of(body).update(code="invalid"), "expected: duplicate"),
        (lambda body: issue_of(body)["details"]["coding"].append({}), "number of"),
        (lambda body: coding_of(body).pop("display"), "display"),
        (lambda body: coding_of(body).update(version="1"), "version"),
        (lambda body: coding_of(body).update(userSelected=False), "userSelected"),
        (lambda body: coding_of(body).update(system="https://example.org"), "system"),
        (lambda body: coding_of(body).update(code="BAD_REQUEST"), "found:    BAD_REQUEST"),
        (lambda body: coding_of(body).update(code="MADE_UP"), "found:    MADE_UP"),
    ],
)
def test_every_deviation_fails(
    edition: Edition,
    outcome: dict[str, Any],
    change: Callable[[dict[str, Any]], object],
    message: str,
) -> None:
    changed = copy.deepcopy(outcome)
    change(changed)
    with pytest.raises(ExpectationError) as error:
        check(edition, changed)
    assert message in str(error.value)


def test_another_status_fails(edition: Edition, outcome: dict[str, Any]) -> None:
    with pytest.raises(ExpectationError, match=r"(?s)HTTP status.*expected: 422.*found:    201"):
        check(edition, outcome, status=201)


def test_an_error_in_xml_is_checked_alike(edition: Edition) -> None:
    def body(code: str) -> bytes:
        return (
            '<OperationOutcome xmlns="http://hl7.org/fhir"><issue><severity value="error"/>'
            f'<code value="duplicate"/><details><coding><system value="{edition.error_codes.url}"/>'
            f'<code value="{code}"/><display value="x"/></coding></details></issue>'
            "</OperationOutcome>"
        ).encode()

    def check_xml(content: bytes) -> None:
        response = httpx.Response(
            422, content=content, headers={"Content-Type": "application/fhir+xml"}
        )
        assert_spine_error(edition, response, status=422, code="DUPLICATE_REJECTED")

    check_xml(body("DUPLICATE_REJECTED"))
    with pytest.raises(ExpectationError):
        check_xml(body("BAD_REQUEST"))
    with pytest.raises(ExpectationError, match="well-formed XML"):
        check_xml(b"<OperationOutcome")


def test_a_failure_says_what_was_expected_and_found() -> None:
    with pytest.raises(ExpectationError, match=r"(?s)total.*expected: 1.*found:    2"):
        expect("total", 2, 1)
    with pytest.raises(ExpectationError, match="400 or 422"):
        expect_one_of("HTTP status", 201, [400, 422])
    with pytest.raises(ExpectationError, match=r"(?s)link.*expected: self.*found:    \['next'\]"):
        expect_contains("link", ["next"], "self")
    with pytest.raises(ExpectationError, match=r"(?s)id.*expected: present.*found:    absent"):
        expect_present("id", "")
    with pytest.raises(ExpectationError, match=r"(?s)id.*expected: a UUID.*found:    42"):
        expect_that("id", False, found="42", expected="a UUID")


def test_what_is_expected_passes() -> None:
    expect("total", 1, 1)
    expect_one_of("HTTP status", 422, [400, 422])
    expect_contains("link", ["self", "next"], "self")
    expect_present("id", "42")
    expect_that("id", True, found="42", expected="42")


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"\xff"])
def test_a_body_that_is_no_object(content: bytes) -> None:
    with pytest.raises(ExpectationError):
        json_of(httpx.Response(200, content=content))


def test_a_resource_of_another_type() -> None:
    with pytest.raises(ExpectationError, match="expected: Bundle"):
        resource_of(httpx.Response(200, json={"resourceType": "Patient"}), "Bundle")


@pytest.mark.parametrize("rest", ["", "/_history/1"])
def test_the_id_in_location(rest: str) -> None:
    location = f"https://example.org/fhir/Consent/a-1{rest}"
    assert consent_id_of(httpx.Response(201, headers={"Location": location})) == "a-1"


@pytest.mark.parametrize(
    ("headers", "found"), [({}, "absent"), ({"Location": "https://example.org/"}, "example.org")]
)
def test_no_id_in_location(headers: dict[str, str], found: str) -> None:
    with pytest.raises(ExpectationError, match=f"found:    .*{found}"):
        consent_id_of(httpx.Response(201, headers=headers))
