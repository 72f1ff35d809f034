"""The fault proxy: a reverse proxy before the reference server, with one fault seeded at a time."""

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

from ndop.assurance.mutation.messages import Request, Response
from ndop.assurance.mutation.model import Fault, ReferenceServer
from ndop.editions import Edition

#: The method of a request to the proxy itself; its path is the number of a fault, or `none`.
SEED = "SEED"

_HOST = "127.0.0.1"
_TIMEOUT_SECONDS = 60.0
#: Headers of a single connection, which a proxy does not forward (RFC 9110, section 7.6.1).
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "te",
    "upgrade",
    "content-length",
}


@dataclass(slots=True)
class FaultProxy:
    """A running proxy.

    `errors` has a traceback for each request on which a fault raised: such a run proves nothing.
    """

    base_url: str
    faults: Sequence[Fault]
    server: ReferenceServer
    errors: list[str] = field(default_factory=list)
    _seeded: Fault | None = None

    def seed(self, number: int | None) -> None:
        """Seed one fault, with an empty state; None removes it."""
        self._seeded = None if number is None else self.faults[number]
        self.server.state.clear()

    def respond(self, request: Request) -> Response:
        """The response of the seeded fault, else of the reference server."""
        fault = self._seeded
        try:
            return (
                self.server.forward(request)
                if fault is None
                else fault.handle(request, self.server)
            )
        except Exception:  # reported by whoever seeds the faults
            name = fault.name if fault else "no fault"
            self.errors.append(
                f"{name}: {request.method} {request.target}\n{traceback.format_exc()}"
            )
            return Response(500)


@contextmanager
def running_proxy(
    server_url: str, edition: Edition, faults: Sequence[Fault]
) -> Iterator[FaultProxy]:
    """Run a proxy before the server at `server_url`, on a free local port, until the block ends."""
    upstream = _Upstream(urlsplit(server_url).netloc)
    listener = ThreadingHTTPServer((_HOST, 0), BaseHTTPRequestHandler)
    base_url = f"http://{_HOST}:{listener.server_port}{urlsplit(server_url).path}"
    proxy = FaultProxy(base_url, faults, ReferenceServer(edition, upstream.forward))
    listener.RequestHandlerClass = _handler_class(proxy)
    listener.daemon_threads = True
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
        upstream.close()


def seed(base_url: str, number: int | None) -> None:
    """Seed a fault in the proxy at a base URL, from another process; None removes it."""
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request(SEED, f"/{'none' if number is None else number}")
        connection.getresponse().read()
    finally:
        connection.close()


class _Upstream:
    """Connections to the reference server, one for each thread."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def forward(self, request: Request) -> Response:
        """The reference server's response. Host is kept, as addresses in responses contain it."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._address, timeout=_TIMEOUT_SECONDS)
            self._local.connection = connection
            self._connections.append(connection)
        connection.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in request.headers:
            if name.lower() not in _HOP_BY_HOP:
                connection.putheader(name, value)
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        body = response.read()
        kept = [one for one in response.getheaders() if one[0].lower() not in _HOP_BY_HOP]
        return Response(response.status, body, headers=tuple(kept))

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


def _handler_class(proxy: FaultProxy) -> type[BaseHTTPRequestHandler]:
    class RequestHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_request(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            request = Request(self.command, self.path, body, headers=tuple(self.headers.items()))
            self.send(proxy.respond(request))

        def handle_seed(self) -> None:
            number = self.path.strip("/")
            proxy.seed(None if number == "none" else int(number))
            self.send(Response(200))

        def send(self, response: Response) -> None:
            self.send_response_only(response.status)
            for name, value in response.headers:
                self.send_header(name, value)
            if response.status not in (204, 304):
                self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(response.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = handle_request  # noqa: N815
        do_SEED = handle_seed  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return RequestHandler
