"""What the tests of a running server have in common."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from ndop.server.process import RunningServer


@pytest.fixture
def http(server: RunningServer) -> Iterator[httpx.Client]:
    """A client of the server that tests share, which no request shall keep busy for longer."""
    with httpx.Client(base_url=server.base_url + "/", timeout=30) as client:
        yield client
