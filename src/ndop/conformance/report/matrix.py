"""Several editions' runs side by side: editions across, areas down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from ndop.conformance.register.requirements import Level
from ndop.conformance.report import results
from ndop.conformance.report.reports import PAGE, RESULTS, template
from ndop.conformance.report.results import Outcome, RunResult

_LEVELS: tuple[Level, ...] = ("SHALL", "SHOULD")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Runs of different editions, one an edition."""

    runs: Sequence[RunResult]

    @property
    def areas(self) -> list[str]:
        """Every area that some edition has tests of, in the order of the register."""
        return list(dict.fromkeys(area for run in self.runs for area in run.areas))

    @property
    def passed(self) -> bool:
        """Whether every run passed."""
        return bool(self.runs) and all(run.passed for run in self.runs)

    def cell(self, run: RunResult, area: str) -> Counter[Outcome] | None:
        """How many tests of the area had which outcome; None where the edition has none."""
        counts = run.tests_by_outcome(area)
        return counts or None

    def told(self, run: RunResult, area: str) -> str:
        """A cell in words: passed/failed/skipped, and what was only a warning."""
        return "" if (counts := self.cell(run, area)) is None else _told(counts)

    def total(self, run: RunResult) -> str:
        """All areas together, as in a cell."""
        return _told(run.tests_by_outcome())

    def rows_passed(self, run: RunResult, level: Level) -> str:
        """Rows of the register that passed, of those that the edition has."""
        rows = run.requirements_by_outcome(level)
        return f"{rows['passed']} of {rows.total()}"


def read(report_folder: Path, editions: Sequence[str]) -> Matrix:
    """The matrix of the editions that have a result below `report_folder`. Raises ResultsError."""
    files = [report_folder / edition / RESULTS for edition in editions]
    return Matrix([results.read(file) for file in files if file.is_file()])


def write(matrix: Matrix, report_folder: Path) -> Path:
    """Write the page over the editions' reports; returns its file."""
    page = report_folder / PAGE
    page.write_text(
        template("matrix.html.j2").render(matrix=matrix, levels=_LEVELS, page=PAGE),
        encoding="utf-8",
    )
    return page


def show(matrix: Matrix, console: Console) -> None:
    """Print the matrix as a table."""
    table = Table(
        title="Tests passed/failed/skipped (+ warnings), by area and edition", box=box.SIMPLE_HEAD
    )
    table.add_column("area")
    for run in matrix.runs:
        table.add_column(run.edition, justify="right")
    for area in matrix.areas:
        table.add_row(area, *(matrix.told(run, area) for run in matrix.runs))
    table.add_section()
    table.add_row("all", *(matrix.total(run) for run in matrix.runs))
    for level in _LEVELS:
        told = (matrix.rows_passed(run, level) for run in matrix.runs)
        table.add_row(f"{level} rows passed", *told)
    table.add_row("time", *(f"{run.seconds:.1f} s" for run in matrix.runs))
    console.print(table)


def _told(counts: Counter[Outcome]) -> str:
    told = f"{counts['passed']}/{counts['failed']}/{counts['skipped']}"
    return f"{told} +{counts['warning']}" if counts["warning"] else told
