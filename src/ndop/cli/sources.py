"""ndop build, check, format: from the sources to the generated files, and their good order."""

from __future__ import annotations

import sys
from typing import Annotated, cast

import click
import typer

from ndop.checks import run as checks
from ndop.checks.generated import results_schema, results_schema_text
from ndop.cli.options import run_tool
from ndop.editions import EditionFolder
from ndop.examples import files as examples
from ndop.profiles import build as profiles
from ndop.system.layout import checkout
from ndop.system.progress import Progress


def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where files are out of date.")
    ] = False,
) -> None:
    """Generate profiles, packages and examples from the editions' YAML and the templates."""
    layout, progress = checkout(), Progress()
    editions = EditionFolder.of(layout).load_all()
    if check:
        profiles.check(layout, editions, progress)
        examples.check(layout.examples, editions)
        progress.say(f"{layout.generated} and {layout.examples} are up to date.")
    else:
        profiles.build(layout, editions, layout.generated, progress)
        examples.build(layout.examples, editions)
        results_schema(layout).write_text(results_schema_text(), encoding="utf-8")
        progress.say(
            f"Profiles: {layout.generated}. Packages: {layout.packages}. "
            f"Examples: {layout.examples}. Schema: {results_schema(layout)}."
        )


def check(
    context: typer.Context,
    fast: Annotated[
        bool,
        typer.Option("--fast", help="Seconds: no formatters, linters, type checkers, no Maven."),
    ] = False,
) -> None:
    """Run formatters, linters and type checkers; check that editions, register, tests, faults,
    pages and generated files agree. Reports everything that is wrong at once.
    """
    assert context.parent is not None
    group = cast("click.Group", context.parent.command)
    commands = group.list_commands(context.parent)
    if not checks.check(checkout(), commands, Progress(), fast=fast):
        raise typer.Exit(1)


def format_sources() -> None:
    """Format Python and Java sources."""
    layout = checkout()
    run_tool([sys.executable, "-m", "ruff", "format", "."], layout.root)
    run_tool([sys.executable, "-m", "ruff", "check", "--fix", "."], layout.root)
    run_tool(["mvn", "-B", "-q", "-ntp", "spotless:apply"], layout.plugin)
