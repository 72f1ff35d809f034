"""The slow clients of the tests attack as they say, or the test fails."""

from __future__ import annotations

import socket
import threading

import pytest

from ndop.server.process import free_port
from tests.server.slow_clients import ATTACKS, slow_senders

SOURCES = ["127.0.0.1"] * 4


def test_an_attack_that_nobody_accepts_is_none() -> None:
    base_url = f"http://127.0.0.1:{free_port()}/fhir"
    with (
        pytest.raises(AssertionError, match="only 0 connections"),
        slow_senders(base_url, ATTACKS["slow POST"], SOURCES),
    ):
        pass


def test_who_is_cut_off_comes_again() -> None:
    came_again = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def cut_off() -> None:
            for _ in range(2 * len(SOURCES)):
                connection, _ = listening.accept()
                connection.close()
            came_again.set()

        thread = threading.Thread(target=cut_off, daemon=True)
        thread.start()
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/fhir"
        with slow_senders(base_url, ATTACKS["slow POST"], SOURCES):
            assert came_again.wait(60)
        thread.join()
