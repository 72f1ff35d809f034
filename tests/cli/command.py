"""The command as a person or a script runs it: in this process, or in one of its own."""

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

_COMMAND = (sys.executable, "-m", "ndop")
_SECONDS = 600


def ndop_in_process(*arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """As `ndop`, without the second that a process of its own takes."""
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
    """Run it to completion, in another home if one is given; it never prints a traceback."""
    done = subprocess.run(
        [*_COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        env={**os.environ, **({"NDOP_HOME": str(home)} if home else {})},
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


@contextmanager
def started(*arguments: str, until: str) -> Iterator[subprocess.Popen[str]]:
    """Start it, wait for a line with `until`, and end it if the test does not."""
    with subprocess.Popen(
        [*_COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        try:
            assert running.stdout is not None
            while until not in (line := running.stdout.readline()):
                assert line, f"it ended with {running.wait()} and never printed {until!r}"
            yield running
        finally:
            if running.poll() is None:
                running.terminate()


def ended(running: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status of a process that was asked to end, and what it printed since; no traceback."""
    printed, _ = running.communicate(timeout=60)
    assert "Traceback" not in printed
    return running.returncode, printed
