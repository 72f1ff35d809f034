"""The faults: each hurts a deployment for a moment, under load."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from ndop.assurance.torture.deployment import Deployment
from ndop.assurance.torture.link import Link

#: Returns whether it had an effect.
Injection = Callable[[Deployment, random.Random], bool]


def inject(name: str, deployment: Deployment, source: random.Random) -> bool:
    """Inject a fault by its name and, where it passes by itself, wait until it has passed. Returns
    whether it had an effect: there may be nothing to hurt.
    """
    return INJECTIONS[name](deployment, source)


def _kill_server(deployment: Deployment, _source: random.Random) -> bool:
    deployment.server.process.kill()
    return deployment.server.process.wait() == -signal.SIGKILL


def _stop_server(deployment: Deployment, _source: random.Random) -> bool:
    running = not deployment.has_ended()
    deployment.server.process.terminate()
    deployment.server.process.wait(60)
    return running


def _pause_server(deployment: Deployment, source: random.Random) -> bool:
    pid = deployment.server.process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(source.uniform(0.5, 3))
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    return True


def _fill_disk(deployment: Deployment, source: random.Random) -> bool:
    try:
        taken = deployment.disk.fill()
        time.sleep(source.uniform(2, 6))
    finally:
        deployment.disk.free()
    return taken > 0


def _cut(link: Link | None, source: random.Random) -> bool:
    """Several times, since a cut in the middle of a commit is a matter of milliseconds."""
    assert link is not None
    cut = 0
    for _ in range(source.randint(3, 12)):
        cut += link.cut()
        time.sleep(source.uniform(0.01, 0.3))
    return cut > 0


def _cut_clients(deployment: Deployment, source: random.Random) -> bool:
    return _cut(deployment.clients, source)


def _cut_database(deployment: Deployment, source: random.Random) -> bool:
    return _cut(deployment.database, source)


def _end_postgresql(deployment: Deployment, source: random.Random, number: signal.Signals) -> bool:
    assert deployment.postgresql is not None
    running = deployment.postgresql.is_running()
    deployment.postgresql.send_signal(number)
    deployment.postgresql.wait_for_end()
    time.sleep(source.uniform(0, 6))
    deployment.postgresql.start()
    return running


def _kill_postgresql(deployment: Deployment, source: random.Random) -> bool:
    number = source.choice((signal.SIGKILL, signal.SIGQUIT))
    return _end_postgresql(deployment, source, number)


def _stop_postgresql(deployment: Deployment, source: random.Random) -> bool:
    return _end_postgresql(deployment, source, signal.SIGINT)


def _pause_postgresql(deployment: Deployment, source: random.Random) -> bool:
    assert deployment.postgresql is not None
    running = deployment.postgresql.is_running()
    deployment.postgresql.send_signal_to_all(signal.SIGSTOP)
    try:
        time.sleep(source.uniform(0.5, 8))
    finally:
        deployment.postgresql.send_signal_to_all(signal.SIGCONT)
    return running


INJECTIONS: dict[str, Injection] = {
    "kill-server": _kill_server,
    "stop-server": _stop_server,
    "pause-server": _pause_server,
    "cut-clients": _cut_clients,
    "fill-disk": _fill_disk,
    "kill-postgresql": _kill_postgresql,
    "stop-postgresql": _stop_postgresql,
    "pause-postgresql": _pause_postgresql,
    "cut-database": _cut_database,
}
