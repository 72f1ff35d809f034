"""The process that uses an H2 database on disk: the operating system knows who holds its lock."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ndop.system import processes
from ndop.system.errors import MissingToolError, ProgramError, ServerError
from ndop.system.file_lock import try_lock
from ndop.system.progress import Progress

#: The database in its folder, as a JDBC URL and H2 name it.
DATABASE_NAME = "consents"
_FILE = f"{DATABASE_NAME}.mv.db"

#: A file beside it, locked by the ndop command that has started a server, or is about to.
_CLAIM = "ndop.pid"

#: struct flock: type, whence, start, length, process on Linux; in another order on macOS.
_LINUX_FLOCK, _MACOS_FLOCK = "hhqqi4x", "qqihh"
#: How `ps` shows the ndop command: its script, run by a Python or not, or as a module of Python.
#: Where the folder of both has a space in its name, nothing else tells where the script begins.
_PYTHON = r"[Pp]ython[\d.]*\s(?:-[WX]\s?\S+\s|-[^\scmWX]\S*\s)*"
_NDOP = re.compile(
    rf"(?:(?P<folder>/.*?/){_PYTHON}(?P=folder)|(?:\S*/)?{_PYTHON}(?:-m\s|\S*/)?|\S*/)?"
    r"(?P<command>ndop\s.*)"
)
#: A server whose ndop command was killed needs this long, at most, to close its database.
_SECONDS_TO_END = 25.0


@dataclass(frozen=True, slots=True)
class DatabaseUser:
    """A process that uses a database: `pid` is the process to stop.

    `program` is its command line if that is an ndop command, else the name of the program: another
    command line may contain a password. It is empty, as is `started`, where no `ps` is installed.
    `is_ndop` says whether it runs, or was started by, ndop.
    """

    pid: int
    program: str
    started: str
    is_ndop: bool

    def __str__(self) -> str:
        if self.pid <= 0:  # in another container, say
            return "another process"
        if not self.program:  # there is no `ps`
            return f"process {self.pid}"
        details = f"{self.program}, started {self.started}" if self.started else self.program
        return f"process {self.pid} ({details})"


def database_user(folder: Path) -> DatabaseUser | None:
    """The process that uses the database of the folder; None where nobody does."""
    holder = _lock_holder(folder / _FILE)
    if holder is None:
        return None
    parent = _ask("ppid", holder)
    command = ndop_command(_ask("args", int(parent))) if parent.isdecimal() else None
    if command:
        return DatabaseUser(int(parent), command, _ask("lstart", int(parent)), True)
    return DatabaseUser(holder, Path(_ask("comm", holder)).name, _ask("lstart", holder), False)


def ndop_command(command_line: str) -> str | None:
    """The ndop command that a process runs, from its command line; None where it runs another."""
    found = _NDOP.match(command_line)
    return found["command"] if found else None


def check_unused(folder: Path, progress: Progress) -> None:
    """Raise ServerError, naming the process, where another server uses the database of the folder.

    One that no ndop command holds may be about to end, and is waited for.
    """
    user = database_user(folder)
    if user is not None and not user.is_ndop:
        with progress.step(f"Waiting for the database, which {user} uses"):
            latest = time.monotonic() + _SECONDS_TO_END
            while user is not None and time.monotonic() < latest:
                time.sleep(0.2)
                user = database_user(folder)
    if user is not None:
        raise in_use(folder, user)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Keep other ndop commands from the database of the folder, also while the server starts and
    has not opened it. Raises ServerError, naming the process, where one has claimed it.
    """
    with (folder / _CLAIM).open("a+") as file:
        if not try_lock(file):
            file.seek(0)
            pid = int(file.read() or 0)
            command = ndop_command(_ask("args", pid)) or "ndop"
            raise in_use(folder, DatabaseUser(pid, command, _ask("lstart", pid), True))
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def in_use(folder: Path, user: DatabaseUser) -> ServerError:
    """The error that the process uses the database of the folder."""
    return ServerError(
        f"The database of {folder} is in use by {user}. "
        "Stop it, or choose another folder with --data (make: DATA=)."
    )


def _lock_holder(file: Path) -> int | None:
    """The id of the process that has locked the file, 0 or less where the system hides it."""
    layout = _MACOS_FLOCK if sys.platform == "darwin" else _LINUX_FLOCK
    fields = (fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    if sys.platform == "darwin":
        fields = (0, 0, 0, fcntl.F_WRLCK, os.SEEK_SET)
    try:
        with file.open("rb") as opened:
            answer = fcntl.fcntl(opened, fcntl.F_GETLK, struct.pack(layout, *fields))
    except OSError:
        return None
    found = struct.unpack(layout, answer)
    kind, pid = (found[3], found[2]) if sys.platform == "darwin" else (found[0], found[4])
    return None if kind == fcntl.F_UNLCK else int(pid)


def _ask(column: str, pid: int) -> str:
    """A column of `ps` about a process; empty where it has ended, or there is no `ps`."""
    if pid <= 0:
        return ""
    try:
        answer = processes.run(["ps", "-ww", "-o", f"{column}=", "-p", str(pid)], "Looking at it")
    except (ProgramError, MissingToolError):
        return ""
    return " ".join(answer.split())
