"""Requests per second of running servers: the median of rounds of equal length."""

from __future__ import annotations

import http.client
import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from statistics import median
from threading import Lock
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from ndop.consents import draft
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition
from ndop.fhir.locations import consent_id_in
from ndop.fhir.media_types import JSON
from ndop.system.errors import ServerError

#: Makes the headers of a request, given FHIR's code of its interaction.
HeaderFactory = Callable[[str], Mapping[str, str]]


class _Request(NamedTuple):
    """A request: `path` is relative to the base URL, `expected` is the status of the response."""

    method: str
    path: str
    body: str | None
    expected: int


class _RequestKind(NamedTuple):
    """A kind of request: FHIR's code of its interaction, and a factory of requests."""

    interaction: str
    make: Callable[[], _Request]


def no_headers(_interaction: str) -> Mapping[str, str]:
    """The HeaderFactory of a server that needs none."""
    return {}


@dataclass(frozen=True, slots=True)
class BenchTarget:
    """A server to measure, and the headers that its requests need."""

    name: str
    base_url: str
    headers: HeaderFactory = no_headers


@dataclass(frozen=True, slots=True)
class Throughput:
    """One kind of request on one server, in requests per second and milliseconds of latency."""

    server: str
    name: str
    requests: int
    median_per_second: float
    lowest_per_second: float
    highest_per_second: float
    median_milliseconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """`connections` in parallel, `rounds` of `seconds` each, `patients` who have a Consent."""

    connections: int = 4
    rounds: int = 5
    seconds: float = 3.0
    patients: int = 500


def measure(
    servers: Sequence[BenchTarget], edition: Edition, load: Load
) -> Iterator[list[Throughput]]:
    """Measure create, read and search by patient, one after the other, each after a warm-up.

    Servers take turns, a round each, so that other load on the machine affects all alike. Creates
    are for new synthetic patients; reads and searches cycle through Consents stored beforehand. A
    patient whom a server already has is skipped and not counted. Yields, for each kind of request,
    the throughput of each server, in their order. Raises ServerError where a response is not the
    expected one.
    """
    numbers = _ThreadSafeIterator(synthetic())
    workloads = [_Workload(server, edition, numbers, load.patients) for server in servers]
    for name in workloads[0].kinds:
        for one in workloads:
            one.run_round(name, load)  # warms up this kind of request
        rounds = [[one.run_round(name, load) for one in workloads] for _ in range(load.rounds)]
        yield [
            _throughput(server.name, name, load, of_server)
            for server, *of_server in zip(servers, *rounds, strict=True)
        ]


def _throughput(server: str, name: str, load: Load, rounds: Sequence[list[float]]) -> Throughput:
    rates = [len(of_round) / load.seconds for of_round in rounds]
    latencies = [latency for of_round in rounds for latency in of_round]
    return Throughput(
        server,
        name,
        len(latencies),
        median(rates),
        min(rates),
        max(rates),
        1000 * median(latencies),
    )


class _Connection:
    """A persistent connection: it costs the measuring side less CPU than a full HTTP client."""

    def __init__(self, base_url: str, edition: Edition) -> None:
        parts = urlsplit(base_url)
        self._base = parts.path
        self._duplicate = edition.answer_to("duplicate")
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, request: _Request, extra_headers: Mapping[str, str]) -> str | None:
        """Send a request and return the Location of the response, or an empty string.

        None where a create was rejected because the server already has a Consent of the patient.
        """
        content_type = {"Content-Type": JSON} if request.body else {}
        headers = {"Accept": JSON, **content_type, **extra_headers}
        self._http.request(request.method, f"{self._base}/{request.path}", request.body, headers)
        response = self._http.getresponse()
        content = response.read()
        if request.expected == http.client.CREATED and self._is_duplicate(response, content):
            return None
        if response.status != request.expected:
            raise ServerError(
                f"{request.method} {request.path}: expected HTTP status {request.expected}, "
                f"found {response.status}: {content[:300]!r}"
            )
        return response.headers.get("Location", "")

    def _is_duplicate(self, response: http.client.HTTPResponse, content: bytes) -> bool:
        error = self._duplicate
        return response.status == error.status and error.code.encode() in content


class _ThreadSafeIterator:
    """An iterator that threads share."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._lock = Lock()

    def __next__(self) -> str:
        with self._lock:
            return next(self._source)


class _PreparedHeaders:
    """Headers made in advance, since signing tokens is not part of what is measured."""

    def __init__(self, factory: HeaderFactory, interaction: str, count: int) -> None:
        self._make = partial(factory, interaction)
        self._ready = deque(self._make() for _ in range(count))

    def __next__(self) -> Mapping[str, str]:
        with suppress(IndexError):
            return self._ready.popleft()
        return self._make()


class _Workload:
    """Consents stored on a server, and rounds of requests that cycle through them."""

    def __init__(
        self,
        server: BenchTarget,
        edition: Edition,
        numbers: _ThreadSafeIterator,
        patients: int,
    ) -> None:
        self._server = server
        self._edition = edition
        self._numbers = numbers
        self._stored: list[tuple[str, str]] = []
        self._next = 0
        self._most_requests: dict[str, int] = {}
        self.kinds = {
            "create": _RequestKind("create", self._create),
            "read": _RequestKind("read", self._read),
            "search by patient": _RequestKind("search-type", self._search),
        }
        self._fill(patients)

    def run_round(self, kind: str, load: Load) -> list[float]:
        """Send requests for the length of a round; the latency of each in seconds."""
        interaction, make = self.kinds[kind]
        expected = 3 * self._most_requests.get(kind, 100) // 2
        prepared = _PreparedHeaders(self._server.headers, interaction, expected)
        end = time.monotonic() + load.seconds

        def connection(_number: int) -> list[float]:
            latencies = []
            with _Connection(self._server.base_url, self._edition) as server:
                while time.monotonic() < end:
                    request, headers = make(), next(prepared)
                    started = time.monotonic()
                    if server.send(request, headers) is not None:
                        latencies.append(time.monotonic() - started)
            return latencies

        with ThreadPoolExecutor(load.connections) as pool:
            latencies = [
                latency
                for of_connection in pool.map(connection, range(load.connections))
                for latency in of_connection
            ]
        self._most_requests[kind] = max(len(latencies), self._most_requests.get(kind, 0))
        return latencies

    def _fill(self, count: int) -> None:
        with _Connection(self._server.base_url, self._edition) as server:
            while len(self._stored) < count:
                number = next(self._numbers)
                location = server.send(self._create_for(number), self._server.headers("create"))
                if location and (consent_id := consent_id_in(location)):
                    self._stored.append((number, consent_id))

    def _create(self) -> _Request:
        return self._create_for(next(self._numbers))

    def _create_for(self, number: str) -> _Request:
        body = json.dumps(draft(self._edition, number))
        return _Request("POST", "Consent", body, http.client.CREATED)

    def _read(self) -> _Request:
        return _Request("GET", f"Consent/{self._next_stored()[1]}", None, http.client.OK)

    def _search(self) -> _Request:
        reference = quote(self._edition.patient.reference_to(self._next_stored()[0]), safe="")
        path = f"Consent?patient={reference}"
        return _Request("GET", path, None, http.client.OK)

    def _next_stored(self) -> tuple[str, str]:
        self._next += 1  # a race skips or repeats one, which is harmless
        return self._stored[self._next % len(self._stored)]
