"""A resource as plain JSON data, in whichever encoding it was written."""

from __future__ import annotations

import json
from typing import Any
from xml.parsers import expat

from ndop.java.validator_process import Encoding


def parse_resource(text: str, encoding: Encoding) -> Any:
    """The resource as JSON data; None if it cannot be parsed.

    For XML, an attribute `value` is the value of its element, other attributes are members, and
    only an element that repeats is a list: no schema is consulted.
    """
    try:
        return json.loads(text) if encoding == "JSON" else _parse_xml(text)
    except (ValueError, RecursionError, expat.ExpatError):
        return None


def _parse_xml(text: str) -> Any:
    """Expects XML without a document type, so that there are no entities to expand."""
    open_elements: list[dict[str, Any]] = [{}]

    def start_element(_name: str, attributes: dict[str, str]) -> None:
        open_elements.append(dict(attributes))

    def end_element(name: str) -> None:
        element = open_elements.pop()
        value = element["value"] if list(element) == ["value"] else element
        parent, key = open_elements[-1], name.rpartition(":")[2]
        if key not in parent:
            parent[key] = value
        elif isinstance(parent[key], list):
            parent[key].append(value)
        else:
            parent[key] = [parent[key], value]

    parser = expat.ParserCreate()
    parser.StartElementHandler = start_element
    parser.EndElementHandler = end_element
    parser.Parse(text, True)
    ((resource_type, root),) = open_elements[0].items()
    return {"resourceType": resource_type, **root} if isinstance(root, dict) else None
