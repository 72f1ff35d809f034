"""The software bill of materials (CycloneDX 1.6): one of Java, one of Python."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ndop.system.layout import Layout
from ndop.system.processes import run
from ndop.system.progress import Progress

_MAVEN_GOAL = "org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom"


@dataclass(frozen=True, slots=True)
class Component:
    """A part that somebody else made.

    `purl` is its package URL without qualifiers. `licences` are what it says of itself, each an
    SPDX id, an SPDX expression or a name; several are the user's to choose from.
    """

    purl: str
    licences: tuple[str, ...]

    @property
    def package(self) -> str:
        """The package URL without the version."""
        return self.purl.rpartition("@")[0]


def write(layout: Layout, folder: Path, progress: Progress) -> list[Path]:
    """Write java.json, what the jars are shipped with, and python.json, what is installed.

    The same parts give the same files. Raises BuildError, MissingToolError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    java, python = folder / "java.json", folder / "python.json"
    with progress.step("Listing the parts of the jars"):
        run(
            ["mvn", "-B", "-q", "-ntp", f"-DoutputDirectory={folder.resolve()}", _MAVEN_GOAL],
            "Listing the parts of the jars",
            layout.plugin,
        )
    with progress.step("Listing the Python packages"):
        run(
            [
                *(sys.executable, "-m", "cyclonedx_py", "environment", sys.executable),
                *("--pyproject", str(layout.root / "pyproject.toml")),
                *("--output-reproducible", "--output-format", "JSON"),
                *("--output-file", str(python.resolve())),
            ],
            "Listing the Python packages",
            layout.root,
        )
    return [java, python]


def components(file: Path) -> list[Component]:
    """The parts that a bill lists, without our own, sorted by package URL."""
    bill = json.loads(file.read_bytes())
    own = _group(bill["metadata"]["component"])
    return sorted(
        (
            Component(one["purl"].partition("?")[0], tuple(map(_said, one.get("licenses", []))))
            for one in bill["components"]
            if own is None or _group(one) != own
        ),
        key=lambda one: one.purl,
    )


def _group(component: dict[str, Any]) -> str | None:
    group: str | None = component.get("group")
    return group


def _said(choice: dict[str, Any]) -> str:
    licence = choice.get("license", {})
    return str(choice.get("expression") or licence.get("id") or licence.get("name", ""))
