"""A proxy in front of a database, which can lose the answer to a commit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from ndop.server.process import HOST

_COMMIT = b"COMMIT\0"


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
