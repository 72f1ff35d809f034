"""The outcome of a proof as lines of text, and as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from ndop.assurance.mutation.results import FaultResult


def line(result: FaultResult) -> str:
    """Whether a fault was caught, its requirement, its name, and the tests."""
    fault = f"{result.requirement} {result.fault} ({result.edition})"
    if result.caught:
        return f"caught: {fault}: {', '.join(result.caught_by)}"
    others = f"caught only by {', '.join(result.others)}" if result.others else "caught by no test"
    own = [*result.passed_by, *(f"{one} (skipped)" for one in result.skipped)]
    return f"NOT CAUGHT: {fault}: {others}; tests of its requirement: {', '.join(own) or 'none'}"


def totals(results: Sequence[FaultResult]) -> Table:
    """Numbers of faults by edition."""
    table = Table(title="Seeded faults", box=box.SIMPLE_HEAD)
    table.add_column("edition")
    for heading in ("faults", "requirements", "caught by their own tests", "not caught"):
        table.add_column(heading, justify="right")
    for edition in dict.fromkeys(result.edition for result in results):
        own = [result for result in results if result.edition == edition]
        requirements = {result.requirement for result in own}
        caught = sum(result.caught for result in own)
        table.add_row(edition, *map(str, (len(own), len(requirements), caught, len(own) - caught)))
    return table
