"""What the commands have in common: options, exit statuses, and steps before the work."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated

import typer

from ndop.editions import Edition, EditionFolder
from ndop.examples import files as examples
from ndop.java import modules
from ndop.profiles import build as profiles
from ndop.system.layout import Layout
from ndop.system.progress import Progress

STATUSES = "Exit status: 0 as asked, 1 something failed or differs, 2 could not run, 130 Ctrl-C."

EditionOption = Annotated[
    str, typer.Option(help="Edition, the name of a file in profiles/editions.")
]
EditionsOption = Annotated[
    list[str] | None,
    typer.Option("--edition", help="Only this edition; may be repeated. By default every one."),
]


def load_edition(layout: Layout, edition: str) -> Edition:
    """The facts of an edition. Raises EditionError."""
    return EditionFolder.of(layout).load(edition)


def load_editions(layout: Layout, chosen: list[str] | None) -> list[Edition]:
    """The facts of the chosen editions, each once; of every one where none is chosen.

    Raises EditionError.
    """
    folder = EditionFolder.of(layout)
    return [folder.load(one) for one in dict.fromkeys(chosen)] if chosen else folder.load_all()


def build_everything(layout: Layout, progress: Progress) -> None:
    """Profiles, packages, server and extension, where their sources changed. Raises BuildError."""
    editions = EditionFolder.of(layout).load_all()
    profiles.build_if_stale(layout, editions, progress)
    examples.build_all(layout, editions)
    modules.build(layout, [modules.SERVER, modules.EXTENSION], progress)


def run_tool(command: list[str], folder: Path) -> None:
    """Run a tool with its output on this terminal; its failure is ours."""
    if subprocess.run(command, cwd=folder, check=False).returncode != 0:
        raise typer.Exit(1)
