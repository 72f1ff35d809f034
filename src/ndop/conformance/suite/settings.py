"""The settings of a run, passed to the pytest process as JSON through a pipe.

They may hold secrets, which must not appear among the arguments of a process.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ndop.conformance.suite.access import Access


class Settings(BaseModel):
    """The settings of one run.

    `left_out` maps rows that are left out to the reason. `patients` are NHS numbers that the server
    knows; it is empty where the server accepts any number in the test range.
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
