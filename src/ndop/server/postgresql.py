"""A PostgreSQL of its own, in a folder and on a port of this machine, to test against."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ndop.server.process import HOST, free_port
from ndop.system import processes
from ndop.system.child_process import ChildProcess
from ndop.system.errors import MissingToolError, ProgramError, ServerError

USER = "ndop"
_DATABASE = "postgres"
_SECONDS_TO_READY = 60.0


def programs() -> Path:
    """The folder of initdb and postgres. Raises MissingToolError."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    candidates += [Path(folder) for folder in os.get_exec_path()]
    for folder in candidates:
        if all((folder / name).is_file() for name in ("initdb", "postgres", "pg_isready")):
            return folder
    raise MissingToolError("PostgreSQL's initdb and postgres are not installed")


class PostgreSQL:
    """A cluster in a folder: stopped, running, or killed. Raises ServerError, ProgramError."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._programs = programs()
        self._folder = folder
        self._data = folder / "data"
        self._process: ChildProcess | None = None
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        initdb = [str(self._programs / "initdb"), "-D", str(self._data), "-U", USER, "-A", "trust"]
        processes.run(_as_owner(initdb), "Making a database", Path("/"))

    def jdbc_url(self, port: int | None = None) -> str:
        """The URL of its database; `port` is that of a proxy in front of it."""
        return f"jdbc:postgresql://{HOST}:{port or self.port}/{_DATABASE}"

    def start(self) -> None:
        """Start it, also after a crash, and wait until it accepts connections."""
        latest = time.monotonic() + _SECONDS_TO_READY
        while time.monotonic() < latest:
            # What a killed one left may hold its shared memory a moment longer.
            if self._process is None or self._process.poll() is not None:
                self._process = self._start()
            if self._accepts_connections():
                return
            time.sleep(0.2)
        raise ServerError(f"PostgreSQL did not start:\n{self._log_tail()}")

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the postmaster: SIGTERM, SIGINT and SIGQUIT stop it smartly, fast and
        immediately; SIGKILL leaves recovery to the next start.
        """
        if self._process is not None:
            self._process.send_signal(number)

    def wait_for_end(self) -> None:
        """Wait until the postmaster has ended, and kill it where it does not."""
        if self._process is None:
            return
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def is_running(self) -> bool:
        """Whether the postmaster runs."""
        return self._process is not None and self._process.poll() is None

    def send_signal_to_all(self, number: signal.Signals) -> None:
        """Send a signal to the postmaster and all its processes, such as SIGSTOP."""
        if self._process is None or self._process.poll() is not None:
            return
        # First the postmaster, which starts no other process once it is stopped.
        os.kill(self._process.pid, number)
        listed = processes.run(["ps", "-e", "-o", "pid=,ppid="], "Listing processes")
        for pid, parent in (map(int, line.split()) for line in listed.splitlines()):
            if parent == self._process.pid:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:  # a backend that has ended meanwhile
                    continue

    def _start(self) -> ChildProcess:
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        for setting in (f"listen_addresses={HOST}", f"unix_socket_directories={self._folder}"):
            command += ["-c", setting]
        with (self._folder / "log").open("ab") as log:
            return processes.start(
                _as_owner(command),
                "Starting PostgreSQL",
                ending_signal=signal.SIGINT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _accepts_connections(self) -> bool:
        command = [str(self._programs / "pg_isready"), "-q", "-h", HOST, "-p", str(self.port)]
        try:
            processes.run(command, "Asking PostgreSQL")
        except ProgramError:
            return False
        return True

    def _log_tail(self) -> str:
        return processes.tail((self._folder / "log").read_text("utf-8", errors="replace"))


@contextmanager
def running_postgresql(folder: Path) -> Iterator[PostgreSQL]:
    """A new cluster in an empty folder, which must be reachable by the user `postgres` where this
    process runs as root. Raises MissingToolError where PostgreSQL is not installed.
    """
    cluster = PostgreSQL(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.send_signal_to_all(signal.SIGCONT)
        cluster.send_signal(signal.SIGINT)
        cluster.wait_for_end()


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL does not run as root: there, use its own user."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
