"""Assertions that explain themselves: what was looked at, what was expected, what was found.

Disagreement              an AssertionError with these three
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, cast
from xml.etree import ElementTree as ET

import httpx
from pydantic import BaseModel, ValidationError

from ndop.editions import Edition

_FHIR = "{http://hl7.org/fhir}"


class Disagreement(AssertionError):  # noqa: N818  # it says what it is
    """The server's answer is not what the requirement asks for."""

    def __init__(self, what: str, expected: object, found: object) -> None:
        super().__init__(f"{what}\n  expected: {expected}\n  found:    {found}")


def expect(what: str, found: object, expected: object) -> None:
    """Raise Disagreement unless `found` equals `expected`."""
    if found != expected:
        raise Disagreement(what, expected, found)


def expect_one_of(what: str, found: object, expected: Collection[object]) -> None:
    """Raise Disagreement unless `found` is among `expected`."""
    if found not in expected:
        raise Disagreement(what, " or ".join(str(one) for one in expected), found)


def expect_that(what: str, holds: bool, expected: object, found: object) -> None:
    """Raise Disagreement unless `holds`."""
    if not holds:
        raise Disagreement(what, expected, found)


def expect_status(response: httpx.Response, *expected: int) -> None:
    """Raise Disagreement unless the status is one of `expected`."""
    expect_one_of("HTTP status", response.status_code, expected)


def json_of(response: httpx.Response) -> dict[str, Any]:
    """The body as a JSON object. Raises Disagreement where it is none."""
    try:
        body = json.loads(response.content)
    except ValueError as error:
        raise Disagreement("Body", "a JSON object", f"{response.text[:200]!r}") from error
    expect_that("Body", isinstance(body, dict), "a JSON object", type(body).__name__)
    return cast("dict[str, Any]", body)


def resource_of(response: httpx.Response, resource_type: str) -> dict[str, Any]:
    """The body as a resource of the given type. Raises Disagreement where it is none."""
    body = json_of(response)
    expect("resourceType of the body", body.get("resourceType"), resource_type)
    return body


def expect_valid(model: type[BaseModel], body: str | bytes, form: str = "json") -> None:
    """Raise Disagreement unless a body is the resource of base STU3 that `model` describes.

    `model` is one of fhir.resources.STU3; `form` is json or xml.
    """
    validate = getattr(model, "model_validate_xml" if form == "xml" else "model_validate_json")
    try:
        validate(body)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]]
        raise Disagreement(
            "Body",
            f"a {model.__name__} of base STU3",
            f"{error.error_count()} problems, such as {'; '.join(problems)}",
        ) from error
    except ValueError as error:
        raise Disagreement("Body", f"a {model.__name__} in {form.upper()}", error) from error


def assert_spine_error(
    edition: Edition,
    response: httpx.Response,
    *,
    status: int | Collection[int],
    issue: str | Collection[str] | None = None,
    code: str | Collection[str] | None = None,
) -> None:
    """Insist on an error in Spine's form (NDOP-134, NDOP-135), in JSON or XML.

    `issue` is FHIR's issue type, `code` Spine's; None leaves them open. Each may be a
    collection of alternatives that the register accepts.
    """
    statuses = [status] if isinstance(status, int) else list(status)
    expect_one_of("HTTP status", response.status_code, statuses)
    outcome = outcome_of(response)
    expect("resourceType of the error", outcome.get("resourceType"), "OperationOutcome")
    issues = outcome.get("issue") or []
    expect_that("issue", len(issues) > 0, "at least one", "none")
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
    """An OperationOutcome in JSON or XML as JSON data. Raises Disagreement where it is neither."""
    is_xml = "xml" in response.headers.get("content-type", "")
    return _outcome_from_xml(response) if is_xml else json_of(response)


def _assert_form(edition: Edition, issue: dict[str, Any], place: str) -> None:
    """NDOP-134 and NDOP-135, one issue."""
    for name in ("severity", "code", "details"):
        expect_that(f"{place}.{name}", bool(issue.get(name)), "present", "absent")
    expect_that(f"{place}.expression", "expression" not in issue, "absent", "present")
    codings = issue["details"].get("coding") or []
    expect(f"number of {place}.details.coding", len(codings), 1)
    coding = codings[0]
    for name in ("system", "code", "display"):
        expect_that(f"{place}.details.coding.{name}", bool(coding.get(name)), "present", "absent")
    for name in ("version", "userSelected"):
        expect_that(f"{place}.details.coding.{name}", name not in coding, "absent", "present")
    expect(f"{place}.details.coding.system", coding["system"], edition.error_codes.url)
    expect_one_of(
        f"{place}.details.coding.code", coding["code"], list(edition.error_codes.concepts)
    )


def _outcome_from_xml(response: httpx.Response) -> dict[str, Any]:
    try:
        root = ET.fromstring(response.content)  # noqa: S314  # of the server that the user names
    except ET.ParseError as error:
        raise Disagreement("Body", "well-formed XML", response.text[:200]) from error
    return {"resourceType": root.tag.removeprefix(_FHIR), **_xml_children(root, _OUTCOME_LISTS)}


#: Elements of an OperationOutcome that repeat.
_OUTCOME_LISTS = {"issue", "coding", "profile", "expression"}


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
