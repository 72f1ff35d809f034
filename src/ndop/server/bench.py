"""Requests per second of running servers: rounds of equal length, of which the median counts."""

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
from ndop.fhir.media_types import JSON
from ndop.system.errors import ServerError

#: Makes the headers of one request, by FHIR's code of its interaction.
Sending = Callable[[str], Mapping[str, str]]


class _Request(NamedTuple):
    """A request of the API: `path` is below the base URL, `expected` the status of its answer."""

    method: str
    path: str
    body: str | None
    expected: int


class _Kind(NamedTuple):
    """A kind of request: FHIR's code of its interaction, and what makes the next one."""

    interaction: str
    make: Callable[[], _Request]


def nothing(_interaction: str) -> Mapping[str, str]:
    """Sends no headers."""
    return {}


@dataclass(frozen=True, slots=True)
class Measured:
    """A server, and what headers its requests need."""

    name: str
    base_url: str
    sending: Sending = nothing


@dataclass(frozen=True, slots=True)
class Rate:
    """What one kind of request reached on one server, in requests per second and milliseconds."""

    server: str
    name: str
    requests: int
    median_per_second: float
    lowest_per_second: float
    highest_per_second: float
    median_milliseconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """How hard and how long: `connections` at once, `rounds` of `seconds` each."""

    connections: int = 4
    rounds: int = 5
    seconds: float = 3.0
    patients: int = 500


def measure(servers: Sequence[Measured], edition: Edition, load: Load) -> Iterator[list[Rate]]:
    """Measure create, read and search by patient, one after the other, after a warm-up.

    Servers take turns, a round each, so that what else the machine does is no one's alone.
    Creates are of new synthetic patients; the others go round the Consents that the warm-up
    stored. A patient whom a server already knows is passed over and not counted. Gives, for each
    kind of request, the rates in the order of the servers. Raises ServerError where an answer is
    not the expected one.
    """
    numbers = _Shared(synthetic())
    stored = [_Stored(server, edition, numbers, load.patients) for server in servers]
    for name in stored[0].kinds:
        for one in stored:
            one.round(name, load)  # warms this kind of request
        rounds = [[one.round(name, load) for one in stored] for _ in range(load.rounds)]
        yield [
            _rate(server.name, name, load, of_server)
            for server, *of_server in zip(servers, *rounds, strict=True)
        ]


def _rate(server: str, name: str, load: Load, rounds: Sequence[list[float]]) -> Rate:
    rates = [len(times) / load.seconds for times in rounds]
    latencies = [moment for times in rounds for moment in times]
    return Rate(
        server,
        name,
        len(latencies),
        median(rates),
        min(rates),
        max(rates),
        1000 * median(latencies),
    )


class _Connection:
    """One kept-alive connection: cheaper for the measuring side than a full client."""

    def __init__(self, base_url: str, edition: Edition) -> None:
        parts = urlsplit(base_url)
        self._base = parts.path
        self._duplicate = edition.errors["duplicate"]
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, request: _Request, sent: Mapping[str, str]) -> str | None:
        """Send a request and return the Location of the answer, or an empty string.

        None where the server knows the patient of a create: only an empty one knows nobody.
        """
        headers = {"Accept": JSON, **({"Content-Type": JSON} if request.body else {}), **sent}
        self._http.request(request.method, f"{self._base}/{request.path}", request.body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        if request.expected == http.client.CREATED and self._refuses_a_double(answer, content):
            return None
        if answer.status != request.expected:
            raise ServerError(
                f"{request.method} {request.path}: expected HTTP status {request.expected}, "
                f"found {answer.status}: {content[:300]!r}"
            )
        return answer.headers.get("Location", "")

    def _refuses_a_double(self, answer: http.client.HTTPResponse, content: bytes) -> bool:
        refusal = self._duplicate
        return answer.status == refusal.status and refusal.code.encode() in content


class _Shared:
    """An iterator for many threads."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._lock = Lock()

    def __next__(self) -> str:
        with self._lock:
            return next(self._source)


class _Prepared:
    """Headers made beforehand: making them is no work of the server's."""

    def __init__(self, sending: Sending, interaction: str, count: int) -> None:
        self._make = partial(sending, interaction)
        self._made = deque(self._make() for _ in range(count))

    def __next__(self) -> Mapping[str, str]:
        with suppress(IndexError):
            return self._made.popleft()
        return self._make()


class _Stored:
    """Consents on a server, and rounds of requests that go round them."""

    def __init__(self, server: Measured, edition: Edition, numbers: _Shared, patients: int) -> None:
        self._server = server
        self._edition = edition
        self._numbers = numbers
        self._known: list[tuple[str, str]] = []
        self._turn = 0
        self._largest: dict[str, int] = {}
        self.kinds = {
            "create": _Kind("create", self._create),
            "read": _Kind("read", self._read),
            "search by patient": _Kind("search-type", self._search),
        }
        self._fill(patients)

    def round(self, kind: str, load: Load) -> list[float]:
        """The seconds that each request of one round took."""
        interaction, make = self.kinds[kind]
        prepared = _Prepared(
            self._server.sending, interaction, 3 * self._largest.get(kind, 100) // 2
        )
        ends = time.monotonic() + load.seconds

        def connection(_number: int) -> list[float]:
            times = []
            with _Connection(self._server.base_url, self._edition) as server:
                while time.monotonic() < ends:
                    request, headers = make(), next(prepared)
                    begun = time.monotonic()
                    if server.send(request, headers) is not None:
                        times.append(time.monotonic() - begun)
            return times

        with ThreadPoolExecutor(load.connections) as pool:
            times = [
                moment
                for of_connection in pool.map(connection, range(load.connections))
                for moment in of_connection
            ]
        self._largest[kind] = max(len(times), self._largest.get(kind, 0))
        return times

    def _fill(self, count: int) -> None:
        with _Connection(self._server.base_url, self._edition) as server:
            while len(self._known) < count:
                number = next(self._numbers)
                location = server.send(self._create_for(number), self._server.sending("create"))
                if location is None:
                    continue
                consent_id = location.split("/Consent/")[1].split("/")[0]
                self._known.append((number, consent_id))

    def _create(self) -> _Request:
        return self._create_for(next(self._numbers))

    def _create_for(self, number: str) -> _Request:
        body = json.dumps(draft(self._edition, number))
        return _Request("POST", "Consent", body, http.client.CREATED)

    def _read(self) -> _Request:
        return _Request("GET", f"Consent/{self._one()[1]}", None, http.client.OK)

    def _search(self) -> _Request:
        reference = quote(self._edition.patient.reference_to(self._one()[0]), safe="")
        path = f"Consent?patient={reference}"
        return _Request("GET", path, None, http.client.OK)

    def _one(self) -> tuple[str, str]:
        self._turn += 1  # a race skips or repeats one, which does not matter here
        return self._known[self._turn % len(self._known)]
