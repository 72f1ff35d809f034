"""Other programs: run to their end, or started and left to run."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from ndop.system.errors import BuildError, MissingToolError
from ndop.system.signals import ENDING, handling

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
        raise _missing(purpose, command) from error
    if done.returncode != 0:
        printed = (done.stdout + done.stderr).strip().splitlines()[-_LINES_KEPT:]
        headline = f"{purpose}: {command[0]} ended with {done.returncode}. It printed:"
        raise BuildError("\n".join([headline, *printed]))
    return done.stdout


def start(command: Sequence[str], purpose: str, **settings: Any) -> subprocess.Popen[Any]:
    """Start a program in a session of its own; `settings` are those of subprocess.Popen.

    Ctrl-C in the terminal reaches this process only, which then ends the other. One that comes
    while the program starts ends it before it is raised here: it would be nobody's to end.
    Raises MissingToolError where the program is not installed.
    """
    with _interruption_held() as held:
        try:
            process = subprocess.Popen(command, start_new_session=True, **settings)
        except FileNotFoundError as error:
            raise _missing(purpose, command) from error
    if held:
        process.kill()
        process.wait()
        for number in held:
            signal.raise_signal(number)
    return process


def _missing(purpose: str, command: Sequence[str]) -> MissingToolError:
    return MissingToolError(
        f"{purpose}: the program {command[0]!r} is not installed. "
        "Run scripts/prerequisites.sh; it says what is needed and how to install it."
    )


@contextmanager
def _interruption_held() -> Iterator[list[int]]:
    """Signals that would interrupt the block are noted in what is yielded instead."""
    held: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # no signal reaches it
        yield held
        return

    def note(number: int, _frame: FrameType | None) -> None:
        held.append(number)

    heeded = [number for number in ENDING if signal.getsignal(number) != signal.SIG_IGN]
    with handling(heeded, note):
        yield held
