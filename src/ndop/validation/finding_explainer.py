"""Turns the validator's answers into findings that say what was expected, what was found, which
requirement is broken, and the Spine code that a server would answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, cast

from ndop.editions import Edition
from ndop.editions.model import Binding, Element, Structure
from ndop.java.validator_process import Answer
from ndop.system.masking import mask_numbers
from ndop.validation.element_path import PathStep, abbreviate, parse_path, value_at
from ndop.validation.findings import Finding, Result, Severity
from ndop.validation.resource_data import parse_resource
from ndop.validation.resource_source import ResourceSource, UnreadableSource
from ndop.validation.unreadable_body import unreadable_body_findings
from ndop.validation.validator_message import (
    DUPLICATE_PROPERTY,
    ValidatorMessage,
    parse_message,
    without_repetitions,
)

#: Rules of findings that have no other words than the server's, by situation.
_RULES_BY_SITUATION = {
    "body-too-complex": "too-complex",
    "body-of-another-type": "another-type",
}
_MAX_CODES_LISTED = 12


class FindingExplainer:
    """Explains findings by the facts of one edition."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._structures = {structure.url: structure for structure in edition.structures}
        self._codes_published = {
            code for code_system in edition.code_systems for code in code_system.concepts
        }

    def explain(self, source: ResourceSource, answer: Answer) -> Result:
        """The result of a resource, from the validator's answer."""
        if answer.failure is not None:
            failure = Finding("fatal", f"the validator failed: {answer.failure}", rule="failure")
            finding = source.locate(failure)
            return Result(
                source.file, source.line or 1, source.entry, (self._masked(finding),), checked=False
            )
        findings = [
            *source.findings,
            *(self._with_code(one, answer.situation) for one in self._findings(source, answer)),
        ]
        return Result(
            source.file, source.line or 1, source.entry, tuple(map(self._masked, findings))
        )

    def explain_unreadable(self, source: UnreadableSource) -> Result:
        """The result of an input from which no resource can be read."""
        return source.result(self._masked(self._with_code(source.finding, source.situation)))

    def _masked(self, finding: Finding) -> Finding:
        """Without any number that could be a patient's, whoever worded it."""
        return replace(
            finding,
            message=mask_numbers(finding.message, self._codes_published),
            path=mask_numbers(finding.path, self._codes_published),
            expected=mask_numbers(finding.expected, self._codes_published),
            found=mask_numbers(finding.found, self._codes_published),
        )

    def _with_code(self, finding: Finding, situation: str | None) -> Finding:
        """With the Spine code of the situation, and its requirement unless there is one."""
        if situation is None or not finding.invalidates:
            return finding
        entry = self._edition.answer_to(situation)
        requirement = finding.requirement or entry.requirement
        return replace(finding, code=entry.code, requirement=requirement)

    def _findings(self, source: ResourceSource, answer: Answer) -> Iterator[Finding]:
        if answer.situation == "unreadable-body":
            duplicates = [one for one in answer.findings if DUPLICATE_PROPERTY.match(one.message)]
            if duplicates:
                yield from self._explain_all(source, map(parse_message, duplicates))
            else:
                yield from unreadable_body_findings(source, answer)
        elif answer.situation in _RULES_BY_SITUATION:
            yield _server_finding(source, answer, _RULES_BY_SITUATION[answer.situation])
        else:
            messages = [parse_message(finding) for finding in answer.findings]
            yield from self._explain_all(source, without_repetitions(messages))
            if answer.situation and not any(one.finding.invalidates for one in messages):
                yield _server_finding(source, answer, "not-kept")

    def _explain_all(
        self, source: ResourceSource, messages: Iterable[ValidatorMessage]
    ) -> Iterator[Finding]:
        data = parse_resource(source.text, source.encoding)
        for message in messages:
            finding = self._explain_message(data, message)
            yield source.locate(finding, message.finding.line, message.finding.column)

    def _explain_message(self, data: Any, message: ValidatorMessage) -> Finding:
        reported = message.finding
        elements = list(self._elements(data, message))
        requirement = next((e.requirement for e in elements if e.requirement), None)
        expected, found = message.expected, message.found
        text = message.message or reported.message
        steps = parse_path(message.path)
        if steps and not found:
            value = value_at(data, steps)
            found = "" if value is None else abbreviate(value)
        invariant = self._edition.invariants.get(reported.rule)
        if invariant is not None:
            expected, requirement = invariant.human, invariant.requirement
            text = invariant.human
        elif message.is_about_codes:
            binding = next((e.binding for e in elements if e.binding is not None), None)
            if binding is not None:
                expected = self._codes(binding)
                requirement = binding.requirement or requirement
        return Finding(
            cast(Severity, reported.severity),
            text,
            path=message.path,
            rule=reported.rule,
            expected=expected,
            found=found,
            requirement=requirement,
        )

    def _elements(self, data: Any, message: ValidatorMessage) -> Iterator[Element]:
        """What the edition says of the element and its ancestors, the nearest first."""
        found: list[Element] = []
        resource_type = message.path.split(".")[0]
        structure: Structure | None = next(
            (one for one in self._edition.structures if resource_type == one.type), None
        )
        if structure is None:
            return
        element_id: str = structure.type
        steps: list[PathStep] = parse_path(message.path)
        for depth, step in enumerate(steps, 1):
            if step.name == "extension":
                value = value_at(data, steps[:depth])
                extension = self._structures.get(value["url"]) if _has_url(value) else None
                if extension is None:
                    continue
                found += _slices(structure, extension)
                structure, element_id = extension, extension.type
            else:
                element_id = f"{element_id}.{step.element}"
            found += [structure.elements[element_id]] if element_id in structure.elements else []
        if message.element:
            for candidate in self._edition.structures:
                if message.element in candidate.elements and candidate.url in (
                    message.profile,
                    structure.url,
                ):
                    found.append(candidate.elements[message.element])
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
        listed = ", ".join(codes) if len(codes) <= _MAX_CODES_LISTED else f"{len(codes)} codes"
        return f"a code of {value_set.name or value_set.id}: {listed}"


def _server_finding(source: ResourceSource, answer: Answer, rule: str) -> Finding:
    """The server's own words, where the validator has none."""
    return source.locate(Finding("error", "; ".join(answer.diagnostics), rule=rule))


def _slices(structure: Structure, extension: Structure) -> list[Element]:
    return [one for one in structure.elements.values() if one.extension == extension.id]


def _has_url(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("url"), str)
