"""Torturing one store: rounds of load, a fault, recovery, and a comparison."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired

from ndop.assurance.torture.comparison import Comparison, Trail, Violation, compare
from ndop.assurance.torture.database_check import check_database
from ndop.assurance.torture.deployment import Deployment, deployment
from ndop.assurance.torture.disk import mounted_disk
from ndop.assurance.torture.faults import inject
from ndop.assurance.torture.journal import ACKNOWLEDGEMENTS, History, Journal
from ndop.assurance.torture.load import (
    Load,
    wait_until_acknowledging,
    wait_until_answering,
)
from ndop.assurance.torture.plan import Plan
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition
from ndop.system.errors import NdopError, ServerError
from ndop.system.layout import Layout

_DISK_MEGABYTES = 2048
_SECONDS_TO_RECOVER = 60.0
#: Writes that must be acknowledged in each round before its fault, and again after the recovery.
_WRITES = 5
#: What the load may be answered with; NDOP-210: during an outage 503, never another error.
_ALLOWED = {*ACKNOWLEDGEMENTS, "read 200", "search 200"}
_OUTAGE = ("503", "no answer")


@dataclass(slots=True)
class Round:
    """What came of one round. `recovered_after` are seconds from the end of the fault until a
    search was answered and a write acknowledged, None where the server did not recover.
    """

    number: int
    fault: str
    acknowledged: int
    statuses: Mapping[str, int]
    unknown: Mapping[str, int]
    violations: list[Violation]
    restarted: bool
    recovered_after: float | None
    seconds: float


@dataclass(slots=True)
class TortureResult:
    """A run over one store. `left_out` are faults that could not be injected, with the reason;
    `interruption` is what ended it early.
    """

    plan: Plan
    rounds: list[Round] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    final: Comparison = field(default_factory=Comparison)
    seconds: float = 0.0
    interruption: BaseException | None = None

    @property
    def violations(self) -> list[Violation]:
        """Those of every round and of the comparison at the end."""
        return [*(one for each in self.rounds for one in each.violations), *self.final.violations]


def torture(
    layout: Layout,
    edition: Edition,
    plan: Plan,
    journal_file: Path,
    on_round: Callable[[Round], None] = lambda _: None,
) -> TortureResult:
    """Start a deployment, torture it, and stop it. A Ctrl-C ends it early, and cleans up.

    A server or database that cannot go on after a fault is a violation, and ends the run. The
    folder beside the journal then has what was in the store. Raises ServerError: the server does
    not start the first time, or none of the faults can be injected; MissingToolError: PostgreSQL
    is not installed.
    """
    result, begun = TortureResult(plan), time.monotonic()
    journal_file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ndop-torture-") as name:
        Path(name).chmod(0o711)  # for PostgreSQL's own user
        with (
            mounted_disk(Path(name), _DISK_MEGABYTES) as disk,
            deployment(layout, edition.id, plan.store, disk) as target,
            Journal(journal_file) as journal,
        ):
            if disk.why_not:
                result.left_out["fill-disk"] = disk.why_not
            if not any(plan.schedule(frozenset(result.left_out))):
                reasons = "; ".join(f"{name}: {why}" for name, why in result.left_out.items())
                raise ServerError(f"None of the faults can be injected ({reasons}).")
            try:
                target.start()
                try:
                    _run_rounds(target, edition, plan, journal, result, on_round)
                except (NdopError, TimeoutExpired) as error:
                    result.final.violations.append(Violation("errors", f"the run ended: {error}"))
                target.close()
                if result.violations:
                    _keep(disk.folder, journal_file.with_suffix(""))
            except KeyboardInterrupt as interruption:
                result.interruption = interruption
    result.seconds = time.monotonic() - begun
    return result


def _keep(store: Path, folder: Path) -> None:
    """Keep what is in the store, for whoever looks for the cause."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(store, folder, ignore=shutil.ignore_patterns("lost+found", ".s.PGSQL*"))


def _run_rounds(
    target: Deployment,
    edition: Edition,
    plan: Plan,
    journal: Journal,
    result: TortureResult,
    on_round: Callable[[Round], None],
) -> None:
    load = Load(target.base_url, edition, journal, plan.connections, plan.seed)
    trail = Trail(target.trail)
    source = random.Random(plan.seed)  # noqa: S311
    for number, fault in enumerate(plan.schedule(frozenset(result.left_out)), 1):
        one = _round(number, fault, target, edition, load, journal, trail, source)
        result.rounds.append(one)
        on_round(one)
    result.final = compare(target.base_url, edition, journal.histories())
    trail.read_again()
    result.final.violations += trail.compare(journal.histories())
    target.close()
    result.final.violations += check_database(target, edition, journal.histories())


def _round(
    number: int,
    fault: str,
    target: Deployment,
    edition: Edition,
    load: Load,
    journal: Journal,
    trail: Trail,
    source: random.Random,
) -> Round:
    begun = time.monotonic()
    before = Counter(journal.statuses)
    violations: list[Violation] = []
    nobody = next(synthetic())

    def require_writes(when: str) -> None:
        if not wait_until_acknowledging(journal, _WRITES, _SECONDS_TO_RECOVER, target.has_ended):
            violations.append(Violation("errors", f"writes are not acknowledged {when} the fault"))

    with load.running():
        require_writes("before")
        time.sleep(source.uniform(0, 2))
        if not inject(fault, target, source):
            violations.append(Violation("errors", "the fault had no effect"))
        recovered, restarted = _recover(target, edition, nobody, violations)
        recovering = time.monotonic()
        require_writes("after")
        if recovered is not None:
            recovered += time.monotonic() - recovering
    statuses = Counter(journal.statuses) - before
    if fault == "fill-disk" and not any(answer.endswith(_OUTAGE) for answer in statuses):
        violations.append(Violation("errors", "no request met the full disk"))
    violations += [
        Violation("errors", f"{count} x {answer}")
        for answer, count in statuses.items()
        if answer not in _ALLOWED and not answer.endswith(_OUTAGE)
    ]
    violations += [Violation("lost", text) for text in journal.violations]
    journal.violations.clear()
    touched: list[History] = list(journal.touched())
    found = compare(target.base_url, edition, touched)
    violations += [*found.violations, *trail.compare(touched)]
    return Round(
        number,
        fault,
        sum(statuses[answer] for answer in ACKNOWLEDGEMENTS),
        dict(sorted(statuses.items())),
        dict(found.unknown),
        violations,
        restarted,
        recovered,
        time.monotonic() - begun,
    )


def _recover(
    target: Deployment, edition: Edition, patient: str, violations: list[Violation]
) -> tuple[float | None, bool]:
    """Wait until the server answers a search; a server that has ended is started, as a supervisor
    would, and one that does not recover is stopped and started.
    """
    begun = time.monotonic()
    if target.postgresql is not None and not target.postgresql.is_running():
        target.postgresql.start()  # a full disk ends it
    restarted = False
    if not target.has_ended():
        recovered = wait_until_answering(
            target.base_url, edition, patient, _SECONDS_TO_RECOVER, target.has_ended
        )
        if recovered is not None:
            return recovered, restarted
        if not target.has_ended():
            violations.append(
                Violation("errors", f"it had not recovered after {_SECONDS_TO_RECOVER:.0f} s")
            )
    target.start()
    restarted = True
    if (
        wait_until_answering(
            target.base_url, edition, patient, _SECONDS_TO_RECOVER, target.has_ended
        )
        is None
    ):
        raise ServerError("The server has started again, but answers no search.")
    return time.monotonic() - begun, restarted
