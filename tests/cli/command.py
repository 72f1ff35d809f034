"""Runs the `ndop` command: in this process, or in a separate one."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from ndop.cli.app import main
from ndop.system import processes

_COMMAND = (sys.executable, "-m", "ndop")
_SECONDS = 600


def ndop_in_process(*arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which saves the second that a new process takes."""
    out, err = stream(), stream()
    before = signal.getsignal(signal.SIGTERM)
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        mock.patch.object(sys, "argv", ["ndop", *arguments]),
        mock.patch.dict(os.environ, {"NDOP_HOME": str(home)} if home else {}),
    ):
        try:
            main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            signal.signal(signal.SIGTERM, before)
    return subprocess.CompletedProcess(arguments, status, printed(out), printed(err))


def stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def printed(file: io.TextIOWrapper) -> str:
    content = file.buffer
    assert isinstance(content, io.BytesIO)
    return content.getvalue().decode()


def ndop(
    *arguments: str, stdin: str = "", home: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a new process to completion, and assert that it prints no traceback.

    `home` is another checkout to run in (NDOP_HOME).
    """
    with processes.start(
        [*_COMMAND, *arguments],
        "Running ndop",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **({"NDOP_HOME": str(home)} if home else {})},
    ) as running:
        try:
            out, err = running.communicate(stdin, timeout=_SECONDS)
        except BaseException:
            running.kill()
            raise
    assert "Traceback" not in out + err
    return subprocess.CompletedProcess(arguments, running.returncode, out, err)


@contextmanager
def running_ndop(*arguments: str, until: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command, wait until it prints a line with `until`, and terminate it afterwards."""
    with processes.start(
        [*_COMMAND, *arguments],
        "Running ndop",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            while until not in (line := running.stdout.readline()):
                assert line, f"it ended with {running.wait()} and never printed {until!r}"
            yield running
        finally:
            if running.poll() is None:
                running.terminate()


def wait_for_exit(running: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a process; return its exit status and the rest of its output; no traceback."""
    printed, _ = running.communicate(timeout=60)
    assert "Traceback" not in printed
    return running.returncode, printed
