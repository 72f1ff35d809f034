"""HTTP as bytes, for requests that no client library would send."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest

#: Strings in a response that would disclose which products the server is made of.
TELLTALES = ("HAPI", "Exception", "at ca.uhn", "Tomcat", "Apache", "8.8.0", "Spring", "<html")


def require_local_addresses(*sources: str) -> None:
    """Skip the test where the machine has no such address: macOS has of 127/8 only the first."""
    for source in sources:
        with socket.socket() as probe:
            try:
                probe.bind((source, 0))
            except OSError as error:
                pytest.skip(f"{source} is no address of this machine: {error}")


def connect(base_url: str, source: str = "127.0.0.1") -> socket.socket:
    """Open a connection to the server from a local address."""
    parts = urlsplit(base_url)
    address = (parts.hostname or "", parts.port or 80)
    return socket.create_connection(address, timeout=60, source_address=(source, 0))


def send_raw(base_url: str, *lines: str, body: bytes = b"", source: str = "127.0.0.1") -> bytes:
    """Send lines unchanged, with a Host header; return everything that the server answers."""
    head, *others = lines
    text = "\r\n".join([head, f"Host: {urlsplit(base_url).hostname}", *others, "", ""])
    with connect(base_url, source) as connection:
        connection.sendall(text.encode("latin-1") + body)
        return receive_all(connection)


def receive_all(connection: socket.socket) -> bytes:
    """Receive until the server closes the connection."""
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    return answer


def has_answer(connection: socket.socket) -> bool:
    """Whether something can be received now, or the server has closed the connection."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(60)
    return True


def raw_request(base_url: str, *lines: str, body: bytes = b"") -> httpx.Response:
    """As `send_raw` with `Connection: close`; returns the response parsed."""
    head, *others = lines
    return parse_response(send_raw(base_url, head, *others, "Connection: close", body=body))


def parse_response(answer: bytes) -> httpx.Response:
    """Parse the first response in the bytes received."""
    start, _, body = answer.partition(b"\r\n\r\n")
    status_line, *header_lines = start.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in header_lines]
    if ("Transfer-Encoding", "chunked") in headers:
        body = decode_chunked(body)
    kept = [(name, value) for name, value in headers if name != "Transfer-Encoding"]
    return httpx.Response(int(status_line.split()[1]), headers=kept, content=body)


def decode_chunked(body: bytes) -> bytes:
    """The body without its chunked transfer coding."""
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        count = int(size, 16)
        whole += rest[:count]
        body = rest[count + 2 :] if count else b""
    return whole
