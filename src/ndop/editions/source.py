"""From YAML files to an `Edition`: read, put over the base, add the shared facts, check, resolve.

A string `$url ID` stands for an artefact's canonical URL, `$coding ID#CODE` for a coding,
`$custodian` for the custodian's address, `{{ … }}` for a fact of the edition; `$patient` and
`$purpose` stay for whoever builds a Consent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml
from pydantic import ValidationError

from ndop.editions import inheritance, located_yaml
from ndop.editions.located_yaml import LocatedData, Place, Way, dotted, place_of
from ndop.editions.model import Edition
from ndop.system.errors import EditionError
from ndop.system.layout import Layout

#: The edition that is meant where nobody names one: the published API.
DEFAULT_EDITION = "ndop-1.1.0"

#: Parts that an edition and the shared facts that it uses have together.
_JOINED_LISTS = ("structures", "value-sets", "code-systems")
_JOINED_MAPPINGS = ("errors", "invariants", "sources", "decisions", "counter-examples")


@dataclass(frozen=True, slots=True)
class EditionFolder:
    """A folder with one YAML file an edition, and where the facts stand that editions share.

    `bases` is a further folder with editions that those of this one may be based on.
    """

    editions: Path
    shared: Path
    bases: Path | None = None

    @classmethod
    def of(cls, layout: Layout, editions: Path | None = None) -> EditionFolder:
        """The editions of a checkout, or those of another folder with the shared facts of it,
        which may be based on the checkout's.
        """
        if editions is None:
            return cls(layout.editions, layout.shared_facts)
        return cls(editions, layout.shared_facts, layout.editions)

    def ids(self) -> list[str]:
        """The editions that the folder has, sorted."""
        return sorted(file.stem for file in self.editions.glob("*.yaml"))

    def load(self, edition_id: str) -> Edition:
        """Load one edition.

        Raises EditionError: no such edition, or its YAML is wrong; the text names file, line,
        key, what was found and what was expected. Where a fact is inherited, file and line are
        the base's.
        """
        if edition_id not in self.ids():
            raise EditionError(
                f"There is no edition {edition_id!r}. "
                f"Editions here: {', '.join(self.ids()) or 'none'} (files of {self.editions})."
            )
        located = self._located(edition_id)
        edition = _checked(located.data, located)
        resolved = _Resolver(edition, located).resolve(edition.model_dump(by_alias=True))
        edition = _checked(resolved, located)
        if edition.id != edition_id:
            raise EditionError(
                f"{located.place(('id',))}: id: expected {edition_id!r}, the name of the file, "
                f"found {edition.id!r}"
            )
        return edition

    def place(self, edition_id: str, way: Way) -> Place:
        """File and line of a fact of an edition, or of the nearest one around it.

        Raises EditionError: there is no such edition, or its YAML is wrong.
        """
        return self._located(edition_id).place(way)

    def load_all(self) -> list[Edition]:
        """Load every edition of the folder.

        Raises EditionError, as `load` does, and where two editions have package name and version
        in common: a FHIR package is known by these.
        """
        editions = [self.load(edition_id) for edition_id in self.ids()]
        of_package: dict[tuple[str, str], Edition] = {}
        for edition in editions:
            other = of_package.setdefault((edition.package, edition.version), edition)
            if other is not edition:
                raise EditionError(
                    f"{self._file(edition.id)}: package: expected a name and version that no "
                    f"other edition has, found {edition.package} {edition.version}, which are "
                    f"those of {self._file(other.id)} too"
                )
        return editions

    def _file(self, edition_id: str) -> Path:
        """The file of an edition, in the folder of bases where this one has none."""
        own = self.editions / f"{edition_id}.yaml"
        if self.bases is None or own.is_file():
            return own
        return self.bases / own.name

    def _known(self) -> list[str]:
        more = [] if self.bases is None else [file.stem for file in self.bases.glob("*.yaml")]
        return sorted({*self.ids(), *more})

    def _located(self, edition_id: str) -> LocatedData:
        """The facts of an edition with all that it inherits and uses."""
        lineage = self._lineage(edition_id)
        facts: yaml.MappingNode | None = None
        used: set[str] = set()
        for _, own in reversed(lineage):
            names = _taken(own, "uses")
            facts = own if facts is None else inheritance.merged(facts, own)
            if names is not None:
                facts = self._with_shared_facts(facts, names, used)
        assert facts is not None
        inheritance.refuse_markers(facts)
        located = located_yaml.construct(facts, self._file(edition_id))
        located.data["based-on"] = [base_id for base_id, _ in lineage[1:]]
        return located

    def _lineage(self, edition_id: str) -> list[tuple[str, yaml.MappingNode]]:
        """The edition, the one that it is based on, and so on: their ids and nodes."""
        lineage: list[tuple[str, yaml.MappingNode]] = []
        next_id: str | None = edition_id
        while next_id is not None:
            root = located_yaml.compose(self._file(next_id))
            lineage.append((next_id, root))
            base = _taken(root, "based-on")
            next_id = (
                None if base is None else self._checked_base(base, [one for one, _ in lineage])
            )
        return lineage

    def _checked_base(self, base: yaml.Node, lineage: list[str]) -> str:
        known = self._known()
        if not isinstance(base, yaml.ScalarNode) or base.value not in known:
            raise EditionError(
                f"{place_of(base)}: based-on: expected one of {', '.join(known)}; "
                f"found {base.value!r}"
            )
        if base.value in lineage:
            circle = " is based on ".join([*lineage[lineage.index(base.value) :], base.value])
            raise EditionError(
                f"{place_of(base)}: based-on: expected an edition that is not based on this one "
                f"in turn, found a circle: {circle}"
            )
        return str(base.value)

    def _with_shared_facts(
        self, facts: yaml.MappingNode, names: yaml.Node, used: set[str]
    ) -> yaml.MappingNode:
        """The facts with those of the shared files that are not in them yet; their own win."""
        for name in names.value if isinstance(names, yaml.SequenceNode) else [names]:
            file = self.shared / f"{name.value}.yaml"
            if not isinstance(name, yaml.ScalarNode) or not file.is_file():
                raise EditionError(
                    f"{place_of(name)}: uses: expected a file of {self.shared}, "
                    f"found {name.value!r}"
                )
            if name.value not in used:
                used.add(name.value)
                facts = _joined(facts, located_yaml.compose(file))
        return facts


def _taken(root: yaml.MappingNode, key: str) -> yaml.Node | None:
    """The value of a key that is for the loader only; it is no fact, and taken out."""
    found = [pair for pair in root.value if pair[0].value == key]
    root.value = [pair for pair in root.value if pair[0].value != key]
    return found[0][1] if found else None


def _joined(facts: yaml.MappingNode, shared: yaml.MappingNode) -> yaml.MappingNode:
    """An edition's own facts and shared ones: lists of artefacts one behind the other, mappings
    key by key. In all else, and where both have a key, the edition's own win.
    """
    joined = {str(key.value): (key, value) for key, value in facts.value}
    for key_node, value in shared.value:
        key = str(key_node.value)
        own_key_node, own = joined.get(key, (key_node, None))
        if own is None:
            joined[key] = (key_node, value)
        elif key in _JOINED_LISTS and isinstance(own, yaml.SequenceNode):
            joined[key] = (own_key_node, located_yaml.replaced(own, own.value + value.value))
        elif key in _JOINED_MAPPINGS and isinstance(own, yaml.MappingNode):
            entries = {str(pair[0].value): pair for pair in (*value.value, *own.value)}
            joined[key] = (own_key_node, located_yaml.replaced(own, list(entries.values())))
    return located_yaml.replaced(facts, list(joined.values()))


def _checked(data: dict[str, Any], located: LocatedData) -> Edition:
    try:
        edition = Edition.model_validate(data)
    except ValidationError as error:
        problems = [located.explained(detail) for detail in error.errors()]
        raise EditionError("\n".join(problems)) from None
    unknown = [
        f"{located.place(way)}: {dotted(way)}: {sentence}"
        for way, sentence in _dangling_references(edition)
    ]
    if unknown:
        raise EditionError("\n".join(unknown))
    return edition


def _dangling_references(edition: Edition) -> Iterator[tuple[Way, str]]:
    """Ids that nothing has. Yields the way to each and a sentence."""
    structures = {structure.id for structure in edition.structures}
    value_sets = {value_set.id for value_set in edition.value_sets}
    code_systems = {code_system.id for code_system in edition.code_systems}
    yield from _unless(edition.profile in structures, ("profile",), structures, edition.profile)
    yield from _unless(edition.outcome in structures, ("outcome",), structures, edition.outcome)
    if edition.capability.profile is not None:
        profile = edition.capability.profile
        yield from _unless(profile in structures, ("capability", "profile"), structures, profile)
    for number, structure in enumerate(edition.structures):
        for element_id, element in structure.elements.items():
            way: Way = ("structures", number, "elements", element_id)
            known = element_id.split(".")[0].split(":")[0] == structure.type
            yield from _unless(known, way, [structure.type], element_id.split(".")[0])
            if element.extension is not None:
                yield from _unless(
                    element.extension in structures,
                    (*way, "extension"),
                    structures,
                    element.extension,
                )
            if element.binding is not None and not element.binding.value_set.startswith("http"):
                yield from _unless(
                    element.binding.value_set in value_sets,
                    (*way, "binding", "value-set"),
                    value_sets,
                    element.binding.value_set,
                )
            for key in element.invariants:
                yield from _unless(
                    key in edition.invariants, (*way, "invariants"), edition.invariants, key
                )
    for number, value_set in enumerate(edition.value_sets):
        for part, include in enumerate(value_set.include):
            if include.code_system is not None:
                yield from _unless(
                    include.code_system in code_systems,
                    ("value-sets", number, "include", part, "code-system"),
                    code_systems,
                    include.code_system,
                )
    coded = {
        structure.id
        for structure in edition.structures
        if any(element.binding is not None for element in structure.elements.values())
    }
    for key, extension in (("channel", edition.channel), ("proxy", edition.proxy)):
        if extension is not None:
            yield from _unless(extension in coded, (key,), coded, extension)
    if edition.proxy in structures and edition.proxy is not None:
        urls = {f"$url {edition.proxy}", edition.url(edition.proxy)}
        shown = any(
            part.get("url") in urls
            for sample in edition.samples.values()
            for part in sample.get("extension", [])
        )
        if not shown:
            yield ("samples",), f"expected a sample with the extension {edition.proxy}, found none"
    for name, example in edition.counter_examples.items():
        way = ("counter-examples", name)
        known = example.rule is None or example.rule in edition.invariants
        yield from _unless(known, (*way, "rule"), edition.invariants, str(example.rule))
        yield from _unless(
            example.situation in edition.errors,
            (*way, "situation"),
            edition.errors,
            example.situation,
        )
    key = edition.patient.check_digit_invariant
    way = ("patient", "check-digit-invariant")
    yield from _unless(key in edition.invariants, way, edition.invariants, key)
    identities = {parameter.code for parameter in edition.identity.parameters}
    for name, parameter in edition.search.parameters.items():
        if parameter.identity is not None:
            yield from _unless(
                parameter.identity in identities,
                ("search", "parameters", name, "identity"),
                identities,
                parameter.identity,
            )
    parameters = edition.search.parameters
    for name in edition.search.one_of:
        yield from _unless(name in parameters, ("search", "one-of"), parameters, name)
    if edition.history is not None:
        for name in (edition.history.by, *edition.history.filters):
            yield from _unless(name in parameters, ("history",), parameters, name)
    for number, address in enumerate(edition.purposes):
        try:
            edition.coding(address)
        except KeyError:
            yield ("purposes", number), f"expected ID#CODE of a coding above, found {address!r}"
    if edition.outcome in structures:
        codes = edition.error_codes.concepts
        for situation, entry in edition.errors.items():
            yield from _unless(
                entry.code in codes, ("errors", situation, "code"), codes, entry.code
            )


def _unless(
    known: bool, way: Way, candidates: Iterable[str], found: str
) -> Iterator[tuple[Way, str]]:
    if not known:
        yield way, f"expected one of {', '.join(sorted(candidates)) or 'nothing'}; found {found!r}"


class _Resolver:
    """Puts facts in the place of `$url …`, `$coding …` and `{{ … }}`."""

    def __init__(self, edition: Edition, located: LocatedData) -> None:
        self._edition = edition
        self._located = located
        # What is rendered is FHIRPath, not markup.
        self._jinja = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701
        self._jinja.filters["fhirpath"] = fhirpath_string
        self._jinja.filters["pattern"] = reference_pattern
        self._facts = {
            "patient": edition.patient,
            "custodian": edition.custodian,
            "structures": {structure.id: structure for structure in edition.structures},
        }

    def resolve(self, data: dict[str, Any]) -> dict[str, Any]:
        return {key: self._resolved(value, (key,)) for key, value in data.items()}

    def _resolved(self, value: Any, way: Way) -> Any:
        if isinstance(value, dict):
            return {key: self._resolved(item, (*way, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(item, (*way, index)) for index, item in enumerate(value)]
        if isinstance(value, str):
            return self._resolved_string(value, way)
        return value

    def _resolved_string(self, text: str, way: Way) -> Any:
        word, _, address = text.partition(" ")
        try:
            if word == "$url":
                return self._edition.url(address)
            if word == "$custodian":
                return self._edition.custodian
            if word == "$coding":
                return self._edition.coding(address).model_dump()
            if "{{" in text:
                return self._jinja.from_string(text).render(self._facts)
        except (KeyError, jinja2.TemplateError) as error:
            place = self._located.place(way)
            raise EditionError(
                f"{place}: {dotted(way)}: expected the id of an artefact or a fact of the "
                f"edition, found {text!r} ({error})"
            ) from None
        return text


def reference_pattern(reference: str) -> str:
    """A regular expression for what `patient.reference` makes of any NHS number."""
    start, _, end = reference.partition("{nhs_number}")
    return f"^{re.escape(start)}[0-9]{{10}}{re.escape(end)}\\z"


def fhirpath_string(text: str) -> str:
    """`text` as a FHIRPath string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
