"""Consents that each break one rule: a constraint of a profile, or the rule of one of the edition's
counter-examples.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ndop.consents import Draft, draft, filled, merged
from ndop.editions import Edition
from ndop.editions.model import Element
from ndop.examples import base_values
from ndop.examples.model import Example, Media, Verdict
from ndop.system.errors import EditionError

#: The requirement behind constraints that name none (docs/specification.md, section 3).
_ANY_CONSTRAINT = "NDOP-138"
_UNREADABLE = "NDOP-139"

#: Meaningless content for an element that would otherwise be empty, which FHIR does not allow.
_FILLER = {
    "extension": [{"url": "https://example.org/StructureDefinition/nothing", "valueString": "-"}]
}
_OTHER_URL = "https://example.org/other"


#: How a constraint on an element can be broken; part of the example's name.
_Violation = Literal["missing", "of-another-type", "present", "repeated", "other", "unknown-code"]


@dataclass(frozen=True, slots=True)
class _Target:
    """The element of a sample to break or to add: the value at `key` of `parent`."""

    sample: Draft
    parent: Any
    key: str | int


def invalid_consents(edition: Edition, nhs_number: str) -> Iterator[Example]:
    """Every invalid example of an edition, in a stable order.

    Raises EditionError if no sample has the element that a constraint is about.
    """
    yield from _constraint_violations(edition, nhs_number)
    for name, example in edition.counter_examples.items():
        if example.rule is not None and example.rule not in _rules_in_use(edition):
            continue
        sample = draft(edition, nhs_number, sample=example.sample)
        yield Example(
            name=name,
            kind="invalid",
            shows=example.shows,
            category=example.rule or name,
            resource=merged(sample, filled(edition, example.change, nhs_number)),
            verdict=_verdict(
                edition,
                example.requirement,
                example.rule or name,
                example.situation,
                conforms=example.conforms,
            ),
        )
    yield from _unreadable_bodies(edition, nhs_number)


def _rules_in_use(edition: Edition) -> set[str]:
    return {
        key
        for structure in edition.structures
        for element in structure.elements.values()
        for key in element.invariants
    }


def _verdict(
    edition: Edition,
    requirement: str,
    rule: str,
    situation: str = "invalid-resource",
    *,
    conforms: bool = False,
) -> Verdict:
    answer = edition.answer_to(situation)
    return Verdict(
        requirement=requirement,
        rule=rule,
        status=answer.status,
        severity=answer.severity,
        issue=answer.issue,
        code=answer.code,
        conforms=conforms,
    )


def _constraint_violations(edition: Edition, nhs_number: str) -> Iterator[Example]:
    for path, element_id, element in _elements(edition):
        for violation, sentence, requirement in _violations(edition, element_id, element):
            target = _locate(edition, nhs_number, path, violation)
            _break(edition, target, element_id, element, violation)
            yield Example(
                name=f"{_slug(path)}-{violation}",
                kind="invalid",
                shows=f"{path}: {sentence}",
                category=violation,
                resource=target.sample,
                verdict=_verdict(edition, requirement, f"{element_id} {violation}"),
            )


def _elements(edition: Edition) -> Iterator[tuple[str, str, Element]]:
    """Path in a Consent, element id and constraints of each element. The paths of an extension's
    elements begin with the slice that it fills.
    """
    for element_id, element in edition.consent.elements.items():
        yield element_id, element_id, element
        if element.extension is not None:
            for inner_id, inner in edition.structure(element.extension).elements.items():
                if "." in inner_id:
                    yield element_id + inner_id.removeprefix("Extension"), inner_id, inner


def _violations(
    edition: Edition, element_id: str, element: Element
) -> Iterator[tuple[_Violation, str, str]]:
    """Each violation of an element's constraints, a sentence about it, and the requirement."""
    requirement = element.requirement or _ANY_CONSTRAINT
    if element.type is not None and element.min:
        sentence = f"expected a value of the type {element.type}, found another type"
        yield "of-another-type", sentence, requirement
    elif element.min:
        yield "missing", "expected at least one, found none", requirement
    if element.max == 0:
        yield "present", "expected none, found one", requirement
    if element.max == 1 and (element.extension is not None or _repeats(element_id)):
        yield "repeated", "expected at most one, found two", requirement
    if element.fixed:
        fixed = next(iter(element.fixed.values()))
        yield "other", f"expected {fixed}, found something else", requirement
    binding = element.binding
    if binding is not None and binding.strength == "required":
        fixed_below = any(
            inner.fixed.get("code")
            for inner_id, inner in edition.consent.elements.items()
            if inner_id.startswith(f"{element_id}.")
        )
        if not fixed_below:
            sentence = f"expected a code of the value set {binding.value_set}, found another"
            yield "unknown-code", sentence, binding.requirement or requirement


def _repeats(element_id: str) -> bool:
    if "." not in element_id:
        return False
    try:
        return isinstance(base_values.smallest_value(element_id.partition(":")[0]), list)
    except KeyError:
        return False


def _break(
    edition: Edition, target: _Target, element_id: str, element: Element, violation: _Violation
) -> None:
    parent, key = target.parent, target.key
    if violation == "missing":
        del parent[key]
        if not parent:
            _fill_empty_parent(target)
    elif violation == "of-another-type":
        del parent[key]
        parent.update({"valueBoolean": True} if key == "valueString" else {"valueString": "any"})
    elif violation == "present":
        parent[key] = base_values.smallest_value(element_id)
    elif violation == "repeated":
        items = parent if isinstance(key, int) else parent[key]
        items.append(copy.deepcopy(items[key if isinstance(key, int) else 0]))
    elif violation == "other":
        parent[key] = _other_value(edition, parent, element)
    else:
        value = parent[key][0] if isinstance(parent[key], list) else parent[key]
        coding = value["coding"][0] if "coding" in value else value
        coding.update(code="NOT-A-CODE", display="Not a code")


def _other_value(edition: Edition, coding: dict[str, str], element: Element) -> str:
    """A value other than the fixed one; for a code, another code of the same system."""
    fixed = element.fixed.get("code")
    if fixed is None:
        return _OTHER_URL
    others = [
        code
        for system in edition.code_systems
        if system.url == coding.get("system")
        for code in system.concepts
        if code != fixed
    ]
    return others[0] if others else "NOT-A-CODE"


def _fill_empty_parent(target: _Target) -> None:
    """Fill an object that has lost its only content; remove a list that has."""

    def filled_copy(part: Any) -> Any:
        if isinstance(part, dict):
            if part is target.parent:
                return copy.deepcopy(_FILLER)
            copied = {key: filled_copy(value) for key, value in part.items()}
            return {key: value for key, value in copied.items() if value != []}
        if isinstance(part, list):
            return [filled_copy(value) for value in part]
        return part

    changed = filled_copy(target.sample)
    target.sample.clear()
    target.sample.update(changed)


def _locate(edition: Edition, nhs_number: str, path: str, violation: _Violation) -> _Target:
    """The element in the first sample that has it, or has its parent if it is to be added."""
    for name in edition.samples:
        sample = draft(edition, nhs_number, sample=name)
        target = _find(edition, sample, path, to_add=violation == "present")
        if target is not None:
            return target
    raise EditionError(
        f"{edition.id}: samples: expected one with {path}, for what breaks its rules; found none"
    )


def _find(edition: Edition, sample: Draft, path: str, *, to_add: bool) -> _Target | None:
    steps = path.split(".")[1:]
    parent: Any = sample
    element_id: str = edition.consent.type
    for depth, step in enumerate(steps, 1):
        element_id = f"{element_id}.{step}"
        name, _, slice_name = step.partition(":")
        if name == "extension" and slice_name:
            url = _extension_url(edition, element_id)
            parent = parent.get("extension", [])
            index = next((number for number, one in enumerate(parent) if one["url"] == url), None)
            if index is None:
                return None
            key: str | int = index
        elif name.endswith("[x]"):
            key = slice_name or base_values.json_key(element_id)
        else:
            key = name
        if depth == len(steps):
            exists = isinstance(key, int) or key in parent
            return _Target(sample, parent, key) if exists or to_add else None
        if not isinstance(key, int) and key not in parent:
            return None
        parent = parent[key]
        if isinstance(parent, list):
            parent = parent[0]
    return None


def _extension_url(edition: Edition, element_id: str) -> str:
    extension = edition.consent.elements[element_id].extension
    assert extension is not None
    return edition.structure(extension).url


def _slug(path: str) -> str:
    """The file name for an element: `opt-out-source` for `Consent.extension:optOutSource`.

    The value of an extension has the extension's name.
    """
    steps = [step for step in path.split(".")[1:] if "[x]:" not in step]
    names = "-".join(step.rpartition(":")[2].removesuffix("[x]") for step in steps)
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", names).lower()


def _unreadable_bodies(edition: Edition, nhs_number: str) -> Iterator[Example]:
    """Bodies that are not a Consent at all."""
    whole = json.dumps(draft(edition, nhs_number), indent=2)
    cut = whole[: len(whole) // 2].encode()
    foreign = {"resourceType": "Patient", "active": True}
    latin = whole.replace('"status"', '"id": "Zoë", "status"').encode("latin-1")
    xml = '<Consent xmlns="http://hl7.org/fhir"><status value="active"></Consent>\n'
    doctype = (
        '<!DOCTYPE Consent [<!ENTITY status "active">]>\n'
        '<Consent xmlns="http://hl7.org/fhir"><status value="&status;"/></Consent>\n'
    )
    cases: list[tuple[str, str, Media, bytes]] = [
        ("not-json", "JSON that ends in the middle", "json", cut),
        ("not-utf-8", "JSON in another encoding than UTF-8", "json", latin),
        ("not-xml", "XML whose tags do not match", "xml", xml.encode()),
        ("doctype", "XML with a DOCTYPE, which FHIR does not allow", "xml", doctype.encode()),
    ]
    for name, shows, media, content in cases:
        verdict = _verdict(edition, _UNREADABLE, name, "unreadable-body")
        yield Example(name, "invalid", shows, name, raw={media: content}, verdict=verdict)
    yield Example(
        "another-type",
        "invalid",
        "A Patient in the place of a Consent",
        "another-type",
        resource=foreign,
        verdict=_verdict(edition, _UNREADABLE, "another-type", "body-of-another-type"),
    )
