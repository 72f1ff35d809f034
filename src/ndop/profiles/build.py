"""`ndop build`: from the editions' YAML to profiles/generated and the packages."""

from __future__ import annotations

import hashlib
import json
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
from ndop.system.errors import BuildError, OutOfDateError
from ndop.system.layout import Layout
from ndop.system.progress import Progress

#: The command that brings profiles/generated up to date.
MEND = "ndop build"


@dataclass(frozen=True, slots=True)
class AcceptedFinding:
    """A finding of the validator that is no fault of ours; `reason` says why."""

    rule: str
    artefact: str
    contains: str
    reason: str

    def covers(self, artefact: str, finding: toolkit.Finding) -> bool:
        """Whether it is this finding, in an artefact of this name."""
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

    `packages` is by default the folder that the plugin takes into its jar. Writes only what
    changed. Returns edition id to artefacts (file name to JSON). Raises
    BuildError: a template, the snapshot generator or the validator objects.
    """
    artefacts = make(layout, editions, progress)
    for edition in editions:
        folder = generated / edition.id
        _write_folder(folder, artefacts[edition.id])
    _write_packages(packages or layout.packages, editions, artefacts)
    _write_in_xml(layout, editions)
    return artefacts


def build_if_stale(layout: Layout, editions: Sequence[Edition], progress: Progress) -> None:
    """As `build` into profiles/generated, but only where a source changed since the last time.

    Raises BuildError, as `build` does.
    """
    modules.build(layout, [modules.TOOLKIT], progress)
    stamp = layout.build / "stamps" / "profiles"
    expected = _sources_fingerprint(layout)
    packed = all(
        (folder / f"{edition.id}.tgz").is_file()
        for edition in editions
        for folder in (layout.packages, layout.in_xml)
    )
    if packed and stamp.is_file() and stamp.read_text(encoding="ascii") == expected:
        return
    build(layout, editions, layout.generated, progress)
    stamp.write_text(_sources_fingerprint(layout), encoding="ascii")


def check(layout: Layout, editions: Sequence[Edition], progress: Progress) -> None:
    """Raise OutOfDateError where profiles/generated differs from what the sources give."""
    artefacts = make(layout, editions, progress)
    differences: list[str] = []
    for edition in editions:
        made, folder = artefacts[edition.id], layout.generated / edition.id
        committed = {file.name: file.read_bytes() for file in folder.glob("*")}
        for name in sorted(made.keys() | committed.keys()):
            if name not in committed:
                differences.append(f"{folder / name}: is missing")
            elif name not in made:
                differences.append(f"{folder / name}: nothing makes it")
            elif made[name] != committed[name]:
                differences.append(f"{folder / name}: differs")
    known = {edition.id for edition in editions}
    strays = {folder.name for folder in layout.generated.glob("*") if folder.is_dir()} - known
    differences += [f"{layout.generated / stray}: no such edition" for stray in sorted(strays)]
    if differences:
        raise OutOfDateError("\n".join([*differences, f"Run '{MEND}' and commit what it writes."]))


def make(
    layout: Layout, editions: Sequence[Edition], progress: Progress
) -> dict[str, Mapping[str, bytes]]:
    """Make the artefacts of `editions` without writing any to profiles/generated."""
    modules.build(layout, [modules.TOOLKIT], progress)
    folders = {edition.id: _rendered(layout, edition) for edition in editions}
    with progress.step(f"Generating profiles: {', '.join(folders)}"):
        findings = toolkit.generate_snapshots(layout, list(folders.values()))
    _insist_on_valid(layout, findings)
    return {
        edition.id: {
            **{
                file.name: file.read_bytes()
                for file in sorted((folders[edition.id] / "complete").glob("*.json"))
            },
            descriptor.FILE_NAME: _json(descriptor.describe(edition)),
            openapi.FILE_NAME: _json(openapi.describe(edition)),
        }
        for edition in editions
    }


def _sources_fingerprint(layout: Layout) -> str:
    """A digest of what profiles are made from and of what was made."""
    digest = hashlib.sha256((layout.build / "stamps" / modules.TOOLKIT.name).read_bytes())
    code = sorted(Path(__file__).parent.glob("*.py"))
    facts = sorted(file for file in layout.templates.parent.rglob("*") if file.is_file())
    for file in (*code, *facts):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _rendered(layout: Layout, edition: Edition) -> Path:
    folder = layout.build / "rendered" / edition.id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for artefact in render(edition, layout.templates):
        (folder / f"{artefact.file_stem}.xml").write_text(artefact.xml, encoding="utf-8")
    return folder


def _json(data: object) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def _insist_on_valid(layout: Layout, findings: Mapping[Path, toolkit.Findings]) -> None:
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


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for stray in folder.iterdir():
        if stray.name not in files:
            stray.unlink()
    for name, content in files.items():
        _write_if_changed(folder / name, content)


def _write_packages(
    folder: Path, editions: Sequence[Edition], artefacts: Mapping[str, Mapping[str, bytes]]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for edition in editions:
        content = pack(edition, artefacts[edition.id])
        _write_if_changed(folder / f"{edition.id}.tgz", content)


def _write_in_xml(layout: Layout, editions: Sequence[Edition]) -> None:
    layout.in_xml.mkdir(parents=True, exist_ok=True)
    for edition in editions:
        made = (layout.build / "rendered" / edition.id / "complete").glob("*.xml")
        in_xml = {file.name: file.read_bytes() for file in made}
        _write_if_changed(layout.in_xml / f"{edition.id}.tgz", archive(in_xml))


def _write_if_changed(file: Path, content: bytes) -> None:
    if not file.is_file() or file.read_bytes() != content:
        file.write_bytes(content)
