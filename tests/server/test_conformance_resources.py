"""A server that is asked about its profiles: what the suite does not look at (D-30)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ndop.conformance.suite.client import JSON, XML
from ndop.conformance.suite.expectations import assert_spine_error
from ndop.consents import draft
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.errors import CheckError
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from ndop.validation import Validator

pytestmark = pytest.mark.slow

PATIENT = "9990000018"
ANOTHER = "9990000026"
#: Of whom no other test of the shared server stores a Consent.
THIRD = "9990009007"

QUESTIONS = (
    ("GET", "StructureDefinition"),
    ("GET", "ValueSet/Spine-ErrorOrWarningCode-1"),
    ("GET", "ValueSet/Spine-ErrorOrWarningCode-1/$expand"),
    ("GET", "CodeSystem/$lookup?code=x&system=y"),
    ("POST", "Consent/$validate"),
)


def validate(http: httpx.Client, body: str, content_type: str = JSON, **headers: str) -> Any:
    typed = {"Content-Type": content_type, "Accept": JSON, **headers}
    return http.post("Consent/$validate", content=body, headers=typed)


@pytest.fixture(scope="module")
def silent(built: Layout, edition: Edition, progress: Progress) -> Iterator[RunningServer]:
    plan = ServerPlan(edition.id, settings={"ndop.conformance-resources": "false"})
    with process.running(built, plan, progress) as server:
        yield server


@pytest.mark.parametrize(("method", "path"), QUESTIONS)
def test_a_setting_leaves_it_out(
    silent: RunningServer, edition: Edition, method: str, path: str
) -> None:
    response = httpx.request(
        method, f"{silent.base_url}/{path}", headers={"Content-Type": JSON}, timeout=30
    )
    assert_spine_error(edition, response, status=501, code="NOT_IMPLEMENTED")


def test_what_is_left_out_is_not_declared(silent: RunningServer, edition: Edition) -> None:
    (rest,) = httpx.get(f"{silent.base_url}/metadata", timeout=30).json()["rest"]
    assert [one["type"] for one in rest["resource"]] == [edition.consent.type]
    assert "operation" not in rest
    description = httpx.get(httpx.URL(silent.base_url).join("/openapi.json"), timeout=30).json()
    assert [path for path in description["paths"] if "$" in path or "ValueSet" in path] == []


def test_a_validator_says_that_there_is_no_operation(
    silent: RunningServer, edition: Edition
) -> None:
    with (
        Validator(edition, server=silent.base_url) as validator,
        pytest.raises(CheckError, match="expected an OperationOutcome, found HTTP 501"),
    ):
        validator.check(draft(edition, PATIENT))


def test_a_finding_has_its_place_in_the_text(http: httpx.Client, edition: Edition) -> None:
    consent = json.dumps({**draft(edition, PATIENT), "status": "draft"}, indent=2)
    line = 1 + consent[: consent.index('"draft"')].count("\n")
    wrapped = (
        '{"resourceType": "Parameters", "parameter":\n'
        f'[{{"name": "resource", "resource":\n{consent}}}]}}'
    )
    for body, lines_before in ((consent, 0), (wrapped, 2)):
        (issue,) = validate(http, body).json()["issue"]
        places = {
            one["url"].rpartition("-")[2]: one.get("valueInteger") for one in issue["extension"]
        }
        assert places["line"] == line + lines_before
        assert issue["expression"] == ["Consent.status"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ('{"resourceType": "Parameters"}', JSON, 400),
        ('{"resourceType": "Parameters", "parameter": [{"name": "resource"}]}', JSON, 400),
        ('{"resourceType": "Patient"}', JSON, 400),
        ('{"resourceType": "Parameters", "parameter": [null]}', JSON, 422),
        ('{"resourceType": "Consent", "x": 1}', JSON, 400),
        ('{"resourceType": "Parameters", "parameter": [{"name": "colour"}]}', JSON, 422),
        ('{"resourceType": "Parameters", "x": 1, "parameter": []}', JSON, 400),
        ("[" * 5000, JSON, 400),
        ("", JSON, 400),
        ("<Parameters xmlns='http://hl7.org/fhir'/>", XML, 400),
        ("<!DOCTYPE x><Parameters xmlns='http://hl7.org/fhir'/>", XML, 400),
        ("x", "text/plain", 415),
    ],
)
def test_bodies_that_are_no_question(
    http: httpx.Client, edition: Edition, body: str, content_type: str, status: int
) -> None:
    assert_spine_error(edition, validate(http, body, content_type), status=status)


def test_no_finding_names_a_product(http: httpx.Client, edition: Edition) -> None:
    """The terminology service within the validator would."""
    consent = draft(edition, PATIENT)
    consent["purpose"][0]["system"] = ""
    issues = validate(http, json.dumps(consent)).json()["issue"]
    assert any("Failed to expand" in issue["diagnostics"] for issue in issues)
    assert [issue for issue in issues if "HAPI" in issue["diagnostics"]] == []


@pytest.mark.parametrize("mode", ["delete", "profile", "", "x" * 1000, ANOTHER])
def test_modes_that_are_not_offered(http: httpx.Client, edition: Edition, mode: str) -> None:
    typed = {"Content-Type": JSON}
    body = json.dumps(draft(edition, PATIENT))
    response = http.post("Consent/$validate", params={"mode": mode}, content=body, headers=typed)
    assert_spine_error(edition, response, status=422, code="INVALID_PARAMETER")
    assert ANOTHER not in response.text


def test_a_number_is_not_repeated(http: httpx.Client, edition: Edition) -> None:
    consent = {**draft(edition, PATIENT), "status": ANOTHER, "dateTime": f"{ANOTHER}-01"}
    assert ANOTHER not in validate(http, json.dumps(consent)).text


@pytest.mark.parametrize("path", ["ValueSet/$expand", "CodeSystem/$lookup"])
def test_a_question_about_codes_in_a_body(http: httpx.Client, edition: Edition, path: str) -> None:
    system = edition.code_systems[0]
    value_set = edition.value_sets[0]
    questions: dict[str, list[dict[str, Any]]] = {
        "ValueSet/$expand": [{"name": "url", "valueUri": value_set.url}],
        "CodeSystem/$lookup": [
            {
                "name": "coding",
                "valueCoding": {"system": system.url, "code": next(iter(system.concepts))},
            }
        ],
    }
    named = questions[path]
    body = json.dumps({"resourceType": "Parameters", "parameter": named})
    assert http.post(path, content=body, headers={"Content-Type": JSON}).status_code == 200
    twice = json.dumps({"resourceType": "Parameters", "parameter": [*named, *named]})
    response = http.post(path, content=twice, headers={"Content-Type": JSON})
    assert_spine_error(edition, response, status=422, code="INVALID_PARAMETER")


def test_a_part_of_an_expansion(http: httpx.Client, edition: Edition) -> None:
    codes = edition.code_system(edition.error_codes.id).concepts
    value_set = next(
        one for one in edition.value_sets if one.include[0].code_system == edition.error_codes.id
    )
    part = {"offset": "2", "count": "3"}
    expansion = http.get(f"ValueSet/{value_set.id}/$expand", params=part).json()["expansion"]
    assert [one["code"] for one in expansion["contains"]] == list(codes)[2:5]
    assert (expansion["total"], expansion["offset"]) == (len(codes), 2)
    found = http.get(f"ValueSet/{value_set.id}/$expand", params={"filter": "duplicate"}).json()
    assert [one["code"] for one in found["expansion"]["contains"]] == ["DUPLICATE_REJECTED"]


def test_a_token_of_any_scope_may_ask(http: httpx.Client, edition: Edition) -> None:
    claims = {**tokens.claims(edition, Caller(patient=PATIENT)), "scope": "none"}
    headers = tokens.token_header(edition, tokens.unsecured(claims))
    assert http.get("StructureDefinition", headers=headers).status_code == 200
    assert validate(http, json.dumps(draft(edition, PATIENT)), **headers).status_code == 200


def test_a_token_for_a_patient_is_for_the_stored_consent_of_the_patient(
    http: httpx.Client, edition: Edition
) -> None:
    created = http.post(
        "Consent", content=json.dumps(draft(edition, THIRD)), headers={"Content-Type": JSON}
    )
    assert created.status_code == 201
    consent = created.json() if created.content else http.get(created.headers["location"]).json()
    claims = tokens.claims(edition, Caller(patient=PATIENT))
    typed = {
        "Content-Type": JSON,
        **tokens.token_header(edition, tokens.unsecured(claims)),
    }
    path = f"Consent/{consent['id']}/$validate"
    response = http.post(path, content=json.dumps(consent), headers=typed)
    assert_spine_error(edition, response, status=404, code="NO_RECORD_FOUND")
