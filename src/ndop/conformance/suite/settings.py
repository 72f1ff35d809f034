"""What the process of pytest is told about a run.

It comes as JSON through a pipe, as it may hold secrets.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ndop.conformance.suite.access import Access


class Settings(BaseModel):
    """One run. `left_out` has rows that are left out and why; `patients` are NHS numbers that
    the server knows, empty where it takes any of the test range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str
    edition: str
    editions_folder: Path | None = None
    claims: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    access: Access = Access()
    patients: tuple[str, ...] = ()
    left_out: dict[str, str] = {}
