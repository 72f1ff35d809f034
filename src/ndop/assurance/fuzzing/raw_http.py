"""HTTP as bytes: requests that no client library would send, and the responses to them."""

from __future__ import annotations

import base64
import contextlib
import http.client
import shlex
import socket
import ssl
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import httpx

from ndop.system.errors import ServerError

_TIMEOUT_SECONDS = 60
#: Longer bodies are cut short in a curl command; the seed still reproduces all of them.
_MOST_BYTES_SHOWN = 4000


class NoResponseError(Exception):
    """The server closed the connection or sent nothing, where a response was due."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `target` is the request target, such as `/fhir/Consent`.

    A body without a Content-Length or Transfer-Encoding is given a Content-Length. With
    `own_connection` the request has a connection to itself, as a request needs if it leaves unclear
    where it ends.
    """

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    version: bytes = b"HTTP/1.1"
    own_connection: bool = False

    def replacing(self, old: bytes, new: bytes) -> Request:
        """A copy with `new` in place of `old` in target, values of headers and body."""
        return replace(
            self,
            target=self.target.replace(old, new),
            headers=tuple((name, value.replace(old, new)) for name, value in self.headers),
            body=self.body.replace(old, new),
        )

    def with_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> Request:
        """A copy with these headers after its own."""
        return replace(self, headers=(*self.headers, *headers))

    def header(self, name: bytes) -> bytes | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def as_bytes(self, host: bytes) -> bytes:
        """The request as it is sent, to `host` unless it has a Host of its own."""
        lines = [b" ".join([self.method, self.target, self.version])]
        if self.header(b"Host") is None:
            lines.append(b"Host: " + host)
        lines += [name + b": " + value for name, value in self.headers]
        framed = self.header(b"Content-Length") or self.header(b"Transfer-Encoding")
        if framed is None and (self.body or self.method in (b"POST", b"PUT")):
            lines.append(b"Content-Length: %d" % len(self.body))
        if self.own_connection:
            lines.append(b"Connection: close")
        return b"\r\n".join([*lines, b"", b""]) + self.body

    def curl(self, base: str) -> str:
        """The request as a command for bash."""
        parts = ["curl -i -g --path-as-is"]
        if self.method != b"GET":
            parts.append(f"-X {_quoted(self.method)}")
        if self.version == b"HTTP/1.0":
            parts.append("--http1.0")
        elif self.version != b"HTTP/1.1":
            return f"# curl cannot send {self.version!r}: {self.method!r} {self.target[:200]!r}"
        parts += [f"-H {_quoted(name + b': ' + value)}" for name, value in self.headers]
        parts.append(f"--request-target {_quoted(self.target)} {base}")
        if not self.body:
            return " ".join(parts)
        if self.header(b"Content-Type") is None:
            parts.append("-H 'Content-Type;'")
        if all(32 <= one < 127 for one in self.body):
            text = self.body[:_MOST_BYTES_SHOWN].decode()
            return f"printf %s {shlex.quote(text)} | {' '.join(parts)} --data-binary @-"
        text = base64.b64encode(self.body[:_MOST_BYTES_SHOWN]).decode()
        return f"echo {text} | base64 -d | {' '.join(parts)} --data-binary @-"


def _quoted(text: bytes) -> str:
    if all(32 <= one < 127 for one in text):
        return shlex.quote(text.decode())
    inner = "".join(
        chr(one) if 32 <= one < 127 and one not in b"'\\" else f"\\x{one:02x}" for one in text
    )
    return f"$'{inner}'"


class RawHttpClient:
    """A client that keeps one connection to a server open for as long as the server does."""

    def __init__(self, base_url: str, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(base_url)
        self.root = f"{parts.scheme}://{parts.netloc}"
        #: The path of the API, such as `/fhir`.
        self.api = parts.path.rstrip("/")
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = tls or (ssl.create_default_context() if parts.scheme == "https" else None)
        self._socket: socket.socket | None = None

    def send(self, request: Request) -> httpx.Response:
        """Send a request.

        Raises NoResponseError if there is no complete response, ServerError if nothing listens.
        """
        if request.own_connection:
            self.close()
        reused = self._socket is not None
        try:
            return self._exchange(request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not reused:
                raise _no_response(error) from error
        # The server may have closed the connection after the previous response.
        try:
            return self._exchange(request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise _no_response(error) from error

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, request: Request) -> httpx.Response:
        connection = self._socket or self._connect()
        self._socket = connection
        # A server that refuses a request before reading its body may still have responded.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request.as_bytes(f"{self._host}:{self._port}".encode()))
        method = request.method.decode("latin-1")
        with http.client.HTTPResponse(connection, method=method) as received:
            received.begin()
            content = _decompressed(received.read(), received.getheader("Content-Encoding", ""))
            response = httpx.Response(
                received.status,
                headers=[
                    (name.encode("latin-1"), value.encode("latin-1"))
                    for name, value in received.getheaders()
                    if name.lower() not in ("transfer-encoding", "content-encoding")
                ],
                content=content,
            )
            closes = received.will_close
        if closes or request.own_connection:
            self.close()
        return response

    def _connect(self) -> socket.socket:
        try:
            connection = socket.create_connection(
                (self._host, self._port), timeout=_TIMEOUT_SECONDS
            )
        except OSError as error:
            raise ServerError(f"{self.root}: nothing answers ({error}).") from error
        if self._tls is None:
            return connection
        return self._tls.wrap_socket(connection, server_hostname=self._host)


def _decompressed(content: bytes, encoding: str) -> bytes:
    """The content without its Content-Encoding. Raises HTTPException if it is not encoded so."""
    if encoding in ("", "identity") or not content:
        return content
    try:
        return zlib.decompress(content, wbits=zlib.MAX_WBITS | 32)  # gzip or zlib
    except zlib.error as error:
        raise http.client.HTTPException(f"not {encoding}: {error}") from error


def _no_response(error: Exception) -> NoResponseError:
    return NoResponseError(f"no complete response: {type(error).__name__} {error}")
