"""`ndop build`: from the editions' YAML to profiles/generated and the packages."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from ndop.editions import Edition
from ndop.java import modules, toolkit
from ndop.profiles import descriptor, openapi
from ndop.profiles.package import archive, pack
from ndop.profiles.render import render
from ndop.system import fingerprint, generated_files
from ndop.system.errors import BuildError, OutOfDateError
from ndop.system.generated_files import (
    REGENERATE,
    json_bytes,
    read_folder,
    write_folder,
    write_if_changed,
)
from ndop.system.layout import Layout
from ndop.system.progress import Progress

#: The folder of the package ndop.
_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class AcceptedFinding:
    """A finding of the validator that is not a fault of the profiles; `reason` says why."""

    rule: str
    artefact: str
    contains: str
    reason: str

    def covers(self, artefact: str, finding: toolkit.Finding) -> bool:
        """Whether this entry accepts the finding in the artefact of that name."""
        return (
            finding.rule == self.rule
            and Path(artefact).match(self.artefact)
            and self.contains in finding.message
        )


def build(
    layout: Layout,
    editions: Sequence[Edition],
    generated: Path,
    progress: Progress,
    *,
    packages: Path | None = None,
) -> dict[str, Mapping[str, bytes]]:
    """Generate the artefacts of `editions` below `generated` and pack them into `packages`.

    `packages` defaults to the folder that goes into the plugin's jar. Writes only what has changed.
    Returns edition id to artefacts (file name to JSON). Raises BuildError if a template, the
    snapshot generator or the validator reports an error.
    """
    artefacts = make(layout, editions, progress)
    for edition in editions:
        write_folder(generated / edition.id, artefacts[edition.id])
    _write_packages(packages or layout.packages, editions, artefacts)
    _write_in_xml(layout, editions)
    return artefacts


def build_if_stale(layout: Layout, editions: Sequence[Edition], progress: Progress) -> None:
    """Like `build` into profiles/generated, but only if a source has changed since the last time.

    Raises BuildError as `build` does.
    """
    modules.build(layout, [modules.TOOLKIT], progress)
    stamp = layout.build / "stamps" / "profiles"
    expected = sources_fingerprint(layout)
    packed = all(
        (folder / f"{edition.id}.tgz").is_file()
        for edition in editions
        for folder in (layout.packages, layout.in_xml)
    )
    if packed and stamp.is_file() and stamp.read_text(encoding="ascii") == expected:
        return
    build(layout, editions, layout.generated, progress)
    stamp.write_text(sources_fingerprint(layout), encoding="ascii")


def check(layout: Layout, editions: Sequence[Edition], progress: Progress) -> None:
    """Raise OutOfDateError if profiles/generated differs from what the sources generate."""
    found = differences(layout, editions, progress)
    if found:
        raise OutOfDateError("\n".join([*found, REGENERATE]))


def differences(layout: Layout, editions: Sequence[Edition], progress: Progress) -> list[str]:
    """A line for each file of profiles/generated that differs from what the sources generate, and
    for each folder that belongs to no edition.
    """
    artefacts = make(layout, editions, progress)
    found: list[str] = []
    for edition in editions:
        folder = layout.generated / edition.id
        differing = generated_files.differences(artefacts[edition.id], read_folder(folder))
        found += [f"{folder / name}: {how}" for name, how in differing.items()]
    known = {edition.id for edition in editions}
    strays = {folder.name for folder in layout.generated.glob("*") if folder.is_dir()} - known
    return [*found, *(f"{layout.generated / stray}: no such edition" for stray in sorted(strays))]


def make(
    layout: Layout, editions: Sequence[Edition], progress: Progress
) -> dict[str, Mapping[str, bytes]]:
    """Generate the artefacts of `editions` without writing them to profiles/generated."""
    modules.build(layout, [modules.TOOLKIT], progress)
    folders = {edition.id: _rendered(layout, edition) for edition in editions}
    with progress.step(f"Generating profiles: {', '.join(folders)}"):
        findings = toolkit.generate_snapshots(layout, list(folders.values()))
    _raise_on_errors(layout, findings)
    return {
        edition.id: {
            **{
                file.name: file.read_bytes()
                for file in sorted((folders[edition.id] / "complete").glob("*.json"))
            },
            descriptor.FILE_NAME: json_bytes(descriptor.describe(edition)),
            openapi.FILE_NAME: json_bytes(openapi.describe(edition)),
        }
        for edition in editions
    }


def sources_fingerprint(layout: Layout, package: Path = _PACKAGE) -> str:
    """A digest of everything profiles are generated from, and of what was generated: the toolkit,
    the modules of `package` (the folder of ndop) that this one imports, and all of profiles/.
    """
    folder = layout.templates.parent
    toolkit_stamp = layout.build / "stamps" / modules.TOOLKIT.name
    code = fingerprint.source_files(package / Path(__file__).relative_to(_PACKAGE), package)
    facts = sorted(file for file in folder.rglob("*") if file.is_file())
    parts = (
        toolkit_stamp.read_text(encoding="ascii"),
        fingerprint.of_files(code, package),
        fingerprint.of_files(facts, folder),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _rendered(layout: Layout, edition: Edition) -> Path:
    folder = layout.build / "rendered" / edition.id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for artefact in render(edition, layout.templates):
        (folder / f"{artefact.file_stem}.xml").write_text(artefact.xml, encoding="utf-8")
    return folder


def _raise_on_errors(layout: Layout, findings: Mapping[Path, toolkit.Findings]) -> None:
    accepted = _accepted_findings(layout)
    objections = [
        f"{folder.name}: {artefact}: {finding.path}: {finding.message} [{finding.rule}]"
        for folder, artefacts in findings.items()
        for artefact, found in artefacts.items()
        for finding in found
        if finding.invalidates and not any(known.covers(artefact, finding) for known in accepted)
    ]
    if objections:
        raise BuildError(
            "\n".join(["HAPI's validator objects to what was generated:", *objections])
        )


def _accepted_findings(layout: Layout) -> list[AcceptedFinding]:
    file = layout.templates.parent / "accepted-findings.yaml"
    return [AcceptedFinding(**entry) for entry in yaml.safe_load(file.read_text("utf-8"))]


def _write_packages(
    folder: Path, editions: Sequence[Edition], artefacts: Mapping[str, Mapping[str, bytes]]
) -> None:
    for edition in editions:
        content = pack(edition, artefacts[edition.id])
        write_if_changed(folder / f"{edition.id}.tgz", content)


def _write_in_xml(layout: Layout, editions: Sequence[Edition]) -> None:
    for edition in editions:
        made = (layout.build / "rendered" / edition.id / "complete").glob("*.xml")
        in_xml = {file.name: file.read_bytes() for file in made}
        write_if_changed(layout.in_xml / f"{edition.id}.tgz", archive(in_xml))
