"""Other programs: run to completion, or started and left running."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from ndop.system.errors import MissingToolError, ProgramError
from ndop.system.signals import TERMINATION_SIGNALS, signal_handler

_TAIL_LINES = 20
#: What a JVM prints below an exception: frames, and how many it left out.
_STACK_FRAME = re.compile(r"\s*(at \S|\.\.\. \d+ )")
#: ECMA-48 control sequences, such as colours.
_ANSI_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def run(command: Sequence[str], purpose: str, folder: Path | None = None) -> str:
    """Run a program and return its standard output.

    Raises MissingToolError: it is not installed; ProgramError: it failed. Both texts begin with
    the purpose, a phrase such as 'Building the server'.
    """
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
        )
    except FileNotFoundError as error:
        raise _missing(purpose, command) from error
    if done.returncode != 0:
        raise ProgramError(purpose, command, done.returncode, tail(done.stdout + done.stderr))
    return done.stdout


def run_in_terminal(command: Sequence[str], purpose: str, folder: Path) -> bool:
    """Run a program whose output is for the user; whether it succeeded.

    Where standard output is no terminal, the program's colours are removed: Maven prints escape
    sequences even when it is told not to. Raises MissingToolError.
    """
    try:
        if sys.stdout.isatty():
            return subprocess.run(command, cwd=folder, check=False).returncode == 0
        with subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                sys.stdout.write(_ANSI_SEQUENCE.sub("", line))
                sys.stdout.flush()
        return process.returncode == 0
    except FileNotFoundError as error:
        raise _missing(purpose, command) from error


def start(command: Sequence[str], purpose: str, **settings: Any) -> subprocess.Popen[Any]:
    """Start a program in a session of its own; `settings` are those of subprocess.Popen.

    Ctrl-C in the terminal therefore reaches this process only, which is responsible for ending
    the other one. A Ctrl-C that arrives while the program starts kills it before it is raised
    here: no caller has the process yet. Raises MissingToolError.
    """
    with _interrupts_deferred() as deferred:
        try:
            process = subprocess.Popen(command, start_new_session=True, **settings)
        except FileNotFoundError as error:
            raise _missing(purpose, command) from error
    if deferred:
        process.kill()
        process.wait()
        for number in deferred:
            signal.raise_signal(number)
    return process


def tail(output: str, lines: int = _TAIL_LINES) -> str:
    """The last lines of what a program printed, without blank lines and Java stack frames."""
    shown = [line for line in output.splitlines() if line.strip() and not _STACK_FRAME.match(line)]
    return "\n".join(shown[-lines:])


def available_cpus() -> int:
    """How many CPUs this process may use; on macOS, which does not say, how many there are."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _missing(purpose: str, command: Sequence[str]) -> MissingToolError:
    return MissingToolError(
        f"{purpose}: the program {command[0]!r} is not installed. "
        "Run scripts/prerequisites.sh; it says what is needed and how to install it."
    )


@contextmanager
def _interrupts_deferred() -> Iterator[list[int]]:
    """Yields a list to which signals that would interrupt the block are appended instead."""
    deferred: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # receives no signals
        yield deferred
        return

    def defer(number: int, _frame: FrameType | None) -> None:
        deferred.append(number)

    not_ignored = [
        number for number in TERMINATION_SIGNALS if signal.getsignal(number) != signal.SIG_IGN
    ]
    with signal_handler(not_ignored, defer):
        yield deferred
