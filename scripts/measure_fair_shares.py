"""How long a client waits while 300 connections of another address send a byte a second.

.venv/bin/python -m scripts.measure_fair_shares [BASE_URL]

Prints, for each attack and without one, the statuses and the 50th and 99th percentile of the time
of a request. Without an address it starts a server. The figures mean something only on an idle
machine.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter

import httpx

from ndop.conformance.suite.client import JSON
from ndop.editions import DEFAULT_EDITION
from ndop.server import process
from ndop.server.process import LONG_LIVED, ServerPlan
from ndop.system.layout import checkout
from ndop.system.progress import Progress
from tests.server.slow_clients import ATTACKS, slow_senders

SECONDS = 20
CONNECTIONS = 300
ATTACKER = "127.0.0.2"
WELL_BEHAVED = "127.0.0.3"


def main() -> None:
    """Measure the server that is named, or one of its own."""
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        plan = ServerPlan(DEFAULT_EDITION, jvm=LONG_LIVED)
        with process.running(checkout(), plan, Progress()) as server:
            measure(server.base_url)


def measure(base_url: str) -> None:
    """Print a line for each attack, each beside a line without one just before it."""
    requests(base_url, SECONDS)
    for name, head in ATTACKS.items():
        alone = requests(base_url, SECONDS)
        with slow_senders(base_url, head, [ATTACKER] * CONNECTIONS):
            attacked = requests(base_url, SECONDS)
        print(f"{name}: alone {describe(alone)}; attacked {describe(attacked)}", flush=True)


def requests(base_url: str, seconds: float) -> tuple[Counter[int], list[float]]:
    """Read and create, one request after the other; statuses, and the time of each."""
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
    return statuses, times


def describe(result: tuple[Counter[int], list[float]]) -> str:
    """Statuses and percentiles."""
    statuses, times = result
    cuts = statistics.quantiles(times, n=100)
    return f"{dict(statuses)} p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms"


if __name__ == "__main__":
    main()
