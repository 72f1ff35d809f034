"""Programs that are started: none stays behind that nobody knows of."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest

from ndop.system import processes
from ndop.system.errors import BuildError, MissingToolError

WAITS = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(MissingToolError, match="Looking: the program 'no-such-program' is not"):
        processes.run(["no-such-program"], "Looking")
    with pytest.raises(MissingToolError, match="Looking: the program 'no-such-program' is not"):
        processes.start(["no-such-program"], "Looking")


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(BuildError, match=r"Asking: .* ended with 3\. It printed:\nno answer"):
        processes.run([sys.executable, "-c", "print('no answer'); exit(3)"], "Asking")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_a_program_starts_ends_it(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            started.append(self)
            signal.raise_signal(number)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            processes.start(WAITS, "Waiting")
        assert [one.poll() for one in started] == [-signal.SIGKILL]
    finally:
        signal.signal(signal.SIGTERM, before)
        for one in started:
            one.kill()
            one.wait()


def test_an_interruption_that_is_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        running = processes.start(WAITS, "Waiting")
        assert running.poll() is None
        running.kill()
        running.wait()
    finally:
        signal.signal(signal.SIGINT, before)
