"""Fixtures that the tests of a running server share."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from ndop.server.process import RunningServer


@pytest.fixture
def http(server: RunningServer) -> Iterator[httpx.Client]:
    """A client of the shared server; no request may take longer than the timeout."""
    with httpx.Client(base_url=server.base_url + "/", timeout=30) as client:
        yield client
