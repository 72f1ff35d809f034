"""The types of base STU3 and their elements, from the models of fhir.resources."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Any

from fhir.resources.STU3 import get_fhir_model_class
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class BaseElement:
    """An element of a type, by its JSON name.

    `type` is the Python type of a primitive value, otherwise the model of the element's type. For
    one type of a choice such as `source[x]`, `choice` is the name of the choice (`source`).
    """

    name: str
    type: Any
    repeats: bool
    required: bool
    choice: str | None
    field: FieldInfo

    @property
    def type_name(self) -> str:
        """FHIR's name of a complex type, such as `CodeableConcept`."""
        return getattr(self.type, "__name__", "").removesuffix("Type")

    @property
    def metadata(self) -> dict[str, Any]:
        """What the model says about the element, such as `enum_values`."""
        return _metadata(self.field)


def elements_of(type_name: str) -> dict[str, BaseElement]:
    """JSON name to each element of a resource or data type, in order.

    Extensions of primitives (`_status`) are left out. Raises KeyError if there is no such type.
    """
    try:
        model: Any = get_fhir_model_class(type_name)
    except ValueError as error:
        raise KeyError(type_name) from error
    return {
        field.alias: _element(field.alias, field)
        for field in model.model_fields.values()
        if _metadata(field).get("element_property") and field.alias and field.alias[0] != "_"
    }


def _element(name: str, field: FieldInfo) -> BaseElement:
    annotation: object = field.annotation
    repeats = False
    while arguments := typing.get_args(annotation):
        repeats = repeats or typing.get_origin(annotation) is list
        annotation = arguments[0]
    metadata = _metadata(field)
    required = field.is_required() or bool(metadata.get("element_required"))
    return BaseElement(name, annotation, repeats, required, metadata.get("one_of_many"), field)


def _metadata(field: FieldInfo) -> dict[str, Any]:
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}
