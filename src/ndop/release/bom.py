"""Software bills of materials (CycloneDX 1.6): one for Java, one for Python."""

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
    """A third-party component.

    `purl` is its package URL without qualifiers. `licences` are those that its metadata names, each
    an SPDX id, an SPDX expression or a name; the user may choose between several.
    """

    purl: str
    licences: tuple[str, ...]

    @property
    def package(self) -> str:
        """The package URL without the version."""
        return self.purl.rpartition("@")[0]


def write(layout: Layout, folder: Path, progress: Progress) -> list[Path]:
    """Write java.json, with what the jars contain, and python.json, with what is installed.

    The same components give the same files. Raises BuildError, MissingToolError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    java, python = folder / "java.json", folder / "python.json"
    with progress.step("Listing the components of the jars"):
        run(
            ["mvn", "-B", "-q", "-ntp", f"-DoutputDirectory={folder.resolve()}", _MAVEN_GOAL],
            "Listing the components of the jars",
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


def read_components(file: Path) -> list[Component]:
    """The third-party components of a bill of materials, sorted by package URL."""
    bom = json.loads(file.read_bytes())
    own = _group(bom["metadata"]["component"])
    return sorted(
        (
            Component(
                one["purl"].partition("?")[0], tuple(map(_licence_name, one.get("licenses", [])))
            )
            for one in bom["components"]
            if own is None or _group(one) != own
        ),
        key=lambda one: one.purl,
    )


def _group(component: dict[str, Any]) -> str | None:
    group: str | None = component.get("group")
    return group


def _licence_name(choice: dict[str, Any]) -> str:
    licence = choice.get("license", {})
    return str(choice.get("expression") or licence.get("id") or licence.get("name", ""))
