"""`ndop check`: every tool and every check, and all that they find."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from ndop.checks.project import project_problems, register_problems_and_facts
from ndop.editions import EditionFolder
from ndop.profiles import build as profiles
from ndop.system.generated_files import REGENERATE
from ndop.system.layout import Layout
from ndop.system.problem import Problem
from ndop.system.processes import run_in_terminal
from ndop.system.progress import Progress


def check(
    layout: Layout, commands: Collection[str], progress: Progress, *, fast: bool = False
) -> bool:
    """Whether all is well. Everything that is not is printed, not only the first.

    `commands` are those of `ndop`. `fast` leaves out formatters, linters, type checkers and what
    needs Maven. Raises BuildError where Maven or HAPI fails, MissingToolError without Maven.
    """
    tools = [] if fast else [run_in_terminal(*tool) for tool in _tools(layout)]
    with progress.step("Comparing facts, register, tests, pages and generated files"):
        problems = project_problems(layout, commands)
    if not fast and not problems:
        problems = _stale_snapshots(layout, progress)
    _print(problems, progress)
    return all(tools) and not problems


def check_register(layout: Layout, progress: Progress) -> bool:
    """As `check`, of the register alone: what shows its rows, and what they restate.

    Raises BuildError: register or suite cannot be read.
    """
    editions = EditionFolder.of(layout).load_all()
    problems = list(register_problems_and_facts(layout, editions))
    _print(problems, progress)
    return not problems


def _tools(layout: Layout) -> Sequence[tuple[Sequence[str], str, Path]]:
    ruff, mypy = [sys.executable, "-m", "ruff"], [sys.executable, "-m", "mypy"]
    maven = ["mvn", "-B", "-q", "-ntp"]
    return (
        ([*ruff, "format", "--check", "."], "Checking the format of Python", layout.root),
        ([*ruff, "check", "."], "Linting Python", layout.root),
        (mypy, "Checking the types of Python", layout.root),
        ([*maven, "spotless:check"], "Checking the format of Java", layout.plugin),
    )


def _stale_snapshots(layout: Layout, progress: Progress) -> list[Problem]:
    """Snapshots that HAPI would generate otherwise; only HAPI can tell."""
    differences = profiles.differences(layout, EditionFolder.of(layout).load_all(), progress)
    if not differences:
        return []
    place = layout.generated.relative_to(layout.root).as_posix()
    return [Problem(place, "\n".join(differences), REGENERATE)]


def _print(problems: Sequence[Problem], progress: Progress) -> None:
    for problem in problems:
        progress.message(str(problem))
    number = len(problems)
    progress.message(
        f"{number} problem{'s' if number > 1 else ''}." if number else "Nothing contradicts."
    )
