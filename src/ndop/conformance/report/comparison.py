"""Two runs side by side: what was mended, what broke, what is new, what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from ndop.conformance.report.results import Outcome, RunResult, TestResult
from ndop.system.errors import ResultsError


@dataclass(frozen=True, slots=True)
class Change:
    """A test in two runs; None where it is in one only."""

    old: TestResult | None
    new: TestResult | None

    @property
    def told(self) -> str:
        """The test, its requirements and its outcomes in a line."""
        test = self.new or self.old
        assert test is not None
        outcomes = " → ".join(one.outcome for one in (self.old, self.new) if one)
        rows = f" ({', '.join(test.requirements)})" if test.requirements else ""
        return f"{outcomes}: {test.title}{rows}\n    {test.id}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every difference has one place.

    mended        failed, and does not any more
    broken        fails, and did not: a regression, if a SHALL is concerned
    warned        a SHOULD that fails, and did not
    changed       another change of outcome, such as from passed to skipped
    new           only in the newer run; those that fail are listed first
    gone          only in the older run, which the newer would have run
    not_run       only in the older run; the newer is incomplete
    """

    mended: Sequence[Change]
    broken: Sequence[Change]
    warned: Sequence[Change]
    changed: Sequence[Change]
    new: Sequence[Change]
    gone: Sequence[Change]
    not_run: Sequence[Change]

    @property
    def is_regression(self) -> bool:
        """Whether something that did not fail does now."""
        return bool(self.broken)


def compare(old: RunResult, new: RunResult) -> Comparison:
    """Compare two runs of one edition. Raises ResultsError where the editions differ."""
    if old.edition != new.edition:
        raise ResultsError(
            f"Expected two runs of one edition; found {old.edition} and {new.edition}."
        )
    before = {test.id: test for test in old.tests}
    after = {test.id: test for test in new.tests}
    both = [Change(before[id_], after[id_]) for id_ in sorted(before.keys() & after.keys())]
    differing = [one for one in both if _outcome(one.old) != _outcome(one.new)]
    lost = [Change(before[id_], None) for id_ in sorted(before.keys() - after.keys())]
    added = [Change(None, after[id_]) for id_ in sorted(after.keys() - before.keys())]
    broken = [one for one in differing if _outcome(one.new) == "failed"]
    warned = [one for one in differing if _outcome(one.new) == "warning" and one not in broken]
    mended = [
        one
        for one in differing
        if _outcome(one.old) in ("failed", "warning") and _outcome(one.new) == "passed"
    ]
    placed = [*broken, *warned, *mended]
    return Comparison(
        mended=mended,
        broken=broken,
        warned=warned,
        changed=[one for one in differing if one not in placed],
        new=sorted(added, key=lambda one: _outcome(one.new) != "failed"),
        gone=lost if new.complete else [],
        not_run=[] if new.complete else lost,
    )


def show(comparison: Comparison, old: RunResult, new: RunResult, console: Console) -> None:
    """Print what differs, and the totals."""
    headings = {
        "Broken": comparison.broken,
        "Warnings that are new": comparison.warned,
        "Mended": comparison.mended,
        "Otherwise changed": comparison.changed,
        "New": comparison.new,
        "Gone": comparison.gone,
        "Not run this time": comparison.not_run,
    }
    for heading, changes in headings.items():
        if changes:
            console.print(f"{heading}:", markup=False)
        for change in changes:
            console.print(f"  {change.told}", markup=False, soft_wrap=True)
    for name, run in (("old", old), ("new", new)):
        console.print(f"{name}: {_totals(run)}", markup=False, soft_wrap=True)
    told = ", ".join(f"{len(changes)} {name.lower()}" for name, changes in headings.items())
    console.print(told, markup=False, soft_wrap=True)


def _outcome(test: TestResult | None) -> Outcome | None:
    return None if test is None else test.outcome


def _totals(run: RunResult) -> str:
    counts = run.tests_by_outcome()
    outcomes: Sequence[Outcome] = ("passed", "failed", "warning", "skipped")
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in outcomes)
    ending = "" if run.complete else f" (incomplete: {run.incomplete_because})"
    return f"{run.base_url}, {run.started}: {told}{ending}"
