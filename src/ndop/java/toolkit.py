"""Calls of the Java toolkit: what HAPI does for the ndop command."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ndop.java import modules
from ndop.java.processes import run
from ndop.layout import Layout

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


def _run(layout: Layout, arguments: list[str], purpose: str) -> str:
    class_path = ":".join(map(str, modules.class_path(layout, modules.TOOLKIT)))
    java = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", class_path, MAIN]
    return run([*java, *arguments], purpose)
