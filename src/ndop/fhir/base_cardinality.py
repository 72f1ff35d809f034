"""How often base STU3 allows an element, by the id that profiles give it."""

from __future__ import annotations

from typing import Literal

from ndop.fhir.base_types import BaseElement, elements_of

#: The minimum and the maximum number of occurrences of an element.
Cardinality = tuple[int, int | Literal["*"]]

#: That of a resource or an extension itself, on which base STU3 sets no limit.
_ANY_NUMBER: Cardinality = (0, "*")


def base_cardinality(element_id: str) -> Cardinality:
    """The cardinality of `Consent.policy.uri`, or of `Extension.value[x]:valueString`, in base
    STU3. The name of a slice makes no difference.

    Raises KeyError if base STU3 has no such element.
    """
    root, *steps = element_id.split(".")
    type_name, cardinality = root.partition(":")[0], _ANY_NUMBER
    for step in steps:
        elements = elements_of(type_name)
        element = elements[_element_name(step, elements)]
        type_name = element.type_name
        cardinality = (1 if _is_required(element) else 0, "*" if element.repeats else 1)
    return cardinality


def _element_name(step: str, elements: dict[str, BaseElement]) -> str:
    """`valueString` for `value[x]:valueString`; for `source[x]`, the name with the first type."""
    name, _, slice_name = step.partition(":")
    if not name.endswith("[x]"):
        return name
    choice = name.removesuffix("[x]")
    return slice_name or next((one.name for one in elements.values() if one.choice == choice), step)


def _is_required(element: BaseElement) -> bool:
    return element.required or bool(element.metadata.get("one_of_many_required"))
