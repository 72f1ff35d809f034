"""Area profile: $validate, where a server has it (docs/specification.md, section 8)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_present,
    expect_status,
    expect_that,
    resource_of,
)
from ndop.conformance.suite.plugin.fixtures import SkipTest
from ndop.consents import Draft, draft, having, without
from ndop.editions import Edition
from support import CountConsents, NewPatient, Read, Store, as_xml

ON_TYPE = "Consent/$validate"

#: What makes a Consent invalid.
BREAKS: dict[str, Callable[[Draft], Draft]] = {
    "no purpose": lambda consent: without(consent, "purpose"),
    "an unknown status": lambda consent: having(consent, "status", value="draft"),
    "a relative patient": lambda consent: having(
        consent, "patient", "reference", value="Patient/9990000018"
    ),
    "a date without a time": lambda consent: having(consent, "dateTime", value="2018-05-16"),
    "an id": lambda consent: having(consent, "id", value="1"),
}

Validate = Callable[..., httpx.Response]


@pytest.fixture
def validate(ndop: NdopClient, skip_test: SkipTest) -> Validate:
    """Calls $validate with a body, as JSON or as it is; skips where it is not declared."""
    statement = resource_of(ndop.get("metadata"), "CapabilityStatement")
    operations = [
        operation.get("name")
        for rest in statement.get("rest", [])
        for operation in rest.get("operation", [])
    ]
    if "validate" not in operations:
        skip_test(
            "needs a server that declares $validate",
            remedy="none: a server need not answer questions about its profiles (D-30)",
        )

    def call(body: Any, path: str = ON_TYPE, content_type: str = JSON) -> httpx.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        headers = {"Content-Type": content_type, "Accept": JSON}
        return ndop.request("POST", path, body=text, headers=headers)

    return call


def parameters(consent: Draft, **values: str) -> dict[str, Any]:
    """The Consent and other values as Parameters."""
    types = {"mode": "valueCode", "profile": "valueUri"}
    others = [{"name": name, types[name]: value} for name, value in values.items()]
    return {
        "resourceType": "Parameters",
        "parameter": [*others, {"name": "resource", "resource": consent}],
    }


def errors_in(response: httpx.Response) -> list[dict[str, Any]]:
    """The issues that are errors. Raises ExpectationError: the answer is no report."""
    expect_status(response, 200)
    issues = resource_of(response, "OperationOutcome").get("issue", [])
    expect_present("issue", issues)
    for issue in issues:
        expect_present("issue.severity", issue.get("severity"))
        expect_present("issue.code", issue.get("code"))
    return [issue for issue in issues if issue["severity"] in ("error", "fatal")]


@pytest.mark.requirement("NDOP-207")
def test_a_valid_consent(
    consent: Draft, patient: str, validate: Validate, count_consents: CountConsents
) -> None:
    """SHALL: a Consent that would be created has no error, however it is sent; none is stored."""
    xml = as_xml(consent)
    for body, content_type in (
        (consent, JSON),
        (parameters(consent), JSON),
        (parameters(consent, mode="create"), JSON),
        (xml, XML),
        (_parameters_in_xml(xml), XML),
    ):
        expect("errors", errors_in(validate(body, content_type=content_type)), [])
    expect("number of Consents afterwards", count_consents(patient), 0)


def _parameters_in_xml(consent: str) -> str:
    resource = consent[consent.index("<Consent") :]
    return (
        '<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="resource"/>'
        f"<resource>{resource}</resource></parameter></Parameters>"
    )


@pytest.mark.requirement("NDOP-207")
@pytest.mark.parametrize("broken", BREAKS)
def test_an_invalid_consent(
    ndop: NdopClient, consent: Draft, validate: Validate, broken: str
) -> None:
    """SHALL: a Consent that a create would refuse for its content has an error."""
    invalid = BREAKS[broken](consent)
    expect_that(
        "the create of it", ndop.create(invalid).is_error, found="accepted", expected="refused"
    )
    for body in (invalid, parameters(invalid)):
        errors = errors_in(validate(body))
        expect_that("errors", bool(errors), found="none", expected="at least one")
        for error in errors:
            expect_present("issue.diagnostics", error.get("diagnostics"))


@pytest.mark.requirement("NDOP-207")
def test_the_place_of_an_error(consent: Draft, validate: Validate) -> None:
    """SHALL: an error says at which element it is."""
    (error, *_) = errors_in(validate(having(consent, "status", value="draft")))
    place = error.get("expression") or error.get("location")
    expect_present("issue.expression or issue.location", place)


@pytest.mark.requirement("NDOP-207")
def test_an_update(
    edition: Edition,
    consent: Draft,
    new_patient: NewPatient,
    stored: Store,
    read: Read,
    validate: Validate,
    token_names_patient: bool,
) -> None:
    """SHALL: in mode update there is an error where an update would be refused; none is done."""
    current = stored(consent)
    on_instance = f"Consent/{current['id']}/$validate"
    changed = having(current, "status", value=edition.status.sharing)
    expect("errors of a change", errors_in(validate(changed, on_instance)), [])
    expect("errors of it on the type", errors_in(validate(parameters(changed, mode="update"))), [])
    refused = {
        "without its id": without(changed, "id"),
        "with another id": having(changed, "id", value=str(uuid.uuid4())),
        "without a purpose": without(changed, "purpose"),
    }
    if not token_names_patient:
        other = draft(edition, new_patient())
        refused["for another patient"] = having(other, "id", value=current["id"])
    for name, body in refused.items():
        errors = errors_in(validate(parameters(body, mode="update"), on_instance))
        expect_that(f"errors of an update {name}", bool(errors), found="none", expected="some")
    expect("the Consent afterwards", read(current["id"]), current)


@pytest.mark.requirement("NDOP-207")
def test_a_nominated_profile(edition: Edition, consent: Draft, validate: Validate) -> None:
    """SHALL: the profile of the edition can be named; one that is not known is refused."""
    named = validate(parameters(consent, profile=edition.consent.url))
    expect("errors", errors_in(named), [])
    response = validate(parameters(consent, profile="https://example.org/unknown"))
    expect_that(
        "HTTP status",
        400 <= response.status_code < 500,
        found=response.status_code,
        expected="4xx",
    )


@pytest.mark.requirement("NDOP-207")
def test_what_cannot_be_validated(edition: Edition, consent: Draft, validate: Validate) -> None:
    """SHALL: a body that cannot be read is refused, and so is an id that is not there."""
    assert_spine_error(edition, validate("{"), status=400)
    unknown = str(uuid.uuid4())
    response = validate({**consent, "id": unknown}, f"Consent/{unknown}/$validate")
    assert_spine_error(edition, response, status=404, issue="not-found", code="NO_RECORD_FOUND")
