"""The definitions in a folder of artefacts: profiles, value sets and code systems."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

#: The namespace of FHIR's XML, as ElementTree prefixes it to the name of an element.
FHIR_NAMESPACE = "{http://hl7.org/fhir}"
_TYPES = ("StructureDefinition", "ValueSet", "CodeSystem")


def published_definitions(folder: Path) -> Iterator[tuple[Path, ET.Element]]:
    """The definitions below a folder of XML: file and root element."""
    for file in sorted(folder.rglob("*.xml")):
        try:
            root = ET.parse(file).getroot()  # noqa: S314  # files of the specification
        except ET.ParseError:
            continue  # some published examples are malformed (E-25, E-68)
        if root.tag.removeprefix(FHIR_NAMESPACE) in _TYPES:
            yield file, root


def generated_definitions(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The definitions in a folder of JSON: file and resource."""
    for file in sorted(folder.glob("*.json")):
        resource = json.loads(file.read_text(encoding="utf-8"))
        if resource.get("resourceType") in _TYPES:
            yield file, resource
