"""What the plugin's modules share during a run: the suite's settings, and each test's record."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from ndop.conformance.register.requirements import Register
from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.settings import Settings
from ndop.editions import Edition


@dataclass(slots=True)
class Suite:
    """The settings, the register and the edition of a run.

    `worker` is the index of this process of pytest-xdist, of `workers` in all.
    """

    settings: Settings
    edition: Edition
    register: Register
    worker: int
    workers: int

    @property
    def base_url(self) -> str:
        """The base URL of the server under test."""
        return self.settings.base_url

    @property
    def claims(self) -> frozenset[str]:
        """What the server is said to be set up for."""
        return self.settings.claims

    @property
    def lacks_token_key(self) -> bool:
        """Whether the server needs signed tokens and there is no key to sign them with."""
        signed = "verifies-signatures" in self.claims
        return signed and self.settings.access.token_key is None


@dataclass(slots=True)
class TestRecord:
    """What a test leaves for its result, beside what pytest reports."""

    client: NdopClient | None = None
    notes: list[str] = field(default_factory=list)
    patients: list[str] = field(default_factory=list)
    remedy: str = ""


#: In the stash of the config, where a server is named.
SUITE = pytest.StashKey[Suite]()
#: In the stash of an item.
RECORD = pytest.StashKey[TestRecord]()
