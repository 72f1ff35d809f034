"""One process at a time does what others would do as well, such as a build of one checkout."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Wait until no other block holds the lock, which is `file`, and hold it until this one ends.

    The system releases it when a process ends, however that happens. Not reentrant.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
