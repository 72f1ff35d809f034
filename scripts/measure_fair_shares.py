"""How long a client waits while 300 connections of another address send a byte a second.

.venv/bin/python -m scripts.measure_fair_shares [BASE_URL]

Prints, for each attack and without one, the statuses and the 50th and 99th percentile of the time
of a request. Exit status 1: a request was refused, or the 99th percentile is more than twice that
without the attack. Without an address it starts a server. The figures mean something only on an
idle machine.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass

import httpx

from ndop.conformance.suite.client import JSON
from ndop.editions import DEFAULT_EDITION
from ndop.server import process
from ndop.server.assembly import build_all
from ndop.server.process import LONG_LIVED, ServerPlan
from ndop.system.layout import checkout
from ndop.system.progress import Progress
from tests.server.slow_clients import ATTACKS, slow_senders

SECONDS = 20
CONNECTIONS = 300
ATTACKER = "127.0.0.2"
WELL_BEHAVED = "127.0.0.3"
#: What it gets: it reads, and what it would create is invalid.
EXPECTED = {200, 422}
#: The 99th percentile during an attack is at most so many times that without, and these ms.
MOST = 2.0
FLOOR_MS = 5.0


@dataclass(frozen=True, slots=True)
class Answers:
    """What a client got: how many of each status, and the seconds of each request."""

    statuses: Counter[int]
    seconds: list[float]

    def percentile(self, number: int) -> float:
        """In milliseconds."""
        return statistics.quantiles(self.seconds, n=100)[number - 1] * 1000

    def __str__(self) -> str:
        p50, p99 = self.percentile(50), self.percentile(99)
        return f"{dict(self.statuses)} p50 {p50:.1f} ms, p99 {p99:.1f} ms"


def main() -> int:
    """Measure the server that is named, or one of its own."""
    if len(sys.argv) > 1:
        return measure(sys.argv[1])
    layout, progress = checkout(), Progress()
    build_all(layout, progress)
    plan = ServerPlan(DEFAULT_EDITION, jvm=LONG_LIVED)
    with process.running(layout, plan, progress) as server:
        return measure(server.base_url)


def measure(base_url: str) -> int:
    """Print a line for each attack, beside a line without one just before it; the exit status."""
    requests(base_url, SECONDS)
    failed = False
    for name, head in ATTACKS.items():
        alone = requests(base_url, SECONDS)
        with slow_senders(base_url, head, [ATTACKER] * CONNECTIONS):
            attacked = requests(base_url, SECONDS)
        found = problems(alone, attacked)
        failed = failed or bool(found)
        ratio = attacked.percentile(99) / alone.percentile(99)
        verdict = f"FAILED: {', '.join(found)}" if found else "passed"
        print(
            f"{name}: alone {alone}; attacked {attacked}; {ratio:.2f} times; {verdict}", flush=True
        )
    return 1 if failed else 0


def problems(alone: Answers, attacked: Answers) -> list[str]:
    """What an attack did to the client that it should not."""
    found = []
    if refused := {status for status in attacked.statuses if status not in EXPECTED}:
        found.append(f"refused with {sorted(refused)}")
    if attacked.percentile(99) > MOST * alone.percentile(99) + FLOOR_MS:
        found.append(f"p99 more than {MOST} times as long, and {FLOOR_MS} ms")
    return found


def requests(base_url: str, seconds: float) -> Answers:
    """Read and create, one request after the other."""
    statuses: Counter[int] = Counter()
    times: list[float] = []
    transport = httpx.HTTPTransport(local_address=WELL_BEHAVED)
    body = b'{"resourceType": "Consent", "status": "active"}'
    with httpx.Client(base_url=base_url, timeout=60, transport=transport) as http:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            for method, path, content in (("GET", "/metadata", b""), ("POST", "/Consent", body)):
                begun = time.monotonic()
                answer = http.request(method, path, content=content, headers={"Content-Type": JSON})
                times.append(time.monotonic() - begun)
                statuses[answer.status_code] += 1
    return Answers(statuses, times)


if __name__ == "__main__":
    sys.exit(main())
