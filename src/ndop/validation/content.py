"""A resource as plain data, to look up what stands at an element that a finding names."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from ndop.java.validator_process import Encoding

#: One step of a path such as `extension[0]` or `value.ofType(CodeableConcept)`.
_STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<index>\d+)\])?(?:\.ofType\((?P<type>\w+)\))?(?:\.|$)")
_LENGTH = 80
#: What could be an NHS number.
_NUMBER = re.compile(r"\d{9,}")


@dataclass(frozen=True, slots=True)
class Step:
    """`value[x]` of the type `type`, or the item `index` of `name`."""

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


def steps(path: str) -> list[Step]:
    """The steps of a path below its resource."""
    below = path.partition(".")[2]
    return [
        Step(match["name"], int(match["index"]) if match["index"] else None, match["type"])
        for match in _STEP.finditer(below)
        if match["name"]
    ]


def data_of(text: str, encoding: Encoding) -> Any:
    """The resource as JSON data; None where it cannot be read.

    Of XML: an attribute `value` is the value of its element, other attributes are members, and
    only what repeats is a list.
    """
    try:
        return json.loads(text) if encoding == "JSON" else _of_xml(text)
    except (ValueError, RecursionError, expat.ExpatError):
        return None


def _of_xml(text: str) -> Any:
    """Without a document type, so there are no entities to expand."""
    around: list[dict[str, Any]] = [{}]

    def begin(_name: str, attributes: dict[str, str]) -> None:
        around.append(dict(attributes))

    def end(name: str) -> None:
        element = around.pop()
        value = element["value"] if list(element) == ["value"] else element
        holder, key = around[-1], name.rpartition(":")[2]
        if key not in holder:
            holder[key] = value
        elif isinstance(holder[key], list):
            holder[key].append(value)
        else:
            holder[key] = [holder[key], value]

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.Parse(text, True)
    ((resource_type, root),) = around[0].items()
    return {"resourceType": resource_type, **root} if isinstance(root, dict) else None


def value_at(data: Any, way: list[Step]) -> Any:
    """What stands at the end of `way`; None where nothing does."""
    for step in way:
        if isinstance(data, list):
            data = data[0] if len(data) == 1 else None
        if not isinstance(data, dict):
            return None
        data = data.get(step.key)
        if isinstance(data, list) and step.index is not None:
            data = data[step.index] if step.index < len(data) else None
    return data


def shown(value: Any) -> str:
    """A value in a message: short, and without what could be an NHS number."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = _NUMBER.sub("…", " ".join(text.split()))
    return text if len(text) <= _LENGTH else text[:_LENGTH] + "…"
