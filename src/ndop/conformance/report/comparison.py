"""Comparing two runs: what was fixed, what broke, what is new, what was removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from ndop.conformance.report.results import Outcome, RunResult, TestResult
from ndop.system.errors import ResultsError


@dataclass(frozen=True, slots=True)
class TestChange:
    """A test in two runs, None for the one that it is not in."""

    __test__ = False  # not a test class, in spite of its name

    old: TestResult | None
    new: TestResult | None

    @property
    def summary(self) -> str:
        """The test with its outcomes and requirements, and below it its id."""
        test = self.new or self.old
        assert test is not None
        outcomes = " → ".join(one.outcome for one in (self.old, self.new) if one)
        rows = f" ({', '.join(test.requirements)})" if test.requirements else ""
        return f"{outcomes}: {test.title}{rows}\n    {test.id}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The tests that differ between two runs, each in one of these groups:

    fixed         failed or warned, and passes now
    broken        fails now, and did not: a regression
    new_warnings  a SHOULD that fails now, and did not
    changed       any other change of outcome, such as from passed to skipped
    added         only in the new run; those that fail come first
    removed       only in the old run; the new run is complete
    not_run       only in the old run; the new run is incomplete
    """

    fixed: Sequence[TestChange]
    broken: Sequence[TestChange]
    new_warnings: Sequence[TestChange]
    changed: Sequence[TestChange]
    added: Sequence[TestChange]
    removed: Sequence[TestChange]
    not_run: Sequence[TestChange]

    @property
    def is_regression(self) -> bool:
        """Whether a test fails that did not fail before."""
        return bool(self.broken)


def compare(old: RunResult, new: RunResult) -> Comparison:
    """Compare two runs of the same edition. Raises ResultsError if the editions differ."""
    if old.edition != new.edition:
        raise ResultsError(
            f"Expected two runs of one edition; found {old.edition} and {new.edition}."
        )
    before = {test.id: test for test in old.tests}
    after = {test.id: test for test in new.tests}
    both = [TestChange(before[id_], after[id_]) for id_ in sorted(before.keys() & after.keys())]
    differing = [one for one in both if _outcome(one.old) != _outcome(one.new)]
    missing = [TestChange(before[id_], None) for id_ in sorted(before.keys() - after.keys())]
    added = [TestChange(None, after[id_]) for id_ in sorted(after.keys() - before.keys())]
    broken = [one for one in differing if _outcome(one.new) == "failed"]
    new_warnings = [
        one for one in differing if _outcome(one.new) == "warning" and one not in broken
    ]
    fixed = [
        one
        for one in differing
        if _outcome(one.old) in ("failed", "warning") and _outcome(one.new) == "passed"
    ]
    grouped = [*broken, *new_warnings, *fixed]
    return Comparison(
        fixed=fixed,
        broken=broken,
        new_warnings=new_warnings,
        changed=[one for one in differing if one not in grouped],
        added=sorted(added, key=lambda one: _outcome(one.new) != "failed"),
        removed=missing if new.complete else [],
        not_run=[] if new.complete else missing,
    )


def print_comparison(
    comparison: Comparison, old: RunResult, new: RunResult, console: Console
) -> None:
    """Print the differences, and the totals of both runs."""
    groups = {
        "Broken": comparison.broken,
        "New warnings": comparison.new_warnings,
        "Fixed": comparison.fixed,
        "Otherwise changed": comparison.changed,
        "Added": comparison.added,
        "Removed": comparison.removed,
        "Not run this time": comparison.not_run,
    }
    for heading, changes in groups.items():
        if changes:
            console.print(f"{heading}:", markup=False)
        for change in changes:
            console.print(f"  {change.summary}", markup=False, soft_wrap=True)
    for name, run in (("old", old), ("new", new)):
        console.print(f"{name}: {_totals(run)}", markup=False, soft_wrap=True)
    counts = ", ".join(f"{len(changes)} {name.lower()}" for name, changes in groups.items())
    console.print(counts, markup=False, soft_wrap=True)


def _outcome(test: TestResult | None) -> Outcome | None:
    return None if test is None else test.outcome


def _totals(run: RunResult) -> str:
    counts = run.tests_by_outcome()
    outcomes: Sequence[Outcome] = ("passed", "failed", "warning", "skipped")
    totals = ", ".join(f"{counts[outcome]} {outcome}" for outcome in outcomes)
    ending = "" if run.complete else f" (incomplete: {run.incomplete_because})"
    return f"{run.base_url}, {run.started}: {totals}{ending}"
