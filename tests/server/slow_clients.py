"""Clients that open connections and send or read slowly, to hold what others need."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

from ndop.conformance.suite.client import JSON
from tests.server.raw_http import connect

SECONDS_TO_BEGIN = 30.0

#: How a request begins whose body then comes a byte a second.
ATTACKS = {
    "slow POST": f"POST /fhir/Consent HTTP/1.1\r\nContent-Type: {JSON}\r\nContent-Length: 1000",
    "slow PUT": f"PUT /fhir/Consent/1 HTTP/1.1\r\nContent-Type: {JSON}\r\nContent-Length: 1000",
    "slow chunks": (
        f"POST /fhir/Consent HTTP/1.1\r\nContent-Type: {JSON}\r\nTransfer-Encoding: chunked"
    ),
    "slow body of a GET": "GET /fhir/metadata HTTP/1.1\r\nContent-Length: 1000",
    "slow body that is refused by its type": (
        "POST /fhir/Consent HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 1000"
    ),
    "slow body that is refused by its size": (
        f"POST /fhir/Consent HTTP/1.1\r\nContent-Type: {JSON}\r\nContent-Length: 40000000"
    ),
    "slow body of another address": (
        "DELETE /elsewhere HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 1000"
    ),
}


@contextmanager
def connections(base_url: str, sources: list[str]) -> Iterator[list[socket.socket]]:
    """Open connections from local addresses."""
    opened = [connect(base_url, source) for source in sources]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


@contextmanager
def slow_senders(base_url: str, head: str, sources: list[str]) -> Iterator[None]:
    """Keep a connection from each source sending a byte a second; who is cut off comes again.

    The block begins when each has tried to connect. Raises AssertionError at its end: the server
    accepted fewer than half of them, so this was no attack.
    """
    stopping, under_way = threading.Event(), threading.Event()
    host = f"Host: {urlsplit(base_url).hostname}"
    byte = b"1\r\n \r\n" if "chunked" in head else b" "
    start = f"{head}\r\n{host}\r\n\r\n".encode() + byte
    accepted: set[int] = set()

    def attack() -> None:
        opened: dict[int, socket.socket] = {}
        try:
            while not stopping.is_set():
                for number, source in enumerate(sources):
                    try:
                        if number in opened:
                            opened[number].sendall(byte)
                        else:
                            opened[number] = connect(base_url, source)
                            opened[number].sendall(start)
                            accepted.add(number)
                    except OSError:
                        if number in opened:
                            opened.pop(number).close()
                under_way.set()
                stopping.wait(1)
        finally:
            for connection in opened.values():
                connection.close()

    with ThreadPoolExecutor(1) as pool:
        attacker = pool.submit(attack)
        try:
            under_way.wait(SECONDS_TO_BEGIN)
            yield
        finally:
            stopping.set()
        attacker.result()
    assert len(accepted) >= len(sources) / 2, f"only {len(accepted)} connections were accepted"
