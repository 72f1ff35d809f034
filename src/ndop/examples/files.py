"""Examples as files.

Every example is made into build/examples/<edition>/valid and invalid, in JSON and XML, each folder
with a manifest.json; the plugin carries them. The first of each kind, in JSON, is also written into
examples/, with an index page, and committed for people to read.
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
from ndop.examples.answers import answers
from ndop.examples.broken_rules import broken_rules
from ndop.examples.model import Example, Media
from ndop.examples.opt_outs import opt_outs
from ndop.examples.outcomes import outcomes
from ndop.examples.recordings import Recordings
from ndop.examples.story import Story
from ndop.system import fingerprint, generated_files
from ndop.system.errors import OutOfDateError
from ndop.system.generated_files import REGENERATE, json_bytes, read_folder, write_folder
from ndop.system.layout import Layout

_PACKAGE = Path(__file__).parents[1]
MANIFEST = "manifest.json"
#: Where the sequences of synthetic patients begin.
_SEED = 2018
_FOLDERS = ("valid", "invalid")


def examples_of(edition: Edition, recordings: Recordings) -> list[Example]:
    """Every example of an edition, the valid ones first; always the same.

    Raises EditionError where no sample of the edition has what a rule is about.
    """
    story, patients = story_of(edition), synthetic(_SEED + 1)
    sent = list(opt_outs(edition, patients))
    broken = broken_rules(edition, next(patients))
    return [*sent, *answers(story), *outcomes(story, recordings), *broken]


def story_of(edition: Edition) -> Story:
    """The story that the answers of an edition tell."""
    patients = synthetic(_SEED)
    return Story.of(edition, next(patients), next(patients))


def make(edition: Edition, recordings: Recordings) -> dict[str, bytes]:
    """All files of an edition: path below build/examples/<edition> to content."""
    return _with_manifests(
        edition, {one.name: (one, files_of(one)) for one in examples_of(edition, recordings)}
    )


def make_committed(editions: Sequence[Edition], recordings: Recordings) -> dict[str, bytes]:
    """The files that are committed: path below examples/ to content.

    One example of each kind, in JSON where it has that form, and the index page.
    """
    chosen = {one.id: first_of_each_kind(examples_of(one, recordings)) for one in editions}
    files = {index.FILE_NAME: index.page(chosen).encode()}
    for edition in editions:
        shown = {one.name: (one, dict([_for_reading(one)])) for one in chosen[edition.id]}
        made = _with_manifests(edition, shown)
        files |= {f"{edition.id}/{name}": content for name, content in made.items()}
    return files


def first_of_each_kind(examples: Iterable[Example]) -> list[Example]:
    """The first example of each that `one_of` names."""
    first: dict[str, Example] = {}
    for example in examples:
        first.setdefault(example.one_of, example)
    return list(first.values())


def files_of(example: Example) -> dict[str, bytes]:
    """File name to content: JSON and XML of what is valid, the form it has of what is not."""
    if example.raw:
        return {f"{example.name}.{media}": content for media, content in example.raw.items()}
    forms: tuple[Media, ...] = ("json", "xml") if example.verdict is None else ("json",)
    return {f"{example.name}.{media}": write(example.resource, media) for media in forms}


def write(resource: Mapping[str, Any], media: Media) -> bytes:
    """A resource as JSON or XML. XML needs one that satisfies base STU3: raises ValueError."""
    if media == "json":
        return json_bytes(resource)
    model: Any = get_fhir_model_class(resource["resourceType"])
    text = model.model_validate(resource).model_dump_xml(pretty_print=True)
    content = text.encode() if isinstance(text, str) else bytes(text)
    return content.rstrip() + b"\n"


def build(layout: Layout, editions: Sequence[Edition]) -> None:
    """Write what is committed and all else, and delete what is no longer made."""
    recordings = Recordings.read(layout.recordings)
    build_all(layout, editions)
    write_folder(
        layout.examples, make_committed(editions, recordings), keep=[layout.recordings.name]
    )


def build_all(layout: Layout, editions: Sequence[Edition]) -> None:
    """Write every example of `editions` into build/examples, and delete what is no longer made."""
    recordings = Recordings.read(layout.recordings)
    made = {
        f"{edition.id}/{name}": content
        for edition in editions
        for name, content in make(edition, recordings).items()
    }
    write_folder(layout.all_examples, made)


def build_all_if_stale(layout: Layout, editions: Sequence[Edition]) -> None:
    """As `build_all`, but only if a source has changed since the last time."""
    stamp = layout.build / "stamps" / "examples"
    expected = _fingerprint(layout)
    if stamp.is_file() and stamp.read_text(encoding="ascii") == expected:
        return
    build_all(layout, editions)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_fingerprint(layout), encoding="ascii")


def differences(layout: Layout, editions: Sequence[Edition]) -> dict[str, str]:
    """The committed files that differ from what `build` writes, below examples/, and how."""
    generated = make_committed(editions, Recordings.read(layout.recordings))
    committed = read_folder(layout.examples)
    committed.pop(layout.recordings.name, None)
    return generated_files.differences(generated, committed)


def check(layout: Layout, editions: Sequence[Edition]) -> None:
    """Raise OutOfDateError where the committed examples differ from what `build` writes."""
    found = differences(layout, editions)
    if found:
        lines = [f"{layout.examples / name}: {how}" for name, how in found.items()]
        raise OutOfDateError("\n".join([*lines, REGENERATE]))


def _fingerprint(layout: Layout) -> str:
    """A digest of everything the examples are made from, and of what was made."""
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


def _for_reading(example: Example) -> tuple[str, bytes]:
    """The one file of an example that people read: its JSON where it has that form."""
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
    """An example in its manifest, without what does not apply to it."""
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
