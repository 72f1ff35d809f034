"""HTTP as bytes: requests that no client library would send, and their answers."""

from __future__ import annotations

import base64
import contextlib
import http.client
import shlex
import socket
import ssl
import zlib
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import httpx

from ndop.system.errors import ServerError

_SECONDS = 60
#: Longer bodies are cut in a curl line; the seed still gives the whole.
_SHOWN = 4000


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `target` begins with a slash; `alone`: on a connection of its own, for what
    leaves it unclear where the request ends. A Content-Length is added to a body that has none.
    """

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    version: bytes = b"HTTP/1.1"
    alone: bool = False

    def replaced(self, what: bytes, by: bytes) -> Request:
        """With every `what`, wherever it stands, replaced."""
        return replace(
            self,
            target=self.target.replace(what, by),
            headers=tuple((name, value.replace(what, by)) for name, value in self.headers),
            body=self.body.replace(what, by),
        )

    def header(self, name: bytes) -> bytes | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def as_bytes(self, host: bytes) -> bytes:
        """What goes over the wire."""
        lines = [b" ".join([self.method, self.target, self.version])]
        if self.header(b"Host") is None:
            lines.append(b"Host: " + host)
        lines += [name + b": " + value for name, value in self.headers]
        framed = self.header(b"Content-Length") or self.header(b"Transfer-Encoding")
        if framed is None and (self.body or self.method in (b"POST", b"PUT")):
            lines.append(b"Content-Length: %d" % len(self.body))
        if self.alone:
            lines.append(b"Connection: close")
        return b"\r\n".join([*lines, b"", b""]) + self.body

    def curl(self, base: str) -> str:
        """The request as a line for bash."""
        parts = ["curl -i -g --path-as-is"]
        if self.method != b"GET":
            parts.append(f"-X {_quoted(self.method)}")
        if self.version == b"HTTP/1.0":
            parts.append("--http1.0")
        elif self.version != b"HTTP/1.1":
            return f"# curl cannot say {self.version!r}: {self.method!r} {self.target[:200]!r}"
        parts += [f"-H {_quoted(name + b': ' + value)}" for name, value in self.headers]
        parts.append(f"--request-target {_quoted(self.target)} {base}")
        if not self.body:
            return " ".join(parts)
        if self.header(b"Content-Type") is None:
            parts.append("-H 'Content-Type;'")
        if all(32 <= one < 127 for one in self.body):
            text = self.body[:_SHOWN].decode()
            return f"printf %s {shlex.quote(text)} | {' '.join(parts)} --data-binary @-"
        text = base64.b64encode(self.body[:_SHOWN]).decode()
        return f"echo {text} | base64 -d | {' '.join(parts)} --data-binary @-"


def _quoted(text: bytes) -> str:
    if all(32 <= one < 127 for one in text):
        return shlex.quote(text.decode())
    inner = "".join(
        chr(one) if 32 <= one < 127 and one not in b"'\\" else f"\\x{one:02x}" for one in text
    )
    return f"$'{inner}'"


class Wire:
    """A connection to a server, kept from request to request as long as it lasts."""

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
        """Send a request. Raises ServerError: there is no whole answer."""
        if request.alone:
            self.close()
        kept = self._socket is not None
        try:
            return self._sent(request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not kept:
                raise _no_answer(error) from error
        # The server may have ended the kept connection after the last answer.
        try:
            return self._sent(request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise _no_answer(error) from error

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _sent(self, request: Request) -> httpx.Response:
        connection = self._socket or self._connected()
        self._socket = connection
        # What is refused before its body was read may have an answer all the same.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request.as_bytes(f"{self._host}:{self._port}".encode()))
        with http.client.HTTPResponse(connection, method=request.method.decode("latin-1")) as told:
            told.begin()
            content = _unpacked(told.read(), told.getheader("Content-Encoding", ""))
            answer = httpx.Response(
                told.status,
                headers=[
                    (name.encode("latin-1"), value.encode("latin-1"))
                    for name, value in told.getheaders()
                    if name.lower() not in ("transfer-encoding", "content-encoding")
                ],
                content=content,
            )
            ends = told.will_close
        if ends or request.alone:
            self.close()
        return answer

    def _connected(self) -> socket.socket:
        try:
            connection = socket.create_connection((self._host, self._port), timeout=_SECONDS)
        except OSError as error:
            raise ServerError(f"{self.root}: nothing answers ({error}).") from error
        if self._tls is None:
            return connection
        return self._tls.wrap_socket(connection, server_hostname=self._host)


def _unpacked(content: bytes, encoding: str) -> bytes:
    """As the client reads it. Raises HTTPException: it is not what its header says."""
    if encoding in ("", "identity") or not content:
        return content
    try:
        return zlib.decompress(content, wbits=zlib.MAX_WBITS | 32)  # gzip or zlib
    except zlib.error as error:
        raise http.client.HTTPException(f"no {encoding}: {error}") from error


def _no_answer(error: Exception) -> NoAnswer:
    return NoAnswer(f"no whole answer: {type(error).__name__} {error}")


class NoAnswer(Exception):  # noqa: N818  # it says what it is
    """The server closed the connection or was silent, where an answer was due."""
