"""The facts of an edition that a row of the register restates, so that the two can be compared.

The column `facts` has them with semicolons between them:

    Consent.policy 1..1                                 a cardinality
    Consent.purpose extensible NDOP-Purpose-1           a binding
    Consent.category.coding.code = NOOM                 a fixed value
    Code system NDOP-OptOutCategory-1: NDOP National Data Opt-out
    Code system Spine-ErrorOrWarningCode-1: 45 codes
    status.opted-out = active                           any other fact, by its keys in the YAML
    structures.NDOP-Consent-1.version = 1.6.0           … and the id of an artefact
    errors.duplicate = 422 error/duplicate DUPLICATE_REJECTED

An element is one of the Consent profile unless a structure stands before it:
`Extension-NDOP-ProxyRole-1#Extension.value[x]:valueCodeableConcept 1..1`. `channel#…`, `proxy#…`
and `outcome#…` mean the structure that the edition names under this key. A fact that differs
between editions begins with those that it is about, and is about those that are based on them too:
`noom-draft: Consent.actor 1..1`. The nearest counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ndop.editions import Edition
from ndop.editions.model import Artefact, CatalogueEntry, Element, Structure
from ndop.fhir.base_cardinality import base_cardinality
from ndop.system.errors import BuildError

_BY_KEY = ("channel", "proxy", "outcome")


@dataclass(frozen=True, slots=True)
class RestatedFact:
    """One fact. `editions` is empty where it is the same for every edition of the row."""

    text: str
    editions: tuple[str, ...]
    kind: str
    subject: str
    value: str

    def distance(self, edition: Edition) -> int | None:
        """How far up the lineage of an edition the one stands that the fact is about: 0 for the
        edition itself, most for every edition, None where it is about others.
        """
        if not self.editions:
            return len(edition.lineage)
        return next((n for n, one in enumerate(edition.lineage) if one in self.editions), None)

    def found_in(self, edition: Edition) -> str:
        """What the edition says in its place, in the same form. Raises KeyError: nothing."""
        return _KINDS[self.kind].read(edition, self.subject, self.value)

    def key(self, edition: Edition) -> tuple[str, str]:
        """What facts have in common that say something of the same thing."""
        try:
            return self.kind, _key(edition, self.subject)
        except KeyError:
            return self.kind, self.subject

    def place(self, edition: Edition) -> tuple[str | int, ...]:
        """The keys in the edition's YAML under which the fact stands."""
        return _place(edition, self.kind, self.subject)


def restated_facts(facts: str, editions: Sequence[Edition]) -> list[RestatedFact]:
    """The facts of a row. Raises BuildError where one has no known form or edition."""
    return [_parsed(text, [one.id for one in editions]) for text in facts.split("; ") if text]


def facts_about(edition: Edition, facts: Sequence[RestatedFact]) -> list[RestatedFact]:
    """Those of `facts` that are about an edition; of several about the same thing the one of the
    nearest edition that it is based on.
    """
    nearest: dict[tuple[str, str], tuple[int, RestatedFact]] = {}
    for fact in facts:
        distance, key = fact.distance(edition), fact.key(edition)
        if distance is not None and (key not in nearest or distance < nearest[key][0]):
            nearest[key] = (distance, fact)
    return [fact for _, fact in nearest.values()]


def facts_that_name(requirement_id: str, edition: Edition) -> Iterator[str]:
    """What the profiles of an edition say with a row as the reason, in the form of the column:
    cardinalities, fixed values and bindings.
    """
    for structure in edition.structures:
        for element_id, element in structure.elements.items():
            subject = _subject(edition, structure, element_id)
            if element.requirement == requirement_id:
                if element.min is not None or element.max is not None:
                    yield f"{subject} {_cardinality(element_id, element)}"
                for value in element.fixed.values():
                    yield f"{subject} = {value}"
            binding = element.binding
            if binding is not None and binding.requirement == requirement_id:
                yield f"{subject} {binding.strength} {binding.value_set}"


def _parsed(text: str, known: Sequence[str]) -> RestatedFact:
    head, _, rest = text.partition(": ")
    named = tuple(head.split(", "))
    said = rest if rest and set(named) <= set(known) else text
    for kind, form in _KINDS.items():
        if found := form.pattern.fullmatch(said):
            editions = named if said is rest else ()
            return RestatedFact(text, editions, kind, found[1], found[2])
    raise BuildError(
        "facts: expected 'Consent.policy 1..1', 'Consent.purpose required NDOP-Preferences-1', "
        "'<element or key> = <value>' or 'Code system <id>: …', after known editions and a colon "
        f"where it differs between them; found {text!r}"
    )


def _structure(edition: Edition, subject: str) -> tuple[Structure, str]:
    """Structure and element id. Raises KeyError."""
    name, _, element_id = subject.rpartition("#")
    if not name:
        return edition.consent, element_id
    by_key = {key: getattr(edition, key) for key in _BY_KEY}
    return edition.structure(str(by_key.get(name, name))), element_id


def _subject(edition: Edition, structure: Structure, element_id: str) -> str:
    if structure.id == edition.profile:
        return element_id
    by_key = {getattr(edition, key): key for key in _BY_KEY}
    return f"{by_key.get(structure.id, structure.id)}#{element_id}"


def _key(edition: Edition, subject: str) -> str:
    if not _is_of_element(subject):
        return subject
    structure, element_id = _structure(edition, subject)
    return f"{structure.id}#{element_id}"


def _is_of_element(subject: str) -> bool:
    return "#" in subject or subject[0].isupper()


def _place(edition: Edition, kind: str, subject: str) -> tuple[str | int, ...]:
    if kind == "codes":
        return ("code-systems", _index(edition.code_systems, subject), "concepts")
    if _is_of_element(subject):
        structure, element_id = _structure(edition, subject)
        return ("structures", _index(edition.structures, structure.id), "elements", element_id)
    way: list[str | int] = []
    found: Any = edition
    for key in subject.split("."):
        way.append(_index(found, key) if isinstance(found, list) else key)
        found = _at(found, key)
    return tuple(way)


def _read_cardinality(edition: Edition, subject: str, _value: str) -> str:
    structure, element_id = _structure(edition, subject)
    return _cardinality(element_id, structure.elements.get(element_id, Element()))


def _cardinality(element_id: str, element: Element) -> str:
    least, most = element.min, element.max
    if least is None or most is None:
        base = base_cardinality(element_id)
        least = base[0] if least is None else least
        most = base[1] if most is None else most
    return f"{least}..{most}"


def _read_binding(edition: Edition, subject: str, _value: str) -> str:
    structure, element_id = _structure(edition, subject)
    binding = structure.elements[element_id].binding
    return "no binding" if binding is None else f"{binding.strength} {binding.value_set}"


def _read_codes(edition: Edition, subject: str, value: str) -> str:
    concepts = edition.code_system(subject).concepts
    if value.endswith(" codes"):
        return f"{len(concepts)} codes"
    return ", ".join(f"{code} {display}" for code, display in concepts.items())


def _read_value(edition: Edition, subject: str, _value: str) -> str:
    if _is_of_element(subject):
        structure, element_id = _structure(edition, subject)
        return " ".join(structure.elements[element_id].fixed.values()) or "no fixed value"
    found: Any = edition
    for key in subject.split("."):
        found = _at(found, key)
    return _as_text(found)


def _at(facts: Any, key: str) -> Any:
    """The value of a key; in a list of artefacts, the one with this id. Raises KeyError."""
    if isinstance(facts, dict):
        return facts[key]
    if isinstance(facts, list):
        return facts[_index(facts, key)]
    try:
        return getattr(facts, key.replace("-", "_"))
    except AttributeError as error:
        raise KeyError(key) from error


def _index(artefacts: Sequence[Artefact], artefact_id: str) -> int:
    for number, artefact in enumerate(artefacts):
        if artefact.id == artefact_id:
            return number
    raise KeyError(artefact_id)


def _as_text(value: Any) -> str:
    if isinstance(value, CatalogueEntry):
        return f"{value.status} {value.severity}/{value.issue} {value.code}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A form of fact: group 1 is what it is about, group 2 what it says of that."""

    pattern: re.Pattern[str]
    read: Callable[[Edition, str, str], str]


_KINDS = {
    "cardinality": _Kind(re.compile(r"(\S+) (\d+\.\.(?:\d+|\*))"), _read_cardinality),
    "binding": _Kind(
        re.compile(r"(\S+) ((?:required|extensible|preferred|example) \S+)"), _read_binding
    ),
    "codes": _Kind(re.compile(r"Code system (\S+): (.+)"), _read_codes),
    "value": _Kind(re.compile(r"(\S+) = (.+)"), _read_value),
}
