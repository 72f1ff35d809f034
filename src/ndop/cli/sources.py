"""ndop build, check, format: from the sources to the generated files, and their good order."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ndop.cli.options import run_tool
from ndop.cli.requirements import check_register
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
        examples.check(layout, editions)
        progress.say(f"{layout.generated} and {layout.examples} are up to date.")
    else:
        profiles.build(layout, editions, layout.generated, progress)
        examples.build(layout, editions)
        progress.say(
            f"Profiles: {layout.generated}. Packages: {layout.packages}. "
            f"Examples: {layout.examples}."
        )


def check() -> None:
    """Run formatters, linters and type checkers, compare generated files with their sources, and
    insist that every requirement is accounted for.
    """
    layout = checkout()
    for command in (
        [sys.executable, "-m", "ruff", "format", "--check", "."],
        [sys.executable, "-m", "ruff", "check", "."],
        [sys.executable, "-m", "mypy"],
    ):
        run_tool(command, layout.root)
    run_tool(["mvn", "-B", "-q", "-ntp", "spotless:check"], layout.plugin)
    check_register(layout)
    build(check=True)


def format_sources() -> None:
    """Format Python and Java sources."""
    layout = checkout()
    run_tool([sys.executable, "-m", "ruff", "format", "."], layout.root)
    run_tool([sys.executable, "-m", "ruff", "check", "--fix", "."], layout.root)
    run_tool(["mvn", "-B", "-q", "-ntp", "spotless:apply"], layout.plugin)
