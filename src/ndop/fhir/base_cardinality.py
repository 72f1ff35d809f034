"""How often base STU3 admits an element, by the id that profiles give it."""

from __future__ import annotations

import typing
from typing import Any, Literal

from fhir.resources.STU3 import get_fhir_model_class
from pydantic.fields import FieldInfo

#: The least and the greatest number of times that an element may be there.
Cardinality = tuple[int, int | Literal["*"]]


def base_cardinality(element_id: str) -> Cardinality:
    """The cardinality of `Consent.policy.uri`, or of `Extension.value[x]:valueString`, in base
    STU3. The name of a slice makes no difference.

    Raises KeyError where base STU3 has no such element.
    """
    root, *steps = element_id.split(".")
    of_type, cardinality = root.partition(":")[0], _ANY_NUMBER
    for step in steps:
        fields = _fields(of_type)
        field = fields[_field_name(step, fields)]
        of_type, repeats = _type_of(field)
        cardinality = (1 if _is_required(field) else 0, "*" if repeats else 1)
    return cardinality


#: A resource or an extension as such, of which base STU3 says no number.
_ANY_NUMBER: Cardinality = (0, "*")


def _fields(of_type: str) -> dict[str, FieldInfo]:
    """The elements of a type by their names in JSON. Raises KeyError: there is no such type."""
    try:
        model: Any = get_fhir_model_class(of_type)
    except ValueError as error:
        raise KeyError(of_type) from error
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _field_name(step: str, fields: dict[str, FieldInfo]) -> str:
    """`valueString` of `value[x]:valueString`; of `source[x]` whatever type comes first."""
    name, _, chosen = step.partition(":")
    if not name.endswith("[x]"):
        return name
    choice = name.removesuffix("[x]")
    return chosen or next(
        (one for one, field in fields.items() if _extra(field).get("one_of_many") == choice), step
    )


def _is_required(field: FieldInfo) -> bool:
    extra = _extra(field)
    return field.is_required() or bool(
        extra.get("element_required") or extra.get("one_of_many_required")
    )


def _type_of(field: FieldInfo) -> tuple[str, bool]:
    """The name of an element's type, and whether the element repeats."""
    annotation: object = field.annotation
    repeats = False
    while arguments := typing.get_args(annotation):
        repeats = repeats or typing.get_origin(annotation) is list
        annotation = arguments[0]
    return getattr(annotation, "__name__", "").removesuffix("Type"), repeats


def _extra(field: FieldInfo) -> dict[str, Any]:
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}
