"""ndop build, check and format: generated files and the state of the sources."""

from __future__ import annotations

import sys
from typing import Annotated, cast

import typer
from typer.core import TyperGroup

from ndop.checks import run as checks
from ndop.checks.generated import results_schema, results_schema_text
from ndop.editions import EditionFolder
from ndop.examples import files as examples
from ndop.profiles import build as profiles
from ndop.system.layout import Layout, checkout
from ndop.system.processes import run_in_terminal
from ndop.system.progress import Progress

_RUFF = (sys.executable, "-m", "ruff")
_MAVEN = ("mvn", "-B", "-q", "-ntp")


def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if files are out of date.")
    ] = False,
) -> None:
    """Generate profiles, packages and examples from the editions' YAML and the templates."""
    layout, progress = checkout(), Progress()
    if check:
        _check_generated(layout, progress)
        return
    editions = EditionFolder.of(layout).load_all()
    profiles.build(layout, editions, layout.generated, progress)
    examples.build(layout, editions)
    results_schema(layout).write_text(results_schema_text(), encoding="utf-8")
    progress.message(
        f"Profiles: {layout.generated}. Packages: {layout.packages}. Examples: {layout.examples}. "
        f"Schema: {results_schema(layout)}."
    )


def check(
    context: typer.Context,
    fast: Annotated[
        bool, typer.Option("--fast", help="Leave out formatters, linters, type checkers and Maven.")
    ] = False,
) -> None:
    """Check format, style and types; check that facts, register, tests, pages and files agree."""
    assert context.parent is not None
    commands = cast(TyperGroup, context.parent.command).commands
    if not checks.check(checkout(), list(commands), Progress(), fast=fast):
        raise typer.Exit(1)


def format_sources() -> None:
    """Format the Python and Java sources."""
    layout = checkout()
    for command, purpose, folder in (
        ([*_RUFF, "format", "."], "Formatting Python", layout.root),
        ([*_RUFF, "check", "--fix", "."], "Linting Python", layout.root),
        ([*_MAVEN, "spotless:apply"], "Formatting Java", layout.plugin),
    ):
        if not run_in_terminal(command, purpose, folder):
            raise typer.Exit(1)


def _check_generated(layout: Layout, progress: Progress) -> None:
    editions = EditionFolder.of(layout).load_all()
    profiles.check(layout, editions, progress)
    examples.check(layout, editions)
    progress.message(f"{layout.generated} and {layout.examples} are up to date.")
