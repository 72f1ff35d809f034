"""Other programs: errors, output, and none that is left running."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from ndop.system import processes
from ndop.system.child_process import ChildProcess
from ndop.system.errors import MissingToolError, ProgramError

WAITS = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(MissingToolError, match="Looking: the program 'no-such-program' is not"):
        processes.run(["no-such-program"], "Looking")
    with pytest.raises(MissingToolError, match="Looking: the program 'no-such-program' is not"):
        processes.start(["no-such-program"], "Looking")


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(ProgramError, match=r"Asking: .* ended with 3\. It printed:\nno answer"):
        processes.run([sys.executable, "-c", "print('no answer'); exit(3)"], "Asking")


def test_a_failure_names_the_program_and_its_status() -> None:
    command = [sys.executable, "-c", "exit(4)"]
    with pytest.raises(ProgramError) as error:
        processes.run(command, "Asking")
    assert (error.value.command, error.value.status) == (tuple(command), 4)
    assert str(error.value) == f"Asking: {sys.executable} ended with 4. It printed:"


def test_the_tail_of_what_was_printed_leaves_out_stack_frames() -> None:
    printed = "one\n\njava.lang.Error: no\n\tat a.B.c(B.java:1)\n\t... 12 more\nat last\n...\n"
    assert processes.tail(printed) == "one\njava.lang.Error: no\n..."
    assert processes.tail("\n".join(map(str, range(100))), lines=2) == "98\n99"
    assert processes.tail("") == ""


def test_output_in_a_pipe_has_no_escape_sequences(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Maven resets colours even in a pipe."""
    script = r"print('\x1b[1;31mred\x1b[m \x1b[0Kplain'); import sys; sys.exit(int(sys.argv[1]))"
    assert processes.run_in_terminal([sys.executable, "-c", script, "0"], "Printing", tmp_path)
    assert not processes.run_in_terminal([sys.executable, "-c", script, "1"], "Printing", tmp_path)
    assert capsys.readouterr().out == "red plain\n" * 2
    with pytest.raises(MissingToolError, match="Printing: the program 'no-such-program' is not"):
        processes.run_in_terminal(["no-such-program"], "Printing", tmp_path)


def test_the_number_of_cpus_on_any_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert processes.available_cpus() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # macOS has none
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert processes.available_cpus() == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processes.available_cpus() == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_a_program_starts_ends_it(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[ChildProcess] = []

    class Interrupted(ChildProcess):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            started.append(self)
            signal.raise_signal(number)

    monkeypatch.setattr(processes, "ChildProcess", Interrupted)
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
    class Interrupted(ChildProcess):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(processes, "ChildProcess", Interrupted)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        running = processes.start(WAITS, "Waiting")
        assert running.poll() is None
        running.kill()
        running.wait()
    finally:
        signal.signal(signal.SIGINT, before)
