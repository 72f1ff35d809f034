"""What a conformance run is to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ndop.conformance.suite.access import Access
from ndop.conformance.suite.preset import Limits
from ndop.conformance.suite.settings import Settings


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The server to test, and how.

    `access`, `patients` and `left_out` are as in Settings; `tests` are folders of further tests to
    run with the suite's own; `run_seconds` limits the whole run.
    """

    base_url: str
    edition: str
    report_folder: Path
    editions_folder: Path | None = None
    claims: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    workers: int = 1
    stop_at_first_failure: bool = False
    access: Access = field(default_factory=Access)
    patients: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    tests: tuple[Path, ...] = ()
    run_seconds: float = Limits().run

    @property
    def settings(self) -> Settings:
        """The settings of the suite's pytest plugin."""
        return Settings(
            base_url=self.base_url,
            edition=self.edition,
            editions_folder=self.editions_folder,
            claims=frozenset(self.claims),
            only=frozenset(self.only),
            access=self.access,
            patients=self.patients,
            left_out=dict(self.left_out),
        )
