"""The command in a process of its own, as a person or a script starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_COMMAND = (sys.executable, "-m", "ndop")
_SECONDS = 600


def ndop(
    *arguments: str, stdin: str = "", home: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it to its end, in another home where one is given; it never prints a traceback."""
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
    """Exit status of what was told to end, and what it printed since; never a traceback."""
    printed, _ = running.communicate(timeout=60)
    assert "Traceback" not in printed
    return running.returncode, printed
