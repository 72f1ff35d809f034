"""Requests per second of a running server: rounds of equal length, of which the median counts."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from threading import Lock
from urllib.parse import quote, urlsplit

from ndop.consents import draft
from ndop.editions import Edition
from ndop.errors import ServerError
from ndop.nhs_numbers import synthetic

_JSON = "application/fhir+json"

#: Makes the next request: method, path below the base URL, body, expected status.
_Next = Callable[[], tuple[str, str, str | None, int]]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one kind of request reached, in requests per second and milliseconds."""

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


def measure(base_url: str, edition: Edition, load: Load) -> Iterator[Rate]:
    """Measure create, read and search by patient, one after the other, after a warm-up.

    Creates are of new synthetic patients; the others go round the Consents that the warm-up
    stored. Raises ServerError where an answer is not the expected one.
    """
    numbers = _Shared(synthetic())
    stored = _Stored(base_url, edition, numbers)
    stored.fill(load.patients)
    kinds: dict[str, _Next] = {
        "create": stored.next_create,
        "read": stored.next_read,
        "search by patient": stored.next_search,
    }
    for name, following in kinds.items():
        _round(base_url, following, load)  # warms this kind of request
        rounds = [_round(base_url, following, load) for _ in range(load.rounds)]
        rates = [len(times) / load.seconds for times in rounds]
        latencies = [moment for times in rounds for moment in times]
        yield Rate(
            name,
            sum(map(len, rounds)),
            median(rates),
            min(rates),
            max(rates),
            1000 * median(latencies),
        )


def _round(base_url: str, following: _Next, load: Load) -> list[float]:
    """The seconds that each request of one round took."""
    ends = time.monotonic() + load.seconds

    def connection(_number: int) -> list[float]:
        times = []
        with _Connection(base_url) as server:
            while (begun := time.monotonic()) < ends:
                server.send(*following())
                times.append(time.monotonic() - begun)
        return times

    with ThreadPoolExecutor(load.connections) as pool:
        return [
            moment for times in pool.map(connection, range(load.connections)) for moment in times
        ]


class _Connection:
    """One kept-alive connection: cheaper for the measuring side than a full client."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._base = parts.path
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, method: str, path: str, body: str | None, expected: int) -> str:
        """Send a request and return the Location of the answer, or an empty string."""
        headers = {"Accept": _JSON, **({"Content-Type": _JSON} if body else {})}
        self._http.request(method, f"{self._base}/{path}", body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status != expected:
            raise ServerError(
                f"{method} {path}: expected HTTP status {expected}, found {answer.status}: "
                f"{content[:300]!r}"
            )
        return answer.headers.get("Location", "")


class _Shared:
    """An iterator for many threads."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._lock = Lock()

    def __next__(self) -> str:
        with self._lock:
            return next(self._source)


class _Stored:
    """Consents on the server, and the requests that go round them."""

    def __init__(self, base_url: str, edition: Edition, numbers: _Shared) -> None:
        self._base_url = base_url
        self._edition = edition
        self._numbers = numbers
        self._known: list[tuple[str, str]] = []
        self._turn = 0

    def fill(self, count: int) -> None:
        with _Connection(self._base_url) as server:
            for _ in range(count):
                number = next(self._numbers)
                body = json.dumps(draft(self._edition, number))
                location = server.send("POST", "Consent", body, http.client.CREATED)
                consent_id = location.split("/Consent/")[1].split("/")[0]
                self._known.append((number, consent_id))

    def next_create(self) -> tuple[str, str, str | None, int]:
        body = json.dumps(draft(self._edition, next(self._numbers)))
        return "POST", "Consent", body, http.client.CREATED

    def next_read(self) -> tuple[str, str, str | None, int]:
        return "GET", f"Consent/{self._one()[1]}", None, http.client.OK

    def next_search(self) -> tuple[str, str, str | None, int]:
        reference = quote(self._edition.patient.reference_to(self._one()[0]), safe="")
        return "GET", f"Consent?patient={reference}", None, http.client.OK

    def _one(self) -> tuple[str, str]:
        self._turn += 1  # a race skips or repeats one, which does not matter here
        return self._known[self._turn % len(self._known)]
