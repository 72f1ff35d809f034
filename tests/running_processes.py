"""Which processes run."""

from __future__ import annotations

import subprocess


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie: where nobody reaps orphans, they stay that."""
    state = _ps("-o", "stat=", "-p", str(pid))
    return bool(state.strip()) and not state.strip().startswith("Z")


def is_stopped(pid: int) -> bool:
    """Whether the process exists and a signal has stopped it."""
    return _ps("-o", "stat=", "-p", str(pid)).strip().startswith("T")


def in_group(group: int) -> list[str]:
    """The commands of the processes in a process group that are no zombies."""
    rows = (line.split(maxsplit=2) for line in _ps("-e", "-o", "pgid=,stat=,args=").splitlines())
    return [row[2] for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


def children(parent: int) -> list[int]:
    """The ids of the processes that a process has started itself and that are no zombies."""
    rows = (line.split() for line in _ps("-e", "-o", "ppid=,pid=,stat=").splitlines())
    return [int(pid) for ppid, pid, state in rows if int(ppid) == parent and state[0] != "Z"]


def _ps(*options: str) -> str:
    command = ["sh", "-c", 'exec ps "$@"', "sh", *options]  # fast, as tests/slow_tests.py sees it
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
