"""Becomes another program, after it has started a guard that ends that program when its parent is
gone. See ChildProcess.

Run by its path as `guard.py LEASH ENDING_SIGNAL PROGRAM ARGUMENT…`, so that it starts quickly: it
imports nothing of ndop, and little else. A shell could not do the same: it passes on only those
environment variables whose names it could have given itself, not `spring.datasource.url`.
"""

from __future__ import annotations

import os
import signal
import sys
import time

#: Time for an orderly end, such as a server's closing its database, before all is killed.
SECONDS_TO_END = 20.0
#: What the shell answers where a program cannot be started.
_CANNOT_START = 127


def launch(leash: int, ending_signal: int, command: list[str]) -> None:
    """Become the program, which leads the process group. Does not return.

    The guard is no child of the program, which may wait for all of its children.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    leader = os.getpid()
    between = os.fork()
    if between == 0:
        # In a group of its own, or no signal would tell whether that of the leader is empty; but
        # in its session, or the number of an empty group could become that of a stranger.
        os.setpgid(0, 0)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if os.fork() == 0:
            guard(leash, leader, ending_signal)
        os._exit(0)
    os.waitpid(between, 0)
    os.set_inheritable(leash, False)
    for ignored_by_python in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored_by_python, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606  # that of our caller
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(_CANNOT_START)


def guard(leash: int, leader: int, ending_signal: int) -> None:
    """Wait until the writing end of the pipe `leash` is closed, then end the group of `leader`.

    Nobody writes into the pipe: its other end is closed by the parent, or by the system when the
    parent is dead.
    """
    _close_all_but(leash)  # whoever reads from the child must see that the child has closed its end
    while os.read(leash, 1):
        pass
    if not _reaches(leader, 0):
        return
    _continue_children(leader)
    _reaches(leader, ending_signal)
    _reaches(leader, signal.SIGCONT)
    latest = time.monotonic() + SECONDS_TO_END
    while _reaches(leader, 0) and time.monotonic() < latest:
        time.sleep(0.1)
    _reaches(leader, signal.SIGKILL)


def _reaches(group: int, number: int) -> bool:
    """Send a signal to a process group; whether it has members. 0 is no signal, but a question."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _continue_children(leader: int) -> None:
    """Continue what the leader has started in sessions of their own, such as the backends of
    PostgreSQL: no signal to the group reaches them, and the leader waits for their end.
    """
    import subprocess

    try:
        listed = subprocess.check_output(["ps", "-e", "-o", "pid=,ppid="], stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):  # not installed
        return
    for child, parent in (line.split() for line in listed.splitlines()):
        if int(parent) == leader:
            try:
                os.kill(int(child), signal.SIGCONT)
            except OSError:  # has ended meanwhile, or is another user's
                continue


def _close_all_but(kept: int) -> None:
    for descriptor in map(int, os.listdir("/dev/fd")):  # noqa: PTH208  # pathlib starts slowly
        if descriptor != kept:
            try:
                os.close(descriptor)
            except OSError:  # that of the listing
                continue
    for _ in range(3):  # standard input, output and error
        os.open(os.devnull, os.O_RDWR)


if __name__ == "__main__":
    launch(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
