"""One process at a time does what others would do as well, such as a build of one checkout."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Wait until no other block holds the lock, which is `file`, and hold it until this one ends.

    The system releases it when a process ends, however that happens. Not reentrant.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def try_lock(file: IO[bytes] | IO[str], seconds: float = 0) -> bool:
    """Lock an open file; False if another process still has it locked after some seconds.

    The lock lasts until the file is closed here and in every process that has inherited it.
    """
    latest = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= latest:
                return False
            time.sleep(0.1)
        else:
            return True
