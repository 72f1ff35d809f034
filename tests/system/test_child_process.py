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

from ndop.system import processes
from ndop.system.child_process import ChildProcess
from tests.running_processes import children, in_group, is_running, is_stopped

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
    assert until(lambda: in_group(child) == [])


def test_what_a_program_started_ends_with_it() -> None:
    process = ChildProcess(["sh", "-c", WAITS])
    assert until(lambda: any("sleep" in one for one in in_group(process.pid)))
    process.kill()
    process.wait()
    assert until(lambda: in_group(process.pid) == [])


def test_nothing_is_left_of_one_that_ends_by_itself() -> None:
    opened = len(list(Path("/dev/fd").iterdir()))
    process = ChildProcess(["sh", "-c", "cat; exit 3"], stdin=subprocess.PIPE, stdout=-1, text=True)
    assert process.poll() is None
    assert process.communicate("read") == ("read", None)
    assert process.returncode == 3
    assert until(lambda: in_group(process.pid) == [])
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


@pytest.mark.parametrize("name", ["spring.datasource.url", "ndop.trail-file", "USUAL"])
def test_every_variable_of_the_environment_arrives(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that a shell could not have set."""
    monkeypatch.setenv(name, "arrived\udcff")
    prints = [sys.executable, "-c", f"import os; print(ascii(os.environ[{name!r}]))"]
    assert processes.run(prints, "Printing") == "'arrived\\udcff'\n"


def test_a_closed_pipe_ends_a_program() -> None:
    """Python ignores SIGPIPE; what it starts must not."""
    with ChildProcess(["sh", "-c", "kill -PIPE $$; sleep 0.1; exit 3"]) as process:
        assert process.wait() == -signal.SIGPIPE


def test_a_program_that_waits_for_all_its_children_ends() -> None:
    """The guard is none of them."""
    waits = "import os, sys\ntry:\n    os.wait()\nexcept ChildProcessError:\n    sys.exit(3)\n"
    with ChildProcess([sys.executable, "-c", waits]) as process:
        try:
            assert process.wait(20) == 3
        finally:
            process.kill()


def test_a_program_that_cannot_start_says_why(tmp_path: Path) -> None:
    """It was there when `processes.start` looked."""
    process = ChildProcess([str(tmp_path / "gone")], stderr=subprocess.PIPE, text=True)
    _, message = process.communicate()
    assert process.returncode == 127
    assert message == f"{tmp_path}/gone: No such file or directory\n"


def test_descendants_of_a_program_that_has_ended_have_time_to_end(tmp_path: Path) -> None:
    state = tmp_path / "state"
    slowly = """
    trap 'sleep 1; echo closed > "$0"; exit' TERM
    echo open > "$0"
    while :; do sleep 0.1; done
    """
    command = ["sh", "-c", '"$@" & sleep 600', "sh", "sh", "-c", slowly, str(state)]
    process = ChildProcess(command)
    assert until(state.exists)
    process.kill()
    process.wait()
    assert until(lambda: in_group(process.pid) == [])
    assert state.read_text(encoding="ascii") == "closed\n"


def test_paused_children_in_sessions_of_their_own_go_on() -> None:
    """As PostgreSQL's: no signal to the group reaches them, and it waits for their end."""
    starts = (
        "import subprocess, sys\n"
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "child.wait()\n"
    )
    command = [sys.executable, "-c", PARENT, sys.executable, "-c", starts]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        leader = int(parent.stdout.readline())
        assert until(lambda: children(leader) != [])
        (child,) = children(leader)
        for pid in (leader, child):
            os.kill(pid, signal.SIGSTOP)
        assert until(lambda: is_stopped(child))
        parent.kill()
    try:
        assert until(lambda: not is_running(leader))
        assert not is_stopped(child)
    finally:
        os.kill(child, signal.SIGKILL)
