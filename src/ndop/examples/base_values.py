"""The smallest value that base STU3 allows at an element."""

from __future__ import annotations

import datetime
from typing import Any

from ndop.fhir.base_types import BaseElement, elements_of

_PRIMITIVES: dict[Any, Any] = {
    bool: True,
    str: "any",
    int: 1,
    datetime.datetime: "2026-01-31T09:30:00+00:00",
    datetime.date: "2026-01-31",
    bytes: "AA==",
}


def json_key(element_id: str) -> str:
    """The JSON key of the last step of an element id; for `source[x]`, that of the first type.

    Raises KeyError if base STU3 has no such element.
    """
    return _element(element_id).name


def smallest_value(element_id: str) -> Any:
    """A value for an element such as `Consent.period` or `Extension.value[x]:valueString`.

    A list of one if the element repeats. Raises KeyError if base STU3 has no such element.
    """
    return _value(_element(element_id))


def _element(element_id: str) -> BaseElement:
    type_name, first, *steps = element_id.split(".")
    element = _child(type_name, first)
    for step in steps:
        element = _child(element.type_name, step)
    return element


def _child(type_name: str, step: str) -> BaseElement:
    name, _, slice_name = step.partition(":")
    is_choice = name.endswith("[x]")
    wanted = slice_name if is_choice and slice_name else name
    for element in elements_of(type_name).values():
        if element.name == wanted:
            return element
        if is_choice and not slice_name and element.choice == name.removesuffix("[x]"):
            return element
    raise KeyError(step)


def _value(element: BaseElement) -> Any:
    value = element.metadata.get("enum_values", [None])[0]
    if value is None and "Uri()" in str(element.field.annotation):
        value = "https://example.org/any"
    if value is None:
        primitive = element.type in _PRIMITIVES
        value = _PRIMITIVES[element.type] if primitive else _complex(element.type_name)
    return [value] if element.repeats else value


def _complex(type_name: str) -> dict[str, Any]:
    """A value with the required elements of a complex type, or with its first primitive."""
    elements = [one for one in elements_of(type_name).values() if one.name not in _COMMON]
    required = [one for one in elements if one.required]
    primitive = [one for one in elements if one.type in _PRIMITIVES]
    return {one.name: _value(one) for one in required or primitive[:1]}


#: Elements that every type has.
_COMMON = ("id", "extension")
