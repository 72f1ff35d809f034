"""The JSON Schema (2020-12) of a structure of an edition.

A schema says less than the profile: it has no FHIRPath and no codes that are only recommended. A
server refuses what the schema refuses, and may refuse more.
"""

from __future__ import annotations

import datetime
import decimal
import typing
from collections.abc import Iterator
from typing import Any

from fhir.resources.STU3 import get_fhir_model_class
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ndop.editions import Edition
from ndop.editions.model import Element, Structure, ValueSet

Schema = dict[str, Any]

#: The path of the other structures' schemas in an OpenAPI description.
COMPONENTS = "#/components/schemas/"

_PRIMITIVES: dict[object, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    decimal.Decimal: {"type": "number"},
    datetime.datetime: {"type": "string"},
    datetime.date: {"type": "string"},
    datetime.time: {"type": "string"},
    bytes: {"type": "string"},
    str: {"type": "string"},
}


def schema_of(edition: Edition, structure: Structure) -> Schema:
    """The schema of a resource or extension that satisfies `structure`.

    Elements that the profile does not mention have their base type and nothing more. Extensions
    are referred to by id, below COMPONENTS.
    """
    model = get_fhir_model_class(structure.type)
    schema = _Structure(edition, structure).of(structure.type, model)
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


class _Structure:
    """Builds the schema of one structure, from the root element down."""

    def __init__(self, edition: Edition, structure: Structure) -> None:
        self._edition = edition
        self._elements = structure.elements

    def of(self, element_id: str, model: type[BaseModel]) -> Schema:
        """The schema of an element with children."""
        properties: dict[str, Any] = {}
        required = []
        for name, field in _fields(model):
            child_id = self._id_of(element_id, name, field)
            if self._is_another_type(child_id):
                continue
            constraint = self._elements.get(child_id, Element())
            if constraint.max == 0:
                properties[name] = False
                continue
            if constraint.min or field.is_required() or _extra(field).get("element_required"):
                required.append(name)
            properties[name] = self._of_field(child_id, constraint, field)
        schema: Schema = {"type": "object", "properties": properties}
        return {**schema, "required": sorted(required)} if required else schema

    def _id_of(self, element_id: str, name: str, field: FieldInfo) -> str:
        """`Consent.source[x]` for `sourceReference`, unless the profile names the type too."""
        choice = _extra(field).get("one_of_many")
        if choice is None:
            return f"{element_id}.{name}"
        one_type = f"{element_id}.{choice}[x]:{name}"
        return one_type if one_type in self._elements else f"{element_id}.{choice}[x]"

    def _is_another_type(self, element_id: str) -> bool:
        """Whether the profile restricts a choice to types of which this is not one."""
        return element_id.endswith("[x]") and any(
            other.startswith(f"{element_id}:") for other in self._elements
        )

    def _of_field(self, element_id: str, constraint: Element, field: FieldInfo) -> Any:
        of_type, repeats = _unwrapped(field.annotation)
        item = self._item(element_id, constraint, of_type)
        said = self._said(constraint)
        if not repeats:
            return {**said, **item}
        array: Schema = {**said, "type": "array", "minItems": max(1, constraint.min or 0)}
        if isinstance(constraint.max, int):
            array["maxItems"] = constraint.max
        array["items"] = item
        if constraint.slicing:
            slices = [*self._slices(element_id)]
            array["allOf"] = [_times(structure, element) for structure, element in slices]
            array["items"] = {**item, "allOf": [_refined(structure) for structure, _ in slices]}
        return array

    def _item(self, element_id: str, constraint: Element, of_type: object) -> Schema:
        if of_type in _PRIMITIVES:
            return {**_PRIMITIVES[of_type], **self._values(element_id, constraint)}
        name = getattr(of_type, "__name__", "").removesuffix("Type")
        constrained = any(other.startswith(f"{element_id}.") for other in self._elements)
        if not constrained and name not in ("Reference", "Coding", "CodeableConcept"):
            return {"type": "object"}
        schema = self.of(element_id, get_fhir_model_class(name))
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

    def _said(self, constraint: Element) -> Schema:
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
        return [*_admitted(self._edition, self._edition.value_set(value_set_id))]


def _of_url(structure: Structure) -> Schema:
    return {"properties": {"url": {"const": structure.url}}, "required": ["url"]}


def _times(structure: Structure, element: Element) -> Schema:
    """The cardinality of an extension."""
    schema: Schema = {"contains": _of_url(structure), "minContains": element.min or 0}
    if isinstance(element.max, int):
        schema["maxContains"] = element.max
    return schema


def _refined(structure: Structure) -> Schema:
    """The content of an extension."""
    return {"if": _of_url(structure), "then": {"$ref": f"{COMPONENTS}{structure.id}"}}


def _admitted(edition: Edition, value_set: ValueSet) -> Iterator[Schema]:
    """A schema for each code system of a value set: a coding of one of its codes."""
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


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """The elements of a type by their names in JSON, without the extensions of primitives."""
    for field in model.model_fields.values():
        if (
            field.alias
            and not field.alias.startswith("_")
            and _extra(field).get("element_property")
        ):
            yield field.alias, field


def _extra(field: FieldInfo) -> dict[str, Any]:
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def _unwrapped(annotation: object) -> tuple[object, bool]:
    """The type of one value of an element, and whether there may be several."""
    repeats = False
    while arguments := typing.get_args(annotation):
        repeats = repeats or typing.get_origin(annotation) is list
        annotation = arguments[0]
    return annotation, repeats
