"""The pytest process of a run: its events, its time limit, and how it ends.

pytest runs in a process of its own so that nothing here affects it (docs/adr/0008). It leads a
process group, which is killed as a whole when pytest has ended.
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

#: Called with each event, a JSON object that ndop.conformance.suite.recording writes.
EventHandler = Callable[[dict[str, Any]], None]

#: How long pytest may take to end after it was interrupted.
_GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How pytest ended. `interrupt` is set if Ctrl-C ended it."""

    status: int
    output: str
    timed_out: bool = False
    interrupt: KeyboardInterrupt | None = None

    @property
    def output_tail(self) -> str:
        """The last lines of what pytest printed."""
        return "\n".join(self.output.strip().splitlines()[-15:])


def suite_arguments(layout: Layout, *plugins: str) -> list[str]:
    """The arguments with which pytest runs the suite with these plugins and no others."""
    folder = layout.conformance_tests
    return [
        # Whatever else is installed must not affect the verdict.
        "--disable-plugin-autoload",
        *(part for plugin in (*plugins, "no:cacheprovider") for part in ("-p", plugin)),
        *("-c", str(folder / "pytest.ini")),
        f"--rootdir={folder}",
    ]


def run_pytest(
    arguments: Sequence[str], settings: Settings, on_event: EventHandler, seconds: float
) -> ProcessResult:
    """Run pytest for `seconds` at most, and pass on its events.

    After that time, or after Ctrl-C, pytest is interrupted, and killed if it does not end within
    a grace period; events are passed on to the end.
    """
    deadline = time.monotonic() + seconds
    with _Pipe() as events, _Pipe() as input_pipe, tempfile.TemporaryFile() as output:
        child = processes.start(
            [
                *(sys.executable, "-m", "pytest", *arguments),
                f"--record-to={events.writing}",
                f"--ndop-settings-from={input_pipe.reading}",
            ],
            "Running the suite",
            pass_fds=[events.writing, input_pipe.reading],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        reader = _EventReader(events.reading, on_event)
        timed_out, interrupt = False, None
        try:
            events.close_writing()
            input_pipe.close_reading()
            input_pipe.write_and_close(settings.model_dump_json())
            timed_out = not reader.read_until(deadline)
        except KeyboardInterrupt as error:
            interrupt = error
        try:
            end = time.monotonic() + _GRACE_SECONDS
            if interrupt or timed_out:
                child.send_signal(signal.SIGINT)
                reader.read_until(end)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, end - time.monotonic()))
        finally:
            _kill_group(child)
        output.seek(0)
        text = output.read().decode(errors="replace")
    return ProcessResult(child.returncode, text, timed_out, interrupt)


class _Pipe:
    """A pipe, each end of which is closed only once."""

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

    def write_and_close(self, text: str) -> None:
        """Write all of the text and close. The reader may have gone already."""
        content = memoryview(text.encode())
        with contextlib.suppress(BrokenPipeError):
            while content:
                content = content[os.write(self.writing, content) :]
        self.close_writing()

    def _close(self, end: int) -> None:
        if end in self._open:
            self._open.remove(end)
            os.close(end)


class _EventReader:
    """Reads events, each a line of JSON, as they arrive."""

    def __init__(self, descriptor: int, on_event: EventHandler) -> None:
        self._descriptor = descriptor
        self._on_event = on_event
        self._partial_line = b""

    def read_until(self, deadline: float) -> bool:
        """Read to the end of the stream; False if it is still open at the deadline."""
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self._descriptor], [], [], left)
            if not ready:
                return False
            chunk = os.read(self._descriptor, 1 << 16)
            if not chunk:
                return True
            *lines, self._partial_line = (self._partial_line + chunk).split(b"\n")
            for line in lines:
                self._on_event(json.loads(line))
        return False


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
