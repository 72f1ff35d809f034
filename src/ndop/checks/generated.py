"""Generated files that are out of date, as far as that can be seen without Java.

Snapshots are left out, since HAPI generates them: a snapshot is stale only if its differential is,
or if the toolkit has changed, which `ndop build --check` detects.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from ndop.conformance.report import results
from ndop.editions import Edition
from ndop.examples import files as examples
from ndop.examples.recordings import EVERY_EDITION, Recordings
from ndop.profiles import descriptor, openapi
from ndop.profiles.render import render
from ndop.system.generated_files import REGENERATE, difference, json_bytes, read_folder
from ndop.system.layout import Layout
from ndop.system.problem import Problem

#: Elements that HAPI adds to an artefact.
_ADDED = ("text", "snapshot", "mapping")

#: A value somewhere in a resource: the names of the elements around it, and the value as text.
_Leaf = tuple[str, str]


def generated_problems(layout: Layout, editions: Sequence[Edition]) -> Iterator[Problem]:
    """One problem for each edition whose artefacts are out of date, one for the examples, and one
    for the schema of results.json.
    """
    known = {edition.id for edition in editions}
    folders = sorted(folder for folder in layout.generated.glob("*") if folder.is_dir())
    for folder in folders:
        if folder.name not in known:
            place = folder.relative_to(layout.root).as_posix()
            yield Problem(place, "no edition has this name", "Remove the folder.")
    for edition in editions:
        yield from _stale(layout, layout.generated / edition.id, _artefacts(layout, edition))
    yield from _stale(layout, layout.examples, examples.differences(layout, editions))
    yield from _recordings(layout, known)
    schema = results_schema(layout)
    name = schema.name
    fault = _fault(schema.parent, name, results_schema_text().encode())
    yield from _stale(layout, schema.parent, {name: fault})


def _recordings(layout: Layout, edition_ids: Collection[str]) -> Iterator[Problem]:
    """Recordings of editions that do not exist."""
    recorded = Recordings.read(layout.recordings).texts.keys()
    for edition_id in sorted(recorded - {*edition_ids, EVERY_EDITION}):
        yield Problem(
            layout.recordings.relative_to(layout.root).as_posix(),
            f"expected a known edition or {EVERY_EDITION!r}; found {edition_id!r}",
            "Remove its recordings.",
        )


def results_schema(layout: Layout) -> Path:
    """The committed JSON Schema of results.json."""
    return layout.root / "src" / "ndop" / "conformance" / "report" / "results.schema.json"


def results_schema_text() -> str:
    """Its content, as generated from the model."""
    return json.dumps(results.schema(), indent=1) + "\n"


def _stale(layout: Layout, folder: Path, faults: Mapping[str, str | None]) -> Iterator[Problem]:
    """One problem for a folder, which names the first few files that are out of date."""
    wrong = sorted((name, fault) for name, fault in faults.items() if fault)
    if wrong:
        shown = ", ".join(f"{name} {fault}" for name, fault in wrong[:3])
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        place = folder.relative_to(layout.root).as_posix()
        yield Problem(place, f"out of date: {shown}{more}", REGENERATE)


def _artefacts(layout: Layout, edition: Edition) -> dict[str, str | None]:
    """File name of each artefact of an edition to what is wrong with it."""
    folder = layout.generated / edition.id
    wrong: dict[str, str | None] = {
        module.FILE_NAME: _fault(folder, module.FILE_NAME, json_bytes(module.describe(edition)))
        for module in (descriptor, openapi)
    }
    for artefact in render(edition, layout.templates):
        name = f"{artefact.file_stem}.json"
        wrong[name] = _artefact_fault(folder / name, artefact.xml)
    return wrong | dict.fromkeys(read_folder(folder).keys() - wrong.keys(), "nothing makes it")


def _artefact_fault(file: Path, xml: str) -> str | None:
    if not file.is_file():
        return "is missing"
    try:
        committed = json.loads(file.read_bytes())
    except ValueError:
        return "is not JSON"
    made = [*_xml_leaves(ET.fromstring(xml))]  # noqa: S314  # just rendered
    return None if [*_json_leaves(committed)] == made else "differs"


def _fault(folder: Path, name: str, content: bytes) -> str | None:
    file = folder / name
    committed = file.read_bytes() if file.is_file() else None
    return None if committed == content else difference(content, committed)


def _xml_leaves(node: ET.Element, path: str = "") -> Iterator[_Leaf]:
    """The values of a resource in XML, in order."""
    for name, value in node.attrib.items():
        yield (path if name == "value" else f"{path}.{name}"), value
    for child in node:
        name = child.tag.rpartition("}")[2]
        if path or name not in _ADDED:
            yield from _xml_leaves(child, f"{path}.{name}")


def _json_leaves(value: Any, path: str = "") -> Iterator[_Leaf]:
    """The values of a resource in JSON, in order."""
    if isinstance(value, dict):
        for name, part in value.items():
            if path or name not in (*_ADDED, "resourceType"):
                yield from _json_leaves(part, f"{path}.{name}")
    elif isinstance(value, list):
        for part in value:
            yield from _json_leaves(part, path)
    else:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)
