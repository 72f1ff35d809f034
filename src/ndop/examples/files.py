"""Examples as files.

Every example is written to build/examples/<edition>/valid or invalid, in JSON and XML; each folder
has a manifest.json, and all of it goes into the plugin's jar. The first of each category, in JSON,
is also written to examples/, with an index page, and committed for people to read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fhir.resources.STU3 import get_fhir_model_class

from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition
from ndop.examples import index
from ndop.examples.invalid_consents import invalid_consents
from ndop.examples.model import Example, Media
from ndop.examples.opt_outs import opt_outs
from ndop.examples.outcomes import outcomes
from ndop.examples.recordings import Recordings
from ndop.examples.responses import responses
from ndop.examples.scenario import Scenario
from ndop.system import fingerprint, generated_files
from ndop.system.errors import OutOfDateError
from ndop.system.generated_files import REGENERATE, json_bytes, read_folder, write_folder
from ndop.system.layout import Layout

_PACKAGE = Path(__file__).parents[1]
MANIFEST = "manifest.json"
#: Seed of the sequences of synthetic patients.
_SEED = 2018
_FOLDERS = ("valid", "invalid")


def examples_of(edition: Edition, recordings: Recordings) -> list[Example]:
    """Every example of an edition, the valid ones first; always the same.

    Raises EditionError if no sample of the edition has the element that a constraint is about.
    """
    scenario, patients = scenario_of(edition), synthetic(_SEED + 1)
    sent = list(opt_outs(edition, patients))
    invalid = invalid_consents(edition, next(patients))
    return [*sent, *responses(scenario), *outcomes(scenario, recordings), *invalid]


def scenario_of(edition: Edition) -> Scenario:
    """The scenario of an edition's responses."""
    patients = synthetic(_SEED)
    return Scenario.of(edition, next(patients), next(patients))


def all_files(edition: Edition, recordings: Recordings) -> dict[str, bytes]:
    """Every file of an edition: path below build/examples/<edition> to content."""
    return _with_manifests(
        edition, {one.name: (one, files_of(one)) for one in examples_of(edition, recordings)}
    )


def committed_files(editions: Sequence[Edition], recordings: Recordings) -> dict[str, bytes]:
    """The files to commit: path below examples/ to content.

    One example of each category, in JSON if it has that format, and the index page.
    """
    chosen = {one.id: first_of_each_category(examples_of(one, recordings)) for one in editions}
    files = {index.FILE_NAME: index.page(chosen).encode()}
    for edition in editions:
        shown = {one.name: (one, dict([_readable_file(one)])) for one in chosen[edition.id]}
        made = _with_manifests(edition, shown)
        files |= {f"{edition.id}/{name}": content for name, content in made.items()}
    return files


def first_of_each_category(examples: Iterable[Example]) -> list[Example]:
    """The first example of each `category`."""
    first: dict[str, Example] = {}
    for example in examples:
        first.setdefault(example.category, example)
    return list(first.values())


def files_of(example: Example) -> dict[str, bytes]:
    """File name to content: a valid example in JSON and XML, an invalid one in its own format."""
    if example.raw:
        return {f"{example.name}.{media}": content for media, content in example.raw.items()}
    formats: tuple[Media, ...] = ("json", "xml") if example.verdict is None else ("json",)
    return {f"{example.name}.{media}": write(example.resource, media) for media in formats}


def write(resource: Mapping[str, Any], media: Media) -> bytes:
    """A resource as JSON or XML. Raises ValueError for XML if it does not satisfy base STU3."""
    if media == "json":
        return json_bytes(resource)
    model: Any = get_fhir_model_class(resource["resourceType"])
    text = model.model_validate(resource).model_dump_xml(pretty_print=True)
    content = text.encode() if isinstance(text, str) else bytes(text)
    return content.rstrip() + b"\n"


def build(layout: Layout, editions: Sequence[Edition]) -> None:
    """Write the examples to build/examples and examples/, and delete files that are left over."""
    recordings = Recordings.read(layout.recordings)
    build_all(layout, editions)
    write_folder(
        layout.examples, committed_files(editions, recordings), keep=[layout.recordings.name]
    )


def build_all(layout: Layout, editions: Sequence[Edition]) -> None:
    """Write every example of `editions` to build/examples, and delete files that are left over."""
    recordings = Recordings.read(layout.recordings)
    files = {
        f"{edition.id}/{name}": content
        for edition in editions
        for name, content in all_files(edition, recordings).items()
    }
    write_folder(layout.all_examples, files)


def build_all_if_stale(layout: Layout, editions: Sequence[Edition]) -> None:
    """Like `build_all`, but only if a source has changed since the last time."""
    stamp = layout.build / "stamps" / "examples"
    expected = _fingerprint(layout)
    if stamp.is_file() and stamp.read_text(encoding="ascii") == expected:
        return
    build_all(layout, editions)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_fingerprint(layout), encoding="ascii")


def differences(layout: Layout, editions: Sequence[Edition]) -> dict[str, str]:
    """Path below examples/ of each file that `build` would change, to how it differs."""
    generated = committed_files(editions, Recordings.read(layout.recordings))
    committed = read_folder(layout.examples)
    committed.pop(layout.recordings.name, None)
    return generated_files.differences(generated, committed)


def check(layout: Layout, editions: Sequence[Edition]) -> None:
    """Raise OutOfDateError if the committed examples differ from what `build` writes."""
    found = differences(layout, editions)
    if found:
        lines = [f"{layout.examples / name}: {how}" for name, how in found.items()]
        raise OutOfDateError("\n".join([*lines, REGENERATE]))


def _fingerprint(layout: Layout) -> str:
    """A digest of everything that the examples are made from, and of the examples themselves."""
    code = fingerprint.source_files(Path(__file__), _PACKAGE)
    facts = [
        file
        for folder in (layout.editions, layout.shared_facts, layout.all_examples)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    ]
    recorded = [layout.recordings] if layout.recordings.is_file() else []
    parts = (
        fingerprint.of_files(code, _PACKAGE),
        fingerprint.of_files([*facts, *recorded], layout.root),
    )
    return "-".join(parts)


def _readable_file(example: Example) -> tuple[str, bytes]:
    """Name and content of the file that people read: JSON if the example has that format."""
    if example.raw:
        return next(iter(files_of(example).items()))
    return f"{example.name}.json", write(example.resource, "json")


def _with_manifests(
    edition: Edition, shown: Mapping[str, tuple[Example, Mapping[str, bytes]]]
) -> dict[str, bytes]:
    files = {
        f"{example.folder}/{name}": content
        for example, contents in shown.values()
        for name, content in contents.items()
    }
    for folder in _FOLDERS:
        entries = [
            _entry(example, list(contents))
            for example, contents in shown.values()
            if example.folder == folder
        ]
        files[f"{folder}/{MANIFEST}"] = json_bytes({"edition": edition.id, "examples": entries})
    return files


def _entry(example: Example, files: list[str]) -> dict[str, Any]:
    """The entry of an example in its manifest, without keys that do not apply to it."""
    entry: dict[str, Any] = {"files": files, "kind": example.kind, "shows": example.shows}
    if example.request is not None:
        request = dataclasses.asdict(example.request)
        entry["request"] = {key: value for key, value in request.items() if value}
    if example.status is not None:
        entry["status"] = example.status
    if example.needs:
        entry["needs"] = example.needs
    if example.verdict is not None:
        entry["verdict"] = dataclasses.asdict(example.verdict)
    return entry
