"""Calls of the Java toolkit: what HAPI does for the ndop command."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ndop.java import modules
from ndop.system.layout import Layout
from ndop.system.processes import run

#: The main class.
MAIN = "ndop.fhir.toolkit.Toolkit"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that HAPI's validator says. Line and column count from 1; -1: not known."""

    severity: str
    path: str
    line: int
    column: int
    rule: str
    message: str

    @property
    def invalidates(self) -> bool:
        """Whether it makes the resource invalid."""
        return self.severity in ("error", "fatal")


#: Artefact name to what the validator found in it.
Findings = dict[str, list[Finding]]


def complete_artefacts(layout: Layout, folders: Sequence[Path]) -> dict[Path, Findings]:
    """Give the profiles in each folder of XML artefacts their snapshots and validate every one.

    Each folder gets a folder `complete` with the artefacts in XML and JSON. Raises BuildError.
    """
    printed = _run(layout, ["snapshot", *map(str, folders)], "Making the snapshots")
    return {
        Path(folder): {
            artefact: [Finding(**finding) for finding in findings]
            for artefact, findings in artefacts.items()
        }
        for folder, artefacts in json.loads(printed).items()
    }


@dataclass(frozen=True, slots=True)
class Inspection:
    """Resources to hold to a profile: `definitions` are files of profiles, value sets and code
    systems in XML or JSON, `profile` is a canonical URL among them.
    """

    definitions: Sequence[Path]
    profile: str
    resources: Sequence[Mapping[str, Any]]


def objections(layout: Layout, inspections: Sequence[Inspection]) -> list[list[list[Finding]]]:
    """What makes each resource of each inspection invalid; nothing where it is valid.

    One start of Java for all of them. The validator gets the resources as JSON, whatever they
    look like. Raises BuildError.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = []
        for number, inspection in enumerate(inspections):
            resources = folder / f"{number}.ndjson"
            lines = (json.dumps(resource) + "\n" for resource in inspection.resources)
            resources.write_text("".join(lines), encoding="utf-8")
            plan.append(
                {
                    "definitions": list(map(str, inspection.definitions)),
                    "profile": inspection.profile,
                    "resources": str(resources),
                    "findings": str(folder / f"{number}-findings.ndjson"),
                }
            )
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        _run(layout, ["verdicts", str(folder / "plan.json")], "Validating the corpus")
        return [_findings_of_lines(Path(str(job["findings"]))) for job in plan]


def _findings_of_lines(file: Path) -> list[list[Finding]]:
    lines = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [[Finding(**finding) for finding in json.loads(line)] for line in lines]


def _run(layout: Layout, arguments: list[str], purpose: str) -> str:
    class_path = ":".join(map(str, modules.class_path(layout, modules.TOOLKIT)))
    java = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", class_path, MAIN]
    return run([*java, *arguments], purpose)
