"""Servers on local sockets that break HTTP, each in its own way."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Handles one request, given its first line and the connection to answer on.
Behaviour = Callable[[str, socket.socket], None]


@contextmanager
def broken_server(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve for the duration of the block; yields the base URL. A connection has one answer."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()
    connections: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        # The client may disconnect at any time, which is what these servers are for.
        with contextlib.suppress(OSError), connection:
            wrapped = tls.wrap_socket(connection, server_side=True) if tls else connection
            with wrapped:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = wrapped.recv(65536)
                    if not piece:
                        return
                    head += piece
                behave(head.split(b"\r\n", 1)[0].decode(), wrapped)

    def accept() -> None:
        while not stopped.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connections.append(connection)
            threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
            threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        scheme = "https" if tls else "http"
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/fhir"
    finally:
        stopped.set()
        for open_socket in (listening, *connections):
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
            open_socket.close()
        for thread in (accepting, *threads):
            thread.join(5)


def sends(answer: bytes) -> Behaviour:
    """Send the same bytes in answer to every request."""
    return lambda _line, connection: connection.sendall(answer)


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An HTTP response; its Content-Type is that of FHIR JSON unless a header says otherwise."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    if not any(header.lower().startswith("content-type:") for header in headers):
        lines.append("Content-Type: application/fhir+json")
    if not any(header.lower().startswith(("content-length:", "transfer-")) for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def hangs_up(_line: str, _connection: socket.socket) -> None:
    """Close the connection without answering."""


def hangs_up_within_a_body(_line: str, connection: socket.socket) -> None:
    connection.sendall(http(b'{"resourceType"', "Content-Length: 4000"))


def never_answers(_line: str, connection: socket.socket) -> None:
    connection.recv(1)  # until the client disconnects


def trickles_headers(_line: str, connection: socket.socket) -> None:
    """Send a byte now and then, so that no single read ever waits for long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not _has_disconnected(connection):
        connection.sendall(b"x")


def trickles_a_body(_line: str, connection: socket.socket) -> None:
    connection.sendall(http(b"", "Transfer-Encoding: chunked"))
    while not _has_disconnected(connection):
        connection.sendall(b"1\r\n \r\n")


def never_ends_a_body(_line: str, connection: socket.socket) -> None:
    """Send as fast as the client reads."""
    connection.sendall(http(b"", "Transfer-Encoding: chunked"))
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    while True:
        connection.sendall(piece)


def _has_disconnected(connection: socket.socket) -> bool:
    connection.settimeout(0.2)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    finally:
        connection.settimeout(None)
