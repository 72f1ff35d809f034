"""From what the validator says to findings that name what was expected, what was found, the
requirement, and the Spine code that a server would answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ndop.editions import Edition
from ndop.editions.model import Binding, Element, Structure
from ndop.java import toolkit
from ndop.java.validator_process import Answer
from ndop.validation import content
from ndop.validation.content import Step
from ndop.validation.findings import Finding, Result
from ndop.validation.reading import Lines, Source, Unreadable

_CARDINALITY = re.compile(
    r"(?P<element>\S+): (?P<kind>minimum required|max allowed) = (?P<bound>\S+), "
    r"but (?:only )?found (?P<found>\d+)"
)
_SLICE = re.compile(
    r"Slice '(?P<element>[^']+)'(?: for extension '(?P<url>[^']+)')?: "
    r"a matching slice is required, but not found"
)
_PROFILE = re.compile(r"\(from ([^|)]+)")
#: How HL7's validator names an element that FHIR does not have.
UNKNOWN_ELEMENT = re.compile(r"(?:Unrecognized property|Undefined element) '(?P<name>[^']+)'")
_DUPLICATE = re.compile(r"The JSON property '(?P<name>[^']+)' is a duplicate")
#: HL7's name for a finding that says less than another one at the same element.
_SAYS_LESS = "Terminology_PassThrough_TX_Message"
_TERMINOLOGY = "Terminology_"
_CODES_SHOWN = 12


class FindingExplainer:
    """Explains by the facts of one edition."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._structures = {structure.url: structure for structure in edition.structures}

    def result(self, source: Source, answer: Answer) -> Result:
        """What is said of a resource."""
        if answer.failure is not None:
            finding = Finding("fatal", f"the validator failed: {answer.failure}", rule="failure")
            placed = self._placed(finding, source)
            return Result(source.file, source.line or 1, source.entry, (placed,), checked=False)
        findings = [*source.notes]
        findings += [self._coded(one, answer.situation) for one in self._said(source, answer)]
        return Result(source.file, source.line or 1, source.entry, tuple(findings))

    def unreadable(self, read: Unreadable) -> Result:
        """What is said of an input without a resource."""
        return read.result(self._coded(read.finding, read.situation))

    def _coded(self, finding: Finding, situation: str | None) -> Finding:
        """With the code, and where no element has a requirement, that of the answer."""
        if situation is None or not finding.invalidates:
            return finding
        answer = self._edition.errors[situation]
        return replace(
            finding,
            code=answer.code,
            requirement=finding.requirement or answer.requirement,
        )

    def _said(self, source: Source, answer: Answer) -> Iterator[Finding]:
        if answer.situation == "unreadable-body":
            yield from self._of_the_unreadable(source, answer)
            return
        if answer.situation == "body-too-complex":
            yield self._plain(source, answer, "too-complex")
            return
        if answer.situation == "body-of-another-type":
            yield self._plain(source, answer, "another-type")
            return
        data = content.data_of(source.text, source.encoding)
        said = [_on_element(finding) for finding in answer.findings]
        more = {
            (one.path, one.finding.invalidates)
            for one in said
            if one.finding.rule.startswith(_TERMINOLOGY) and one.finding.rule != _SAYS_LESS
        }
        for one in said:
            if one.finding.rule != _SAYS_LESS or (one.path, one.finding.invalidates) not in more:
                yield self._explained(source, data, one)
        if answer.situation and not any(one.finding.invalidates for one in said):
            yield self._plain(source, answer, "not-kept")

    def _of_the_unreadable(self, source: Source, answer: Answer) -> Iterator[Finding]:
        """HL7's validator goes on where a server does not; only its parser's words count."""
        twice = [one for one in answer.findings if _DUPLICATE.match(one.message)]
        if twice:
            data = content.data_of(source.text, source.encoding)
            yield from (self._explained(source, data, _on_element(one)) for one in twice)
            return
        parsing = [one for one in answer.findings if one.invalidates and not one.rule]
        unknown = [
            match["name"] for one in parsing if (match := UNKNOWN_ELEMENT.search(one.message))
        ]
        other = _version_of(content.data_of(source.text, source.encoding), unknown)
        if other is not None:
            names = ", ".join(sorted(set(unknown)))
            finding = Finding(
                "fatal",
                f"expected a resource of FHIR STU3, found one of {other}: {names}",
                rule="another-version",
                expected="FHIR STU3 (3.0)",
                found=other,
            )
            yield self._placed(finding, source, parsing[0].line, parsing[0].column)
        elif not parsing or parsing[0].line < 1:
            yield self._malformed(source, answer)
        else:
            for one in parsing:
                path = _fhirpath(one.path)
                path = "" if path == "(xml)" else path
                finding = Finding("fatal", one.message, path=path, rule="unreadable")
                match = UNKNOWN_ELEMENT.search(one.message)
                if match is not None:
                    finding = replace(
                        finding,
                        path=f"{path}.{match['name']}",
                        rule="unknown-element",
                        message=f"FHIR STU3 has no element {match['name']!r} here",
                        expected="elements of FHIR STU3",
                        found=match["name"],
                    )
                yield self._placed(finding, source, one.line, one.column)

    def _malformed(self, source: Source, answer: Answer) -> Finding:
        """Not even JSON or XML: the place is where reading ends."""
        line, column, told = 0, 0, " ".join(answer.diagnostics)
        if source.encoding == "JSON":
            try:
                data = json.loads(source.text, parse_constant=_refuse_constant)
            except json.JSONDecodeError as error:
                line, column = Lines(source.text).place(error.pos)
                told = f"not JSON: {error.msg}"
            except RecursionError:
                told = "not a resource: nested too deeply"
            except ValueError as error:
                told = f"not JSON: {error}"
            else:
                if not isinstance(data, dict) or "resourceType" not in data:
                    told = "expected a JSON object with a resourceType"
        finding = Finding("fatal", told, rule="unreadable", expected=f"FHIR in {source.encoding}")
        return self._placed(finding, source, line, column)

    def _plain(self, source: Source, answer: Answer, rule: str) -> Finding:
        """What the server says, where the validator has no better words."""
        finding = Finding("error", "; ".join(answer.diagnostics), rule=rule)
        return self._placed(finding, source)

    def _explained(self, source: Source, data: Any, said: _Said) -> Finding:
        one = said.finding
        elements = list(self._elements(data, said))
        requirement = next((e.requirement for e in elements if e.requirement), None)
        expected, found, message = said.expected, said.found, said.message or one.message
        way = content.steps(said.path)
        if way and not found:
            value = content.value_at(data, way)
            found = "" if value is None else content.shown(value)
        invariant = self._edition.invariants.get(one.rule)
        if invariant is not None:
            expected, requirement = invariant.human, invariant.requirement
            message = invariant.human
        elif one.rule.startswith(_TERMINOLOGY):
            binding = next((e.binding for e in elements if e.binding is not None), None)
            if binding is not None:
                expected = self._codes(binding)
                requirement = binding.requirement or requirement
        finding = Finding(
            _severity(one.severity),
            message,
            path=said.path,
            rule=one.rule,
            expected=expected,
            found=found,
            requirement=requirement,
        )
        return self._placed(finding, source, one.line, one.column)

    def _placed(self, finding: Finding, source: Source, line: int = 0, column: int = 0) -> Finding:
        at = source.place(line, column)
        return replace(finding, file=source.file, line=at[0], column=at[1])

    def _elements(self, data: Any, said: _Said) -> Iterator[Element]:
        """What the edition says of the element and of those around it, the nearest first."""
        found: list[Element] = []
        structure: Structure | None = next(
            (one for one in self._edition.structures if said.path.split(".")[0] == one.type), None
        )
        if structure is None:
            return
        element_id: str = structure.type
        way: list[Step] = content.steps(said.path)
        for number, step in enumerate(way, 1):
            if step.name == "extension":
                value = content.value_at(data, way[:number])
                inner = self._structures.get(value["url"]) if _has_url(value) else None
                if inner is None:
                    continue
                found += _slices(structure, inner)
                structure, element_id = inner, inner.type
            else:
                element_id = f"{element_id}.{step.element}"
            found += [structure.elements[element_id]] if element_id in structure.elements else []
        if said.element:
            for candidate in self._edition.structures:
                if said.element in candidate.elements and candidate.url in (
                    said.profile,
                    structure.url,
                ):
                    found.append(candidate.elements[said.element])
        yield from reversed(found)

    def _codes(self, binding: Binding) -> str:
        try:
            value_set = self._edition.value_set(binding.value_set)
        except KeyError:
            return f"a code of {binding.value_set}"
        codes: list[str] = []
        for include in value_set.include:
            if include.code_system is not None:
                codes += self._edition.code_system(include.code_system).concepts
            codes += include.concepts
        listed = ", ".join(codes) if len(codes) <= _CODES_SHOWN else f"{len(codes)} codes"
        return f"a code of {value_set.name or value_set.id}: {listed}"


@dataclass(frozen=True, slots=True)
class _Said:
    """What the validator says, on the element that it is about."""

    finding: toolkit.Finding
    path: str
    element: str = ""
    profile: str = ""
    message: str = ""
    expected: str = ""
    found: str = ""


def _on_element(finding: toolkit.Finding) -> _Said:
    path = _fhirpath(finding.path)
    profile = _PROFILE.search(finding.message)
    profile_url = profile[1] if profile else ""
    if match := _CARDINALITY.match(finding.message):
        least, found = match["kind"] == "minimum required", match["found"]
        expected = f"{'at least' if least else 'at most'} {match['bound']}"
        message = f"expected {expected}, found {found}"
        if found == "0":
            message = "is missing"
        elif match["bound"] == "0":
            expected, message = "none", "is not allowed"
        at = _below(path, match["element"])
        return _Said(finding, at, match["element"], profile_url, message, expected, found)
    if match := _SLICE.match(finding.message):
        message, expected = "is missing", "at least 1"
        if match["url"]:
            message, expected = f"the extension {match['url']} is missing", match["url"]
        at = _below(path, match["element"])
        return _Said(finding, at, match["element"], profile_url, message, expected, "none")
    if match := _DUPLICATE.match(finding.message):
        message = f"the name {match['name']!r} stands twice in its object"
        at = f"{path}.{match['name']}"
        return _Said(finding, at, "", "", message, "each name once", "a second one")
    return _Said(finding, path)


def _fhirpath(path: str) -> str:
    """A path of HL7's validator; of XML it sometimes gives an XPath."""
    return path.removeprefix("/f:").replace("/f:", ".").strip("$")


def _below(path: str, element_id: str) -> str:
    """The path of the child that an element id ends with."""
    return f"{path}.{element_id.rpartition('.')[2].partition(':')[0]}"


def _slices(structure: Structure, inner: Structure) -> list[Element]:
    return [one for one in structure.elements.values() if one.extension == inner.id]


def _has_url(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("url"), str)


def _severity(severity: str) -> Any:
    return severity


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _version_of(data: Any, unknown: list[str]) -> str | None:
    """The FHIR version that has all of the elements which STU3 does not know."""
    if not isinstance(data, dict) or not any(name in data for name in unknown):
        return None
    # Loaded only here: the models of a version take half a second.
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
