"""Other programs, run to their end with their output kept for the error message."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from ndop.errors import BuildError, MissingToolError

_LINES_KEPT = 25


def run(command: Sequence[str], purpose: str, folder: Path | None = None) -> str:
    """Run a program and return its standard output.

    Raises MissingToolError where it is not installed, BuildError where it fails; the text
    names the purpose and ends with the last lines that the program printed.
    """
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
        )
    except FileNotFoundError as error:
        raise MissingToolError(
            f"{purpose}: the program {command[0]!r} is not installed. "
            "Run scripts/prerequisites.sh; it says what is needed and how to install it."
        ) from error
    if done.returncode != 0:
        printed = (done.stdout + done.stderr).strip().splitlines()[-_LINES_KEPT:]
        headline = f"{purpose}: {command[0]} ended with {done.returncode}. It printed:"
        raise BuildError("\n".join([headline, *printed]))
    return done.stdout
