"""The smallest value that base STU3 admits at an element, made of the models of fhir.resources."""

from __future__ import annotations

import datetime
import typing
from typing import Any

from fhir.resources.STU3 import get_fhir_model_class
from pydantic import BaseModel
from pydantic.fields import FieldInfo

_PRIMITIVES: dict[type, Any] = {
    bool: True,
    str: "any",
    int: 1,
    datetime.datetime: "2026-01-31T09:30:00+00:00",
    datetime.date: "2026-01-31",
    bytes: "AA==",
}


def key_of(element_id: str) -> str:
    """The JSON key of the last step of an element id; the first type's for `source[x]`.

    Raises KeyError where base STU3 has no such element.
    """
    return _field(element_id)[0]


def smallest(element_id: str) -> Any:
    """A value for an element such as `Consent.period` or `Extension.value[x]:valueString`.

    A list of one where the element repeats. Raises KeyError where base STU3 has no such element.
    """
    return _value(_field(element_id)[1])


def _field(element_id: str) -> tuple[str, FieldInfo]:
    steps = element_id.split(".")
    model = _model(steps[0])
    key, found = _step(model, steps[1])
    for step in steps[2:]:
        model = _model(_type_of(found).__name__.removesuffix("Type"))
        key, found = _step(model, step)
    return key, found


def _model(name: str) -> type[BaseModel]:
    return typing.cast("type[BaseModel]", get_fhir_model_class(name))


def _step(model: type[BaseModel], step: str) -> tuple[str, FieldInfo]:
    name, _, chosen = step.partition(":")
    for found in model.model_fields.values():
        if found.alias == (chosen if name.endswith("[x]") and chosen else name):
            return str(found.alias), found
        if name.endswith("[x]") and not chosen and _told(found).get("one_of_many") == name[:-3]:
            return str(found.alias), found
    raise KeyError(step)


def _type_of(found: FieldInfo) -> Any:
    """The type of an element without Optional, List and Annotated."""
    kind: Any = found.annotation
    while typing.get_args(kind):
        kind = next(part for part in typing.get_args(kind) if part is not type(None))
    return kind


def _value(found: FieldInfo) -> Any:
    kind = _type_of(found)
    one = _told(found).get("enum_values", [None])[0]
    if one is None and "Uri()" in str(found.annotation):
        one = "https://example.org/any"
    if one is None:
        one = _PRIMITIVES[kind] if kind in _PRIMITIVES else _complex(kind)
    return [one] if "List" in str(found.annotation) else one


def _complex(kind: Any) -> dict[str, Any]:
    """What a complex type must have, or the first primitive that it can have."""
    elements = {
        str(found.alias): found
        for found in _model(kind.__name__.removesuffix("Type")).model_fields.values()
        if _told(found).get("element_property") and found.alias not in ("id", "extension")
    }
    needed = [
        key
        for key, found in elements.items()
        if found.is_required() or _told(found).get("element_required")
    ]
    simple = [key for key, found in elements.items() if _type_of(found) in _PRIMITIVES]
    return {key: _value(elements[key]) for key in needed or simple[:1]}


def _told(found: FieldInfo) -> dict[str, Any]:
    told = found.json_schema_extra
    return told if isinstance(told, dict) else {}
