"""Calls of the Java toolkit, through which the ndop command uses HAPI."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ndop.java import modules
from ndop.system.errors import BuildError, ProgramError
from ndop.system.layout import Layout
from ndop.system.processes import run

#: The main class.
MAIN = "ndop.fhir.toolkit.Toolkit"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of HAPI's validator. Line and column count from 1; -1 means unknown."""

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


#: Findings by artefact name.
Findings = dict[str, list[Finding]]


def generate_snapshots(layout: Layout, folders: Sequence[Path]) -> dict[Path, Findings]:
    """Generate the snapshots of the profiles in folders of XML artefacts, and validate every one.

    Writes the complete artefacts, in XML and JSON, to `complete` in each folder. Raises
    BuildError.
    """
    printed = _run(layout, ["snapshot", *map(str, folders)], "Generating the snapshots")
    return {
        Path(folder): {
            artefact: [Finding(**finding) for finding in findings]
            for artefact, findings in artefacts.items()
        }
        for folder, artefacts in json.loads(printed).items()
    }


@dataclass(frozen=True, slots=True)
class ValidationJob:
    """Resources to validate against a profile: `definitions` are files of profiles, value sets and
    code systems in XML or JSON, `profile` is a canonical URL among them.
    """

    definitions: Sequence[Path]
    profile: str
    resources: Sequence[Mapping[str, Any]]


def invalidating_findings(
    layout: Layout, jobs: Sequence[ValidationJob]
) -> list[list[list[Finding]]]:
    """For each job and each of its resources, what makes it invalid; empty where it is valid.

    One JVM serves all jobs. The validator is given the resources as JSON, even if they are not
    valid FHIR. Raises BuildError.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = []
        for number, job in enumerate(jobs):
            resources = folder / f"{number}.ndjson"
            lines = (json.dumps(resource) + "\n" for resource in job.resources)
            resources.write_text("".join(lines), encoding="utf-8")
            plan.append(
                {
                    "definitions": list(map(str, job.definitions)),
                    "profile": job.profile,
                    "resources": str(resources),
                    "findings": str(folder / f"{number}-findings.ndjson"),
                }
            )
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        _run(layout, ["verdicts", str(folder / "plan.json")], "Validating the corpus")
        return [_read_findings(Path(str(entry["findings"]))) for entry in plan]


def _read_findings(file: Path) -> list[list[Finding]]:
    lines = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [[Finding(**finding) for finding in json.loads(line)] for line in lines]


def _run(layout: Layout, arguments: list[str], purpose: str) -> str:
    class_path = ":".join(map(str, modules.class_path(layout, modules.TOOLKIT)))
    java = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", class_path, MAIN]
    try:
        return run([*java, *arguments], purpose)
    except ProgramError as error:
        raise BuildError(str(error)) from error
