"""`ndop check`: every tool and every check, and all that they find."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from ndop.checks.generated import MEND
from ndop.checks.project import project_problems
from ndop.editions import EditionFolder
from ndop.profiles import build as profiles
from ndop.system.errors import OutOfDateError
from ndop.system.layout import Layout
from ndop.system.problem import Problem
from ndop.system.progress import Progress


def check(
    layout: Layout, commands: Collection[str], progress: Progress, *, fast: bool = False
) -> bool:
    """Whether the sources are in good order; what is not is printed, all of it.

    `commands` are those of `ndop`. `fast` leaves out formatters, linters, type checkers and what
    needs Maven. Raises BuildError where Maven or HAPI fails, MissingToolError without Maven.
    """
    tools = [] if fast else [_passes(command, folder) for command, folder in _tools(layout)]
    with progress.step("Comparing sources"):
        problems = project_problems(layout, commands)
    if not fast and not problems:
        problems = _stale_snapshots(layout, progress)
    for problem in problems:
        progress.say(str(problem))
    progress.say(_summary(problems))
    return all(tools) and not problems


def _tools(layout: Layout) -> Sequence[tuple[Sequence[str], Path]]:
    return (
        ([sys.executable, "-m", "ruff", "format", "--check", "."], layout.root),
        ([sys.executable, "-m", "ruff", "check", "."], layout.root),
        ([sys.executable, "-m", "mypy"], layout.root),
        (["mvn", "-B", "-q", "-ntp", "spotless:check"], layout.plugin),
    )


def _passes(command: Sequence[str], folder: Path) -> bool:
    """Whether a tool is content; it prints on this terminal what it is not content with."""
    return subprocess.run(command, cwd=folder, check=False).returncode == 0


def _stale_snapshots(layout: Layout, progress: Progress) -> list[Problem]:
    """What only HAPI can tell: snapshots that it would make otherwise."""
    try:
        profiles.check(layout, EditionFolder.of(layout).load_all(), progress)
    except OutOfDateError as error:
        place = layout.generated.relative_to(layout.root).as_posix()
        return [Problem(place, str(error), f"Run '{MEND}' and commit what it writes.")]
    return []


def _summary(problems: Sequence[Problem]) -> str:
    if not problems:
        return "Editions, register, tests, faults, pages and generated files agree."
    return f"{len(problems)} problem{'s' if len(problems) > 1 else ''}."
