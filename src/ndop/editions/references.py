"""References between the facts of an edition: those that dangle, and what they resolve to.

A string `$url ID` stands for an artefact's canonical URL, `$coding ID#CODE` for a coding,
`$custodian` for the custodian's address, `{{ … }}` for a fact of the edition. `$patient` and
`$purpose` are left for whoever builds a Consent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import jinja2
from pydantic import ValidationError

from ndop.editions.located_yaml import KeyPath, LocatedData, dotted
from ndop.editions.model import Artefact, Edition
from ndop.system.errors import EditionError

#: What a reference or an expression that leads nowhere can raise, besides Jinja's own errors.
_UNRESOLVED = (LookupError, TypeError, ValueError, ArithmeticError)


def validated(data: dict[str, Any], located: LocatedData) -> Edition:
    """The edition described by the data. Raises EditionError with the line of each wrong fact."""
    try:
        edition = Edition.model_validate(data)
    except ValidationError as error:
        problems = [located.describe_error(detail) for detail in error.errors()]
        raise EditionError("\n".join(problems)) from None
    unknown = [
        f"{located.location(path)}: {dotted(path)}: {sentence}"
        for path, sentence in _dangling_references(edition)
    ]
    if unknown:
        raise EditionError("\n".join(unknown))
    return edition


def _dangling_references(edition: Edition) -> Iterator[tuple[KeyPath, str]]:
    """Yield the path to each id that does not exist, and a sentence about it."""
    yield from _repeated_ids(edition)
    structures = {structure.id for structure in edition.structures}
    profiles = {one.id for one in edition.structures if one.type == "Consent"}
    value_sets = {value_set.id for value_set in edition.value_sets}
    code_systems = {code_system.id for code_system in edition.code_systems}
    yield from _expect_one_of(edition.profile in profiles, ("profile",), profiles, edition.profile)
    yield from _expect_one_of(
        edition.outcome in structures, ("outcome",), structures, edition.outcome
    )
    if edition.capability.profile is not None:
        profile = edition.capability.profile
        yield from _expect_one_of(
            profile in structures, ("capability", "profile"), structures, profile
        )
    for number, structure in enumerate(edition.structures):
        for element_id, element in structure.elements.items():
            path: KeyPath = ("structures", number, "elements", element_id)
            known = element_id.split(".")[0].split(":")[0] == structure.type
            yield from _expect_one_of(known, path, [structure.type], element_id.split(".")[0])
            if element.extension is not None:
                yield from _expect_one_of(
                    element.extension in structures,
                    (*path, "extension"),
                    structures,
                    element.extension,
                )
            if element.binding is not None and not element.binding.value_set.startswith("http"):
                yield from _expect_one_of(
                    element.binding.value_set in value_sets,
                    (*path, "binding", "value-set"),
                    value_sets,
                    element.binding.value_set,
                )
            for key in element.invariants:
                yield from _expect_one_of(
                    key in edition.invariants, (*path, "invariants"), edition.invariants, key
                )
    for number, value_set in enumerate(edition.value_sets):
        for part, include in enumerate(value_set.include):
            if include.code_system is not None:
                yield from _expect_one_of(
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
            yield from _expect_one_of(extension in coded, (key,), coded, extension)
    if edition.proxy in structures and edition.proxy is not None:
        urls = {f"$url {edition.proxy}", edition.url(edition.proxy)}
        shown = any(
            part.get("url") in urls
            for sample in edition.samples.values()
            for part in _extensions(sample)
        )
        if not shown:
            yield ("samples",), f"expected a sample with the extension {edition.proxy}, found none"
    for name, example in edition.counter_examples.items():
        path = ("counter-examples", name)
        known = example.rule is None or example.rule in edition.invariants
        yield from _expect_one_of(known, (*path, "rule"), edition.invariants, str(example.rule))
        yield from _expect_one_of(
            example.situation in edition.errors,
            (*path, "situation"),
            edition.errors,
            example.situation,
        )
    key = edition.patient.check_digit_invariant
    path = ("patient", "check-digit-invariant")
    yield from _expect_one_of(key in edition.invariants, path, edition.invariants, key)
    identities = {parameter.code for parameter in edition.identity.parameters}
    for name, parameter in edition.search.parameters.items():
        if parameter.identity is not None:
            yield from _expect_one_of(
                parameter.identity in identities,
                ("search", "parameters", name, "identity"),
                identities,
                parameter.identity,
            )
    parameters = edition.search.parameters
    for name in edition.search.one_of:
        yield from _expect_one_of(name in parameters, ("search", "one-of"), parameters, name)
    if edition.history is not None:
        for name in (edition.history.by, *edition.history.filters):
            yield from _expect_one_of(name in parameters, ("history",), parameters, name)
    for number, address in enumerate(edition.purposes):
        try:
            edition.coding(address)
        except KeyError:
            yield ("purposes", number), f"expected ID#CODE of a coding above, found {address!r}"
    if edition.outcome in structures:
        try:
            codes = edition.error_codes.concepts
        except KeyError as error:
            yield (
                ("outcome",),
                "expected a structure whose issue.details is bound to a value set that includes a "
                f"code system of the edition, found {edition.outcome!r} (without {error})",
            )
            return
        for situation, entry in edition.errors.items():
            yield from _expect_one_of(
                entry.code in codes, ("errors", situation, "code"), codes, entry.code
            )


def _repeated_ids(edition: Edition) -> Iterator[tuple[KeyPath, str]]:
    lists: dict[str, Iterable[Artefact]] = {
        "structures": edition.structures,
        "value-sets": edition.value_sets,
        "code-systems": edition.code_systems,
    }
    for key, artefacts in lists.items():
        seen: set[str] = set()
        for number, artefact in enumerate(artefacts):
            if artefact.id in seen:
                yield (key, number, "id"), f"expected an id of its own, found {artefact.id!r} again"
            seen.add(artefact.id)


def _extensions(sample: dict[str, Any]) -> list[dict[str, Any]]:
    """The extensions of a Consent, as far as they have the form of extensions."""
    extensions = sample.get("extension")
    if not isinstance(extensions, list):
        return []
    return [one for one in extensions if isinstance(one, dict)]


def _expect_one_of(
    known: bool, path: KeyPath, candidates: Iterable[str], found: str
) -> Iterator[tuple[KeyPath, str]]:
    if not known:
        yield path, f"expected one of {', '.join(sorted(candidates)) or 'nothing'}; found {found!r}"


class ReferenceResolver:
    """Replaces `$url …`, `$coding …`, `$custodian` and `{{ … }}` by the facts they refer to."""

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
        """A copy of the data with references resolved. Raises EditionError if one leads nowhere."""
        return {key: self._resolved(value, (key,)) for key, value in data.items()}

    def _resolved(self, value: Any, path: KeyPath) -> Any:
        if isinstance(value, dict):
            return {key: self._resolved(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, str):
            return self._resolved_string(value, path)
        return value

    def _resolved_string(self, text: str, path: KeyPath) -> Any:
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
        except (*_UNRESOLVED, jinja2.TemplateError) as error:
            location = self._located.location(path)
            raise EditionError(
                f"{location}: {dotted(path)}: expected the id of an artefact or a fact of the "
                f"edition, found {text!r} ({error})"
            ) from None
        return text


def reference_pattern(reference: str) -> str:
    """A regular expression that matches `patient.reference` for any NHS number."""
    start, _, end = reference.partition("{nhs_number}")
    return f"^{re.escape(start)}[0-9]{{10}}{re.escape(end)}\\z"


def fhirpath_string(text: str) -> str:
    """`text` as a FHIRPath string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
