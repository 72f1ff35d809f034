"""Consents that break one rule each: made of the profile, line by line, and of the edition's
counter-examples.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ndop.consents import Draft, draft, filled, merged
from ndop.editions import Edition
from ndop.editions.model import Element
from ndop.examples import stu3
from ndop.examples.model import Example, Media, Verdict
from ndop.system.errors import EditionError

#: The row where a line of a profile names none (docs/specification.md, section 3).
_ANY_RULE = "NDOP-138"
_UNREADABLE = "NDOP-139"

#: Content that says nothing, for what would else be empty, which FHIR does not allow.
_FILLER = {
    "extension": [{"url": "https://example.org/StructureDefinition/nothing", "valueString": "-"}]
}
_OTHER = "https://example.org/other"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an element stands, or would stand, in a sample."""

    sample: Draft
    holder: Any
    key: str | int


def broken_rules(edition: Edition, nhs_number: str) -> Iterator[Example]:
    """Every invalid example of an edition, in a stable order.

    Raises EditionError where no sample has the element that a rule is about.
    """
    yield from _of_structures(edition, nhs_number)
    for name, example in edition.counter_examples.items():
        if example.rule is not None and example.rule not in _rules_in_use(edition):
            continue
        sample = draft(edition, nhs_number, sample=example.sample)
        yield Example(
            name=name,
            kind="invalid",
            shows=example.shows,
            one_of=example.rule or name,
            resource=merged(sample, filled(edition, example.change, nhs_number)),
            verdict=_verdict(
                edition,
                example.requirement,
                example.rule or name,
                example.situation,
                conforms=example.conforms,
            ),
        )
    yield from _unreadable(edition, nhs_number)


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


def _of_structures(edition: Edition, nhs_number: str) -> Iterator[Example]:
    for path, element_id, element in _elements(edition):
        for what, sentence, requirement in _rules(edition, element_id, element):
            place = _place(edition, nhs_number, path, what)
            _break(edition, place, element_id, element, what)
            yield Example(
                name=f"{_slug(path)}-{what}",
                kind="invalid",
                shows=f"{path}: {sentence}",
                one_of=what,
                resource=place.sample,
                verdict=_verdict(edition, requirement, f"{element_id} {what}"),
            )


def _elements(edition: Edition) -> Iterator[tuple[str, str, Element]]:
    """Each element with its path in a Consent: an extension's below the slice that it fills."""
    for element_id, element in edition.consent.elements.items():
        yield element_id, element_id, element
        if element.extension is not None:
            for inner_id, inner in edition.structure(element.extension).elements.items():
                if "." in inner_id:
                    yield element_id + inner_id.removeprefix("Extension"), inner_id, inner


def _rules(edition: Edition, element_id: str, element: Element) -> Iterator[tuple[str, str, str]]:
    """What can be broken, a sentence on it, and the requirement."""
    requirement = element.requirement or _ANY_RULE
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
        return isinstance(stu3.smallest(element_id.partition(":")[0]), list)
    except KeyError:
        return False


def _break(edition: Edition, place: _Place, element_id: str, element: Element, what: str) -> None:
    holder, key = place.holder, place.key
    if what == "missing":
        del holder[key]
        if not holder:
            _fill(place)
    elif what == "of-another-type":
        del holder[key]
        holder.update({"valueBoolean": True} if key == "valueString" else {"valueString": "any"})
    elif what == "present":
        holder[key] = stu3.smallest(element_id)
    elif what == "repeated":
        items = holder if isinstance(key, int) else holder[key]
        items.append(copy.deepcopy(items[key if isinstance(key, int) else 0]))
    elif what == "other":
        holder[key] = _another(edition, holder, element)
    else:
        value = holder[key][0] if isinstance(holder[key], list) else holder[key]
        coding = value["coding"][0] if "coding" in value else value
        coding.update(code="NOT-A-CODE", display="Not a code")


def _another(edition: Edition, coding: dict[str, str], element: Element) -> str:
    """Another value than the fixed one: where it is a code, another of the same system."""
    fixed = element.fixed.get("code")
    if fixed is None:
        return _OTHER
    others = [
        code
        for system in edition.code_systems
        if system.url == coding.get("system")
        for code in system.concepts
        if code != fixed
    ]
    return others[0] if others else "NOT-A-CODE"


def _fill(place: _Place) -> None:
    """Put something into what lost its only content; an empty list goes."""

    def visit(part: Any) -> Any:
        if isinstance(part, dict):
            if part is place.holder:
                return copy.deepcopy(_FILLER)
            visited = {key: visit(value) for key, value in part.items()}
            return {key: value for key, value in visited.items() if value != []}
        if isinstance(part, list):
            return [visit(value) for value in part]
        return part

    changed = visit(place.sample)
    place.sample.clear()
    place.sample.update(changed)


def _place(edition: Edition, nhs_number: str, path: str, what: str) -> _Place:
    """Where the element stands in the first sample that has it; for one to be added, its parent."""
    for name in edition.samples:
        sample = draft(edition, nhs_number, sample=name)
        place = _find(edition, sample, path, to_add=what == "present")
        if place is not None:
            return place
    raise EditionError(
        f"{edition.id}: samples: expected one with {path}, for what breaks its rules; found none"
    )


def _find(edition: Edition, sample: Draft, path: str, *, to_add: bool) -> _Place | None:
    steps = path.split(".")[1:]
    holder: Any = sample
    slices = ""
    for number, step in enumerate(steps):
        slices = f"{slices}.{step}"
        last = number == len(steps) - 1
        name, _, slice_name = step.partition(":")
        if name == "extension" and slice_name:
            url = _extension_url(edition, f"Consent{slices}")
            holder = holder.get("extension", [])
            index = next((at for at, one in enumerate(holder) if one["url"] == url), None)
            if index is None:
                return None
            key: str | int = index
        elif name.endswith("[x]"):
            key = slice_name or stu3.key_of(f"Consent{slices}")
        else:
            key = name
        if last:
            there = isinstance(key, int) or key in holder
            return _Place(sample, holder, key) if there or to_add else None
        if not isinstance(key, int) and key not in holder:
            return None
        holder = holder[key]
        if isinstance(holder, list):
            holder = holder[0]
    return None


def _extension_url(edition: Edition, element_id: str) -> str:
    extension = edition.consent.elements[element_id].extension
    assert extension is not None
    return edition.structure(extension).url


def _slug(path: str) -> str:
    """An element in words for a file name: `Consent.extension:optOutSource` is opt-out-source.

    The value of an extension goes by the extension's name.
    """
    steps = [step for step in path.split(".")[1:] if "[x]:" not in step]
    names = "-".join(step.rpartition(":")[2].removesuffix("[x]") for step in steps)
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", names).lower()


def _unreadable(edition: Edition, nhs_number: str) -> Iterator[Example]:
    """Bodies that are no Consent at all."""
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
