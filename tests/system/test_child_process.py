"""A child process does not outlive the process that started it, however that ended."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ndop.system.child_process import ChildProcess

#: Starts a program as a child process, prints its id, and waits.
PARENT = """
import sys, time
from ndop.system import processes
print(processes.start(sys.argv[1:], "Starting").pid, flush=True)
time.sleep(600)
"""
ENDS_IN_ORDER = """
trap 'echo closed > "$0"; exit' TERM
echo open > "$0"
while :; do sleep 0.1; done
"""
WAITS = "sleep 600 & wait"


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    state = subprocess.run(
        ["sh", "-c", f"ps -o stat= -p {pid}"], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


def members(session: int) -> list[str]:
    """The commands of the processes in a session that are no zombies."""
    listed = subprocess.run(
        ["sh", "-c", "ps -e -o pgid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split(maxsplit=2) for line in listed.splitlines())
    return [row[2] for row in rows if row[0] == str(session) and not row[1].startswith("Z")]


def until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    latest = time.monotonic() + seconds
    while time.monotonic() < latest:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize("paused", [False, True], ids=["running", "paused"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_it_ends_when_its_parent_is_killed(
    number: signal.Signals, paused: bool, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    command = [sys.executable, "-c", PARENT, "sh", "-c", ENDS_IN_ORDER, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert until(state.exists)
        if paused:
            os.kill(child, signal.SIGSTOP)
        parent.send_signal(number)
    assert until(lambda: not is_running(child))
    assert state.read_text(encoding="ascii") == "closed\n"  # it was asked, not killed
    assert until(lambda: members(child) == [])


def test_what_a_program_started_ends_with_it() -> None:
    process = ChildProcess(["sh", "-c", WAITS])
    assert until(lambda: any("sleep" in one for one in members(process.pid)))
    process.kill()
    process.wait()
    assert until(lambda: members(process.pid) == [])


def test_nothing_is_left_of_one_that_ends_by_itself() -> None:
    opened = len(list(Path("/dev/fd").iterdir()))
    process = ChildProcess(["sh", "-c", "cat; exit 3"], stdin=subprocess.PIPE, stdout=-1, text=True)
    assert process.poll() is None
    assert process.communicate("read") == ("read", None)
    assert process.returncode == 3
    assert until(lambda: members(process.pid) == [])
    assert len(list(Path("/dev/fd").iterdir())) == opened


def test_its_guard_keeps_no_pipe_open() -> None:
    """Who reads from a pipe that a program got sees its end when the program closes it."""
    reading, writing = os.pipe()
    with ChildProcess(["sh", "-c", "sleep 0.5"], pass_fds=[writing]) as process:
        os.close(writing)
        try:
            with os.fdopen(reading, "rb") as end:
                assert until(lambda: select.select([end], [], [], 0)[0] != [], 10)
                assert end.read() == b""
        finally:
            process.kill()
