"""The JSON Schema (2020-12) of a structure of an edition.

A schema is less strict than the profile: it has no invariants and only required bindings. A server
rejects whatever the schema rejects, and may reject more.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterator
from typing import Any

from ndop.editions import Edition
from ndop.editions.model import Element, Structure, ValueSet
from ndop.fhir.base_types import BaseElement, elements_of

Schema = dict[str, Any]

#: The path of schemas in an OpenAPI description.
COMPONENTS = "#/components/schemas/"

#: No primitive of FHIR is empty (STU3, datatypes.html).
_STRING: Schema = {"type": "string", "minLength": 1}
_PRIMITIVES: dict[object, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    decimal.Decimal: {"type": "number"},
    datetime.datetime: _STRING,
    datetime.date: _STRING,
    datetime.time: _STRING,
    bytes: _STRING,
    str: _STRING,
}


def schema_of(edition: Edition, structure: Structure) -> Schema:
    """The schema of a resource or extension that satisfies `structure`.

    Elements that the profile does not mention have only their base type. Extensions are referred
    to by id, below COMPONENTS.
    """
    schema = _SchemaBuilder(edition, structure).of(structure.type, structure.type)
    if structure.type == "Extension":
        schema["properties"]["url"] = {"const": structure.url}
        schema["required"] = sorted({"url", *schema.get("required", [])})
    else:
        schema["properties"] = {
            "resourceType": {"const": structure.type},
            **schema["properties"],
        }
        schema["required"] = sorted({"resourceType", *schema.get("required", [])})
    return {"description": structure.description, **schema}


class _SchemaBuilder:
    """Builds the schema of one structure, from the root element down."""

    def __init__(self, edition: Edition, structure: Structure) -> None:
        self._edition = edition
        self._elements = structure.elements

    def of(self, element_id: str, type_name: str) -> Schema:
        """The schema of an element of a type that has children."""
        properties: dict[str, Any] = {}
        required = []
        for name, child in elements_of(type_name).items():
            child_id = self._id_of(element_id, child)
            if self._is_another_type(child_id):
                continue
            constraint = self._elements.get(child_id, Element())
            if constraint.max == 0:
                properties[name] = False
                continue
            if constraint.min or child.required:
                required.append(name)
            properties[name] = self._of_child(child_id, constraint, child)
        schema: Schema = {"type": "object", "properties": properties}
        return {**schema, "required": sorted(required)} if required else schema

    def _id_of(self, parent_id: str, child: BaseElement) -> str:
        """`Consent.source[x]` for `sourceReference`, unless the profile names the type too."""
        if child.choice is None:
            return f"{parent_id}.{child.name}"
        choice_id = f"{parent_id}.{child.choice}[x]"
        typed_id = f"{choice_id}:{child.name}"
        return typed_id if typed_id in self._elements else choice_id

    def _is_another_type(self, element_id: str) -> bool:
        """Whether the profile restricts a choice to other types than this one."""
        return element_id.endswith("[x]") and any(
            other.startswith(f"{element_id}:") for other in self._elements
        )

    def _of_child(self, element_id: str, constraint: Element, child: BaseElement) -> Any:
        item = self._item(element_id, constraint, child)
        described = self._description(constraint)
        if not child.repeats:
            return {**described, **item}
        array: Schema = {**described, "type": "array", "minItems": max(1, constraint.min or 0)}
        if isinstance(constraint.max, int):
            array["maxItems"] = constraint.max
        array["items"] = item
        if constraint.slicing:
            slices = [*self._slices(element_id)]
            array["allOf"] = [_cardinality(structure, element) for structure, element in slices]
            array["items"] = {**item, "allOf": [_content(structure) for structure, _ in slices]}
        return array

    def _item(self, element_id: str, constraint: Element, child: BaseElement) -> Schema:
        if child.type in _PRIMITIVES:
            return {**_PRIMITIVES[child.type], **self._values(element_id, constraint)}
        name = child.type_name
        constrained = any(other.startswith(f"{element_id}.") for other in self._elements)
        if not constrained and name not in ("Reference", "Coding", "CodeableConcept"):
            return {"type": "object"}
        schema = self.of(element_id, name)
        if element_id.endswith((".patient", ".consentingParty")):
            pattern = self._edition.patient.pattern.replace(r"\z", "$")
            schema["properties"]["reference"]["pattern"] = pattern
        if constraint.binding is not None and constraint.binding.strength == "required":
            codings = self._codings(constraint.binding.value_set)
            if codings and name == "CodeableConcept":
                schema["properties"]["coding"]["items"]["anyOf"] = codings
            elif codings:
                schema["anyOf"] = codings
        return schema

    def _values(self, element_id: str, constraint: Element) -> Schema:
        if element_id == f"{self._edition.consent.type}.status":
            return {"enum": [self._edition.status.opted_out, self._edition.status.sharing]}
        for value in constraint.fixed.values():
            return {"const": value}
        return {}

    def _description(self, constraint: Element) -> Schema:
        """The short text, and the rules that a schema cannot express."""
        texts = [constraint.short] if constraint.short else []
        texts += [self._edition.invariants[key].human for key in constraint.invariants]
        if constraint.binding is not None and not constraint.binding.value_set.startswith("http"):
            value_set = self._edition.value_set(constraint.binding.value_set)
            texts.append(f"Codes ({constraint.binding.strength}): {value_set.url}")
        return {"description": ". ".join(text.rstrip(".") for text in texts)} if texts else {}

    def _slices(self, element_id: str) -> Iterator[tuple[Structure, Element]]:
        for other, element in self._elements.items():
            if other.startswith(f"{element_id}:") and element.extension is not None:
                yield self._edition.structure(element.extension), element

    def _codings(self, value_set_id: str) -> list[Schema]:
        if value_set_id.startswith("http"):
            return []
        return [*_coding_schemas(self._edition, self._edition.value_set(value_set_id))]


def _has_url(structure: Structure) -> Schema:
    return {"properties": {"url": {"const": structure.url}}, "required": ["url"]}


def _cardinality(structure: Structure, element: Element) -> Schema:
    """The cardinality of an extension."""
    schema: Schema = {"contains": _has_url(structure), "minContains": element.min or 0}
    if isinstance(element.max, int):
        schema["maxContains"] = element.max
    return schema


def _content(structure: Structure) -> Schema:
    """The content of an extension."""
    return {"if": _has_url(structure), "then": {"$ref": f"{COMPONENTS}{structure.id}"}}


def _coding_schemas(edition: Edition, value_set: ValueSet) -> Iterator[Schema]:
    """A schema for each part of a value set: a coding with one of its codes."""
    for include in value_set.include:
        if include.code_system is not None:
            system = edition.code_system(include.code_system)
            yield _coding([system.url], list(system.concepts))
        else:
            yield _coding([*include.systems], list(include.concepts))


def _coding(systems: list[str], codes: list[str]) -> Schema:
    properties: Schema = {"system": {"enum": systems}}
    if codes:
        properties["code"] = {"enum": codes}
    return {"properties": properties}
