"""A run as a table, as lines of text, as Markdown, and as torture.json."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from rich import box
from rich.table import Table

from ndop.assurance.torture.comparison import KINDS
from ndop.assurance.torture.plan import faults_of
from ndop.assurance.torture.run import Round, TortureResult

HEADINGS = (
    "store",
    "fault",
    "rounds",
    "acknowledged",
    *KINDS,
    "unknown: stored / not",
    "503",
    "median recovery s",
)
_SHOWN = 20


def rows(results: Sequence[TortureResult]) -> Iterator[tuple[str, ...]]:
    """A row for each store and fault, a last one for each store; see HEADINGS."""
    for result in results:
        store = result.plan.store
        for fault in faults_of(store):
            of_fault = [one for one in result.rounds if one.fault == fault]
            if of_fault:
                yield (store, fault, *_cells(of_fault))
            elif fault in result.left_out:
                yield (
                    store,
                    fault,
                    f"not run: {result.left_out[fault]}",
                    *[""] * (len(HEADINGS) - 3),
                )
        final = Counter(one.kind for one in result.final.violations)
        yield (
            store,
            "all, at the end",
            str(len(result.rounds)),
            str(result.final.acknowledged),
            *(str(final[kind]) for kind in KINDS),
            *[""] * 3,
        )


def table(results: Sequence[TortureResult]) -> Table:
    """The rows for a terminal."""
    shown = Table(box=box.SIMPLE_HEAD)
    for number, heading in enumerate(HEADINGS):
        shown.add_column(heading, justify="left" if number < 2 else "right")
    for row in rows(results):
        shown.add_row(*row)
    return shown


def markdown(results: Sequence[TortureResult]) -> str:
    """The rows as a table in Markdown."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows(results)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def line(one: Round, rounds: int) -> str:
    """One round."""
    recovery = "not recovered" if one.recovered_after is None else f"{one.recovered_after:.1f} s"
    verdict = f"{len(one.violations)} VIOLATIONS" if one.violations else "nothing lost"
    return (
        f"{one.number}/{rounds} {one.fault}: {one.acknowledged} acknowledged, recovery {recovery}"
        f"{' (restarted)' if one.restarted else ''}, {verdict}, {one.seconds:.0f} s"
    )


def lines(result: TortureResult) -> Iterator[str]:
    """What must not have happened, and the totals."""
    for one in result.rounds:
        yield from _violations(f"round {one.number}, {one.fault}", one.violations)
    yield from _violations("at the end", result.final.violations)
    if result.interruption is not None:
        yield f"{result.plan.store}: interrupted, so these results are incomplete"
    kinds = Counter(one.kind for one in result.violations)
    counts = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS)
    yield (
        f"{result.plan.store}: {len(result.rounds)} rounds, {result.final.acknowledged} "
        f"acknowledged writes, {counts} (seed {result.plan.seed}, {result.seconds:.0f} s)"
    )


def write(results: Sequence[TortureResult], folder: Path) -> Path:
    """Write torture.json, and torture.md beside it; returns the first."""
    folder.mkdir(parents=True, exist_ok=True)
    content = [
        {
            "edition": result.plan.edition,
            "store": result.plan.store,
            "seed": result.plan.seed,
            "complete": result.interruption is None,
            "seconds": round(result.seconds, 1),
            "left_out": result.left_out,
            "rounds": [dataclasses.asdict(one) for one in result.rounds],
            "final": dataclasses.asdict(result.final),
        }
        for result in results
    ]
    file = folder / "torture.json"
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (folder / "torture.md").write_text(markdown(results), encoding="utf-8")
    return file


def _cells(of_fault: Sequence[Round]) -> Iterator[str]:
    yield str(len(of_fault))
    yield str(sum(one.acknowledged for one in of_fault))
    kinds = Counter(found.kind for one in of_fault for found in one.violations)
    yield from (str(kinds[kind]) for kind in KINDS)
    unknown = Counter[str]()
    for one in of_fault:
        unknown.update(one.unknown)
    yield f"{unknown['stored']} / {unknown['not stored']}"
    yield str(
        sum(
            count
            for one in of_fault
            for answer, count in one.statuses.items()
            if answer.endswith("503")
        )
    )
    times = [one.recovered_after for one in of_fault if one.recovered_after is not None]
    yield f"{median(times):.1f}" if times else "none"


def _violations(where: str, violations: Sequence[object]) -> Iterator[str]:
    for one in violations[:_SHOWN]:
        yield f"FAILED {where}: {one.kind}: {one.text}"  # type: ignore[attr-defined]
    if len(violations) > _SHOWN:
        yield f"FAILED {where}: … and {len(violations) - _SHOWN} more, in torture.json"
