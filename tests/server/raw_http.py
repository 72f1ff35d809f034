"""HTTP as bytes, for requests that no client library would send."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx

#: What would tell an attacker the product that answers.
TELLTALES = ("HAPI", "Exception", "at ca.uhn", "Tomcat", "Apache", "8.8.0", "Spring", "<html")


def connected(base_url: str, source: str = "127.0.0.1") -> socket.socket:
    """A connection to the server, from an address of this machine."""
    parts = urlsplit(base_url)
    address = (parts.hostname or "", parts.port or 80)
    return socket.create_connection(address, timeout=60, source_address=(source, 0))


def sent(base_url: str, *lines: str, body: bytes = b"", source: str = "127.0.0.1") -> bytes:
    """Send lines as they are, with a Host header, and everything that the server answers."""
    head, *others = lines
    text = "\r\n".join([head, f"Host: {urlsplit(base_url).hostname}", *others, "", ""])
    with connected(base_url, source) as connection:
        connection.sendall(text.encode("latin-1") + body)
        return received(connection)


def received(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    return answer


def response(base_url: str, *lines: str, body: bytes = b"") -> httpx.Response:
    """As `sent`, on a connection that ends after one answer, which is taken apart."""
    head, *others = lines
    return parsed(sent(base_url, head, *others, "Connection: close", body=body))


def parsed(answer: bytes) -> httpx.Response:
    """The first answer in what was received."""
    start, _, body = answer.partition(b"\r\n\r\n")
    status_line, *header_lines = start.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in header_lines]
    if ("Transfer-Encoding", "chunked") in headers:
        body = dechunked(body)
    kept = [(name, value) for name, value in headers if name != "Transfer-Encoding"]
    return httpx.Response(int(status_line.split()[1]), headers=kept, content=body)


def dechunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        count = int(size, 16)
        whole += rest[:count]
        body = rest[count + 2 :] if count else b""
    return whole
