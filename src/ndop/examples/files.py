"""Examples as files: examples/<edition>/valid and invalid, each with a manifest.json."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fhir.resources.STU3 import get_fhir_model_class

from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition
from ndop.examples.answers import answers
from ndop.examples.broken_rules import broken_rules
from ndop.examples.model import Example, Media
from ndop.examples.opt_outs import opt_outs
from ndop.examples.outcomes import outcomes
from ndop.examples.story import Story
from ndop.system.errors import OutOfDateError

MANIFEST = "manifest.json"
#: Where the sequences of synthetic patients begin.
_SEED = 2018


def examples_of(edition: Edition) -> list[Example]:
    """Every example of an edition, the valid ones first; always the same.

    Raises EditionError where no sample of the edition has what a rule is about.
    """
    story, patients = story_of(edition), synthetic(_SEED + 1)
    sent = list(opt_outs(edition, patients))
    return [*sent, *answers(story), *outcomes(story), *broken_rules(edition, next(patients))]


def story_of(edition: Edition) -> Story:
    """The story that the answers of an edition tell."""
    patients = synthetic(_SEED)
    return Story.of(edition, next(patients), next(patients))


def make(edition: Edition) -> dict[str, bytes]:
    """The files of an edition: path below examples/<edition> to content."""
    examples = examples_of(edition)
    files = {
        f"{example.folder}/{name}": content
        for example in examples
        for name, content in files_of(example).items()
    }
    for folder in ("valid", "invalid"):
        entries = [_entry(example) for example in examples if example.folder == folder]
        files[f"{folder}/{MANIFEST}"] = _json({"edition": edition.id, "examples": entries})
    return files


def files_of(example: Example) -> dict[str, bytes]:
    """File name to content: JSON and XML of what is valid, the form it has of what is not."""
    if example.raw:
        return {f"{example.name}.{media}": content for media, content in example.raw.items()}
    forms: tuple[Media, ...] = ("json", "xml") if example.verdict is None else ("json",)
    return {f"{example.name}.{media}": write(example.resource, media) for media in forms}


def write(resource: Mapping[str, Any], media: Media) -> bytes:
    """A resource as JSON or XML. XML needs one that satisfies base STU3: raises ValueError."""
    if media == "json":
        return _json(resource)
    model: Any = get_fhir_model_class(resource["resourceType"])
    text = model.model_validate(resource).model_dump_xml(pretty_print=True)
    content = text.encode() if isinstance(text, str) else bytes(text)
    return content.rstrip() + b"\n"


def build(folder: Path, editions: Sequence[Edition]) -> None:
    """Write the examples of `editions` below `folder`; what nothing makes goes."""
    for edition in editions:
        files = make(edition)
        for stray in _committed(folder / edition.id).keys() - files.keys():
            (folder / edition.id / stray).unlink()
        for name, content in files.items():
            file = folder / edition.id / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.is_file() or file.read_bytes() != content:
                file.write_bytes(content)


def check(folder: Path, editions: Sequence[Edition]) -> None:
    """Raise OutOfDateError where the files below `folder` differ from what `build` writes."""
    differences: list[str] = []
    for edition in editions:
        made, committed = make(edition), _committed(folder / edition.id)
        for name in sorted(made.keys() | committed.keys()):
            if made.get(name) != committed.get(name):
                fault = (
                    "is missing"
                    if name not in committed
                    else "nothing makes it"
                    if name not in made
                    else "differs"
                )
                differences.append(f"{folder / edition.id / name}: {fault}")
    known = {edition.id for edition in editions}
    strays = {one.name for one in folder.glob("*") if one.is_dir()} - known
    differences += [f"{folder / stray}: no such edition" for stray in sorted(strays)]
    if differences:
        raise OutOfDateError(
            "\n".join([*differences, "Run 'ndop build' and commit what it writes."])
        )


def _committed(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def _entry(example: Example) -> dict[str, Any]:
    """An example in its manifest: what is not said is left out."""
    entry: dict[str, Any] = {
        "files": list(files_of(example)),
        "kind": example.kind,
        "shows": example.shows,
    }
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


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
