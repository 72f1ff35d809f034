"""A PostgreSQL server of the tests' own, which can be stopped, paused and reached by a proxy."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import chown, which

from ndop.server.process import HOST, free_port
from tests.server.test_postgresql import as_owner, programs

_COMMIT = b"COMMIT\0"


class PostgresqlServer:
    """A server in a folder of its own. Its data survive `stop`."""

    def __init__(self, folder: Path) -> None:
        """Makes an empty database; skips the test where PostgreSQL is not installed."""
        self.port = free_port()
        self._programs, self._folder, self._data = programs(), folder, folder / "data"
        if os.geteuid() == 0:
            for parent in (folder, *folder.parents[:3]):
                parent.chmod(0o755)
            chown(folder, "postgres")
        self._run("initdb", "-D", str(self._data), "-U", "ndop", "-A", "trust")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = (
            f"-p {self.port} -c listen_addresses={HOST} -c unix_socket_directories={self._folder}"
        )
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", options, "start")

    def stop(self, mode: str) -> None:
        """Stop it: `fast` ends the sessions in an orderly way, `immediate` as a crash does."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", mode, "stop")

    @contextmanager
    def stopped(self, mode: str) -> Iterator[None]:
        """Stopped within the block."""
        self.stop(mode)
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Without a sign of life within the block, its connections being open."""
        pids = self._pids()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def execute(self, sql: str) -> None:
        """Run a statement."""
        self._run("psql", "-h", HOST, "-p", str(self.port), "-U", "ndop", "-c", sql, "postgres")

    def _pids(self) -> list[int]:
        main = (self._data / "postmaster.pid").read_text(encoding="ascii").split()[0]
        children = subprocess.run(["pgrep", "-P", main], capture_output=True, text=True, check=True)
        return [int(main), *map(int, children.stdout.split())]

    def _run(self, program: str, *arguments: str) -> None:
        beside = self._programs / program
        found = str(beside) if beside.is_file() else str(which(program))
        command = as_owner([found, *arguments])
        # pg_ctl's server would keep a pipe open.
        subprocess.run(
            command,
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


class DatabaseProxy:
    """Passes connections on to a port, and can lose the answer to a commit."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server((HOST, 0))
        self.port = int(self._listening.getsockname()[1])
        self._losing: bytes | None = None
        self.commits_lost = 0
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def lose_answer_to_commit_with(self, marker: bytes) -> None:
        """Of the next transaction that sends `marker`, pass the COMMIT on, wait for its answer, and
        close the connection instead of passing the answer back.
        """
        self._losing = marker

    def close(self) -> None:
        """Accept no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((HOST, self._target))
            except OSError:
                client.close()
                continue
            lost = threading.Event()
            for pump in (self._to_server, self._to_client):
                threading.Thread(target=pump, args=(client, server, lost), daemon=True).start()

    def _to_server(
        self, client: socket.socket, server: socket.socket, lost: threading.Event
    ) -> None:
        marked = False

        def before_sending(data: bytes) -> None:
            nonlocal marked
            losing = self._losing
            marked = marked or (losing is not None and losing in data)
            if marked and _COMMIT in data:
                self._losing = None
                lost.set()

        _pump(client, server, before_sending)

    def _to_client(
        self, client: socket.socket, server: socket.socket, lost: threading.Event
    ) -> None:
        def before_sending(_data: bytes) -> None:
            if lost.is_set():
                self.commits_lost += 1
                raise ConnectionAbortedError

        _pump(server, client, before_sending)


def _pump(
    source: socket.socket, sink: socket.socket, before_sending: Callable[[bytes], None]
) -> None:
    """Pass on what arrives until either side closes; then close both."""
    try:
        while data := source.recv(65536):
            before_sending(data)
            sink.sendall(data)
    except OSError:
        pass
    finally:
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
