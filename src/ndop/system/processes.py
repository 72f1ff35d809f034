"""Other programs: run to completion, or started and left running. None outlives this process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from ndop.system.child_process import ChildProcess
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
    with _running(
        command,
        purpose,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        output, errors = process.communicate()
    if process.returncode != 0:
        raise ProgramError(purpose, command, process.returncode, tail(output + errors))
    return str(output)


def run_in_terminal(command: Sequence[str], purpose: str, folder: Path) -> bool:
    """Run a program whose output is for the user; whether it succeeded.

    Where standard output is no terminal, the program's colours are removed: Maven prints escape
    sequences even when it is told not to. Raises MissingToolError.
    """
    if sys.stdout.isatty():
        with _running(command, purpose, cwd=folder, stdin=subprocess.DEVNULL) as process:
            return process.wait() == 0
    with _running(
        command,
        purpose,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(_ANSI_SEQUENCE.sub("", line))
            sys.stdout.flush()
        return process.wait() == 0


def start(command: Sequence[str], purpose: str, **settings: Any) -> ChildProcess:
    """Start a program in a session of its own; `settings` are those of ChildProcess.

    Ctrl-C in the terminal therefore reaches this process only, which is responsible for ending
    the other one; if it cannot, because it was killed, ChildProcess does. A Ctrl-C that arrives
    while the program starts kills it before it is raised here: no caller has the process yet.
    Raises MissingToolError.
    """
    search_path = (settings.get("env") or os.environ).get("PATH")
    if shutil.which(command[0], path=search_path) is None:
        raise _missing(purpose, command)
    with _interrupts_deferred() as deferred:
        process = ChildProcess(command, **settings)
    if deferred:
        process.kill()
        process.wait()
        for number in deferred:
            signal.raise_signal(number)
    return process


@contextmanager
def _running(command: Sequence[str], purpose: str, **settings: Any) -> Iterator[ChildProcess]:
    """Start a program and wait until it has ended; an exception in the block terminates it."""
    with start(command, purpose, **settings) as process:
        try:
            yield process
        except BaseException:
            process.terminate()
            raise


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
