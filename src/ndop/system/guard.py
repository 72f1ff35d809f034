"""Run as a program beside a child process: ends it when its parent is gone. See ChildProcess.

It imports nothing of ndop, since it is started by its path, and quickly.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

#: Time for an orderly end, such as a server's closing its database, before the child is killed.
SECONDS_TO_END = 20.0


def guard(leash: int, leader: int, ending_signal: int) -> None:
    """Wait until the writing end of the pipe `leash` is closed, then end the own process group,
    which is that of `leader`.

    Nobody writes into the pipe: its other end is closed by the parent, or by the system when the
    parent is dead. While the guard is in the group, no other process can get the group's number, so
    that the signals cannot reach a stranger.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, ending_signal):
        signal.signal(number, signal.SIG_IGN)
    _close_all_but(leash)  # whoever reads from the child must see that the child has closed its end
    while os.read(leash, 1):
        pass
    os.killpg(0, ending_signal)
    os.killpg(0, signal.SIGCONT)
    latest = time.monotonic() + SECONDS_TO_END
    while _exists(leader) and time.monotonic() < latest:
        time.sleep(0.1)
    os.killpg(0, signal.SIGKILL)


def _close_all_but(kept: int) -> None:
    for descriptor in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        if descriptor != kept:
            try:
                os.close(descriptor)
            except OSError:  # that of the listing
                continue


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    guard(*map(int, sys.argv[1:]))
