"""The process of pytest that a run starts: what it tells, and that it ends.

It is a process of its own so that nothing of ours changes what it does (docs/adr/0008). It and
the processes that it starts are a process group, of which nothing is left.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ndop.conformance.suite.settings import Settings
from ndop.system import processes
from ndop.system.layout import Layout

#: Called with each JSON object that ndop.conformance.suite.recording writes.
Hear = Callable[[dict[str, Any]], None]

#: Seconds that pytest has to end after it was asked to.
_GRACE = 10.0


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How it ended: `interruption` is the Ctrl-C, if it was one."""

    status: int
    printed: str
    in_time: bool = True
    interruption: KeyboardInterrupt | None = None

    @property
    def last_words(self) -> str:
        """The last lines that it printed."""
        return "\n".join(self.printed.strip().splitlines()[-15:])


def suite_arguments(layout: Layout, *plugins: str) -> list[str]:
    """The arguments that pytest needs to run a suite by itself, and these plugins."""
    folder = layout.conformance_tests
    return [
        # What else is installed beside pytest shall not change the verdict.
        "--disable-plugin-autoload",
        *(part for plugin in (*plugins, "no:cacheprovider") for part in ("-p", plugin)),
        *("-c", str(folder / "pytest.ini")),
        f"--rootdir={folder}",
    ]


def follow(
    arguments: Sequence[str], settings: Settings, hear: Hear, seconds: float
) -> ProcessResult:
    """Run pytest and hear what it tells, at most for some seconds.

    After that, or after Ctrl-C, it is asked to end, and made to where it does not; what it still
    tells is heard.
    """
    latest = time.monotonic() + seconds
    with _Pipe() as telling, _Pipe() as asking, tempfile.TemporaryFile() as printed:
        child = processes.start(
            [
                *(sys.executable, "-m", "pytest", *arguments),
                f"--record-to={telling.writing}",
                f"--ndop-settings-from={asking.reading}",
            ],
            "Running the suite",
            pass_fds=[telling.writing, asking.reading],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        lines = _Lines(telling.reading, hear)
        in_time, interruption = True, None
        try:
            telling.close_writing()
            asking.close_reading()
            asking.say(settings.model_dump_json())
            in_time = lines.hear_until(latest)
        except KeyboardInterrupt as interrupt:
            interruption = interrupt
        try:
            end = time.monotonic() + _GRACE
            if interruption or not in_time:
                child.send_signal(signal.SIGINT)
                lines.hear_until(end)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, end - time.monotonic()))
        finally:
            _end_group(child)
        printed.seek(0)
        told = printed.read().decode(errors="replace")
    return ProcessResult(child.returncode, told, in_time, interruption)


class _Pipe:
    """A pipe whose ends are closed once each."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self._open = {self.reading, self.writing}

    def __enter__(self) -> _Pipe:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_reading()
        self.close_writing()

    def close_reading(self) -> None:
        self._close(self.reading)

    def close_writing(self) -> None:
        self._close(self.writing)

    def say(self, text: str) -> None:
        """Write everything and close; who reads may have ended."""
        content = memoryview(text.encode())
        with contextlib.suppress(BrokenPipeError):
            while content:
                content = content[os.write(self.writing, content) :]
        self.close_writing()

    def _close(self, end: int) -> None:
        if end in self._open:
            self._open.remove(end)
            os.close(end)


class _Lines:
    """Lines of JSON as they come."""

    def __init__(self, reading: int, hear: Hear) -> None:
        self._reading = reading
        self._hear = hear
        self._begun = b""

    def hear_until(self, latest: float) -> bool:
        """Hear until nothing more can come; False where that is not so at the time `latest`."""
        while (left := latest - time.monotonic()) > 0:
            ready, _, _ = select.select([self._reading], [], [], left)
            if not ready:
                return False
            piece = os.read(self._reading, 1 << 16)
            if not piece:
                return True
            *lines, self._begun = (self._begun + piece).split(b"\n")
            for line in lines:
                self._hear(json.loads(line))
        return False


def _end_group(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
