"""The filter: a reverse proxy in front of a sound server, with one fault seeded at a time."""

from __future__ import annotations

import contextlib
import http.client
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from ndop.assurance.mutation.messages import Answer, Request
from ndop.assurance.mutation.model import Fault, ReferenceServer
from ndop.editions import Edition

#: The method of a request to the filter itself, whose path is the number of a fault or `none`.
SEED = "SEED"

_HOST = "127.0.0.1"
_SECONDS = 60.0
#: Headers of one connection, which say nothing of the next (RFC 9110, section 7.6.1).
_OF_CONNECTION = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "te",
    "upgrade",
    "content-length",
}


@dataclass(slots=True)
class Filter:
    """A running filter.

    `broken` has what went wrong in it: a fault that cannot be applied proves nothing.
    """

    base_url: str
    faults: Sequence[Fault]
    sound: ReferenceServer
    broken: list[str] = field(default_factory=list)
    _fault: Fault | None = None

    def seed(self, number: int | None) -> None:
        """Have this fault from now on, with an empty memory; None for no fault at all."""
        self._fault = None if number is None else self.faults[number]
        self.sound.memory.clear()

    def answer(self, request: Request) -> Answer:
        """The answer of the sound server, or that of the fault."""
        fault = self._fault
        try:
            return self.sound.ask(request) if fault is None else fault.filter(request, self.sound)
        except Exception:  # told by the prover, whatever it is
            name = fault.name if fault else "no fault"
            self.broken.append(
                f"{name}: {request.method} {request.target}\n{traceback.format_exc()}"
            )
            return Answer(500)


@contextmanager
def filtering(sound_url: str, edition: Edition, faults: Sequence[Fault]) -> Iterator[Filter]:
    """Run a filter on a free port of this machine for the time of the block."""
    upstream = _Upstream(urlsplit(sound_url).netloc)
    server = ThreadingHTTPServer((_HOST, 0), BaseHTTPRequestHandler)
    base_url = f"http://{_HOST}:{server.server_port}{urlsplit(sound_url).path}"
    running = Filter(base_url, faults, ReferenceServer(edition, upstream.ask))
    server.RequestHandlerClass = _handler(running)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        upstream.close()


def seed(base_url: str, number: int | None) -> None:
    """Seed a fault in the filter at a base URL, from another process."""
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=_SECONDS)
    try:
        connection.request(SEED, f"/{'none' if number is None else number}")
        connection.getresponse().read()
    finally:
        connection.close()


class _Upstream:
    """Connections to the sound server, one for each thread."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._own = threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def ask(self, request: Request) -> Answer:
        """The answer of the sound server. The Host stays as it was: it is in addresses."""
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._address, timeout=_SECONDS)
            self._own.connection = connection
            self._all.append(connection)
        connection.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in request.headers:
            if name.lower() not in _OF_CONNECTION:
                connection.putheader(name, value)
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        body = response.read()
        kept = [one for one in response.getheaders() if one[0].lower() not in _OF_CONNECTION]
        return Answer(response.status, body, headers=tuple(kept))

    def close(self) -> None:
        for connection in self._all:
            connection.close()


def _handler(running: Filter) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            request = Request(self.command, self.path, body, headers=tuple(self.headers.items()))
            self.tell(running.answer(request))

        def seed(self) -> None:
            number = self.path.strip("/")
            running.seed(None if number == "none" else int(number))
            self.tell(Answer(200))

        def tell(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = pass_on  # noqa: N815
        do_SEED = seed  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler
