"""Assertions about a server's answers. A failure says what was looked at, what was expected and
what was found.

They all raise ExpectationError, an AssertionError. What is looked at comes first, then what was
found, then what is expected of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, cast
from xml.etree import ElementTree as ET

import httpx
from pydantic import BaseModel, ValidationError

from ndop.editions import Edition
from ndop.fhir.locations import consent_id_in

_FHIR = "{http://hl7.org/fhir}"

#: Elements of an OperationOutcome that repeat.
_OUTCOME_LISTS = {"issue", "coding", "profile", "expression"}


class ExpectationError(AssertionError):
    """The server's answer is not what the requirement asks for."""

    def __init__(self, what: str, *, found: object, expected: object) -> None:
        super().__init__(f"{what}\n  expected: {expected}\n  found:    {found}")


def expect(what: str, found: object, expected: object) -> None:
    """Raise ExpectationError unless `found` equals `expected`."""
    if found != expected:
        raise ExpectationError(what, found=found, expected=expected)


def expect_one_of(what: str, found: object, expected: Collection[object]) -> None:
    """Raise ExpectationError unless `found` is one of `expected`."""
    if found not in expected:
        alternatives = " or ".join(str(one) for one in expected)
        raise ExpectationError(what, found=found, expected=alternatives)


def expect_contains(what: str, found: Collection[object], expected: object) -> None:
    """Raise ExpectationError unless `expected` is one of the values in `found`."""
    expect_that(what, expected in found, found=found, expected=expected)


def expect_present(what: str, found: object) -> None:
    """Raise ExpectationError where `found` is None or empty."""
    expect_that(what, bool(found), found="absent", expected="present")


def expect_that(what: str, condition: bool, *, found: object, expected: object) -> None:
    """Raise ExpectationError unless `condition` is true."""
    if not condition:
        raise ExpectationError(what, found=found, expected=expected)


def expect_status(response: httpx.Response, *expected: int) -> None:
    """Raise ExpectationError unless the HTTP status is one of `expected`."""
    expect_one_of("HTTP status", response.status_code, expected)


def json_of(response: httpx.Response) -> dict[str, Any]:
    """The body as a JSON object. Raises ExpectationError where it is not one."""
    try:
        body = json.loads(response.content)
    except ValueError as error:
        raise ExpectationError(
            "Body", found=f"{response.text[:200]!r}", expected="a JSON object"
        ) from error
    is_object = isinstance(body, dict)
    expect_that("Body", is_object, found=type(body).__name__, expected="a JSON object")
    return cast("dict[str, Any]", body)


def resource_of(response: httpx.Response, resource_type: str) -> dict[str, Any]:
    """The body as a resource of the given type. Raises ExpectationError where it is not one."""
    body = json_of(response)
    expect("resourceType of the body", body.get("resourceType"), resource_type)
    return body


def consent_id_of(response: httpx.Response) -> str:
    """The id of the Consent that Location names. Raises ExpectationError where it names none."""
    location = response.headers.get("location")
    expect_present("Location", location)
    consent_id = consent_id_in(location)
    if consent_id is None:
        raise ExpectationError("Location", found=location, expected="…/Consent/[id]")
    return consent_id


def expect_valid(model: type[BaseModel], body: str | bytes, form: str = "json") -> None:
    """Raise ExpectationError unless a body is the resource of base STU3 that `model` describes.

    `model` is one of fhir.resources.STU3; `form` is json or xml.
    """
    validate = getattr(model, "model_validate_xml" if form == "xml" else "model_validate_json")
    try:
        validate(body)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]]
        raise ExpectationError(
            "Body",
            found=f"{error.error_count()} problems, such as {'; '.join(problems)}",
            expected=f"a {model.__name__} of base STU3",
        ) from error
    except ValueError as error:
        expected = f"a {model.__name__} in {form.upper()}"
        raise ExpectationError("Body", found=error, expected=expected) from error


def assert_spine_error(
    edition: Edition,
    response: httpx.Response,
    *,
    status: int | Collection[int],
    issue: str | Collection[str] | None = None,
    code: str | Collection[str] | None = None,
) -> None:
    """Raise ExpectationError unless the answer is an error in Spine's form, in JSON or XML
    (NDOP-134, NDOP-135).

    `issue` is FHIR's issue type, `code` Spine's; None accepts any. Each may be a collection of the
    alternatives that the register accepts.
    """
    statuses = [status] if isinstance(status, int) else list(status)
    expect_one_of("HTTP status", response.status_code, statuses)
    outcome = outcome_of(response)
    expect("resourceType of the error", outcome.get("resourceType"), "OperationOutcome")
    issues = outcome.get("issue") or []
    expect_that("issue", len(issues) > 0, found="none", expected="at least one")
    for number, one in enumerate(issues):
        _assert_form(edition, one, f"issue[{number}]")
    first = issues[0]
    if issue is not None:
        allowed = [issue] if isinstance(issue, str) else list(issue)
        expect_one_of("issue[0].code", first["code"], allowed)
    if code is not None:
        allowed = [code] if isinstance(code, str) else list(code)
        found = first["details"]["coding"][0]["code"]
        expect_one_of("issue[0].details.coding[0].code", found, allowed)


def outcome_of(response: httpx.Response) -> dict[str, Any]:
    """An OperationOutcome in JSON or XML as JSON data. Raises ExpectationError: it is neither."""
    is_xml = "xml" in response.headers.get("content-type", "")
    return _outcome_from_xml(response) if is_xml else json_of(response)


def _assert_form(edition: Edition, issue: dict[str, Any], place: str) -> None:
    """The form of one issue (NDOP-134, NDOP-135)."""
    for name in ("severity", "code", "details"):
        expect_present(f"{place}.{name}", issue.get(name))
    expect_that(
        f"{place}.expression", "expression" not in issue, found="present", expected="absent"
    )
    codings = issue["details"].get("coding") or []
    expect(f"number of {place}.details.coding", len(codings), 1)
    coding = codings[0]
    for name in ("system", "code", "display"):
        expect_present(f"{place}.details.coding.{name}", coding.get(name))
    for name in ("version", "userSelected"):
        expect_that(
            f"{place}.details.coding.{name}",
            name not in coding,
            found="present",
            expected="absent",
        )
    expect(f"{place}.details.coding.system", coding["system"], edition.error_codes.url)
    expect_one_of(
        f"{place}.details.coding.code", coding["code"], list(edition.error_codes.concepts)
    )


def _outcome_from_xml(response: httpx.Response) -> dict[str, Any]:
    try:
        root = ET.fromstring(response.content)  # noqa: S314  # of the server that the user names
    except ET.ParseError as error:
        raise ExpectationError(
            "Body", found=response.text[:200], expected="well-formed XML"
        ) from error
    return {"resourceType": root.tag.removeprefix(_FHIR), **_xml_children(root, _OUTCOME_LISTS)}


def _xml_children(element: ET.Element, repeating: set[str]) -> dict[str, Any]:
    children: dict[str, Any] = {}
    for child in element:
        name = child.tag.removeprefix(_FHIR)
        value: Any = (
            child.get("value") if "value" in child.attrib else _xml_children(child, repeating)
        )
        if name in repeating:
            children.setdefault(name, []).append(value)
        else:
            children[name] = value
    return children
