"""Findings on a body that no resource can be read from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ndop.java import toolkit
from ndop.java.validator_process import Answer
from ndop.validation.findings import Finding
from ndop.validation.resource_data import parse_resource
from ndop.validation.resource_source import LineIndex, ResourceSource
from ndop.validation.validator_message import UNKNOWN_ELEMENT, to_fhirpath


def unreadable_body_findings(source: ResourceSource, answer: Answer) -> Iterator[Finding]:
    """Why the body cannot be read; the findings have the position in the file.

    HL7's validator goes on where a server stops, so only what its parser reports counts.
    """
    parser_findings = [one for one in answer.findings if one.invalidates and not one.rule]
    unknown = [
        match["name"] for one in parser_findings if (match := UNKNOWN_ELEMENT.search(one.message))
    ]
    other_version = _version_with(parse_resource(source.text, source.encoding), unknown)
    if other_version is not None:
        finding = _another_version(other_version, unknown)
        yield source.locate(finding, parser_findings[0].line, parser_findings[0].column)
    elif not parser_findings or parser_findings[0].line < 1:
        yield _not_a_resource(source, answer)
    else:
        for one in parser_findings:
            yield source.locate(_parser_finding(one), one.line, one.column)


def _another_version(version: str, elements: list[str]) -> Finding:
    names = ", ".join(sorted(set(elements)))
    return Finding(
        "fatal",
        f"expected a resource of FHIR STU3, found one of {version}: {names}",
        rule="another-version",
        expected="FHIR STU3 (3.0)",
        found=version,
    )


def _parser_finding(reported: toolkit.Finding) -> Finding:
    path = to_fhirpath(reported.path)
    path = "" if path == "(xml)" else path
    finding = Finding("fatal", reported.message, path=path, rule="unreadable")
    match = UNKNOWN_ELEMENT.search(reported.message)
    if match is None:
        return finding
    return replace(
        finding,
        path=f"{path}.{match['name']}",
        rule="unknown-element",
        message=f"FHIR STU3 has no element {match['name']!r} here",
        expected="elements of FHIR STU3",
        found=match["name"],
    )


def _not_a_resource(source: ResourceSource, answer: Answer) -> Finding:
    """Not even JSON or XML: the position is where parsing ends."""
    line, column, message = 0, 0, " ".join(answer.diagnostics)
    if source.encoding == "JSON":
        try:
            data = json.loads(source.text, parse_constant=_reject_constant)
        except json.JSONDecodeError as error:
            line, column = LineIndex(source.text).position(error.pos)
            message = f"not JSON: {error.msg}"
        except RecursionError:
            message = "not a resource: nested too deeply"
        except ValueError as error:
            message = f"not JSON: {error}"
        else:
            if not isinstance(data, dict) or "resourceType" not in data:
                message = "expected a JSON object with a resourceType"
    expected = f"FHIR in {source.encoding}"
    finding = Finding("fatal", message, rule="unreadable", expected=expected)
    return source.locate(finding, line, column)


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _version_with(data: Any, unknown: list[str]) -> str | None:
    """The FHIR version that has all of the elements which STU3 does not have."""
    if not isinstance(data, dict) or not any(name in data for name in unknown):
        return None
    # Imported here because the models of a version take half a second to load.
    from fhir.resources import R4B, get_fhir_model_class

    for version, model_class in (
        ("R4", R4B.get_fhir_model_class),
        ("R5", get_fhir_model_class),
    ):
        try:
            fields = model_class(str(data.get("resourceType"))).model_fields
        except (KeyError, ValueError):
            continue
        if set(unknown) <= {field.alias or name for name, field in fields.items()}:
            return f"FHIR {version}"
    return None
