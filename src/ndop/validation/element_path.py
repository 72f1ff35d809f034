"""The paths of elements that findings name, and the value that a resource has there."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ndop.system.masking import mask_numbers

#: One step of a path such as `extension[0]` or `value.ofType(CodeableConcept)`.
_STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<index>\d+)\])?(?:\.ofType\((?P<type>\w+)\))?(?:\.|$)")
_MAX_LENGTH = 80


@dataclass(frozen=True, slots=True)
class PathStep:
    """One element of a path: item `index` of `name`, or `name[x]` of the type `type`."""

    name: str
    index: int | None
    type: str | None

    @property
    def key(self) -> str:
        """The name in a resource, such as `valueString`."""
        return self.name + (self.type[0].upper() + self.type[1:] if self.type else "")

    @property
    def element(self) -> str:
        """The name in an element id, such as `value[x]:valueString`."""
        return f"{self.name}[x]:{self.key}" if self.type else self.name


def parse_path(path: str) -> list[PathStep]:
    """The steps of a path, without the resource type that it starts with."""
    below = path.partition(".")[2]
    return [
        PathStep(match["name"], int(match["index"]) if match["index"] else None, match["type"])
        for match in _STEP.finditer(below)
        if match["name"]
    ]


def value_at(data: Any, steps: Sequence[PathStep]) -> Any:
    """The value that `steps` lead to; None if there is none."""
    for step in steps:
        if isinstance(data, list):
            data = data[0] if len(data) == 1 else None
        if not isinstance(data, dict):
            return None
        data = data.get(step.key)
        if isinstance(data, list) and step.index is not None:
            data = data[step.index] if step.index < len(data) else None
    return data


def abbreviate(value: Any) -> str:
    """A value for a message: shortened, and without anything that might be an NHS number."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = mask_numbers(" ".join(text.split()))
    return text if len(text) <= _MAX_LENGTH else text[:_MAX_LENGTH] + "…"
