"""The runs of several editions in one table: editions across, areas down."""

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
from ndop.conformance.report.reports import PAGE, RESULTS
from ndop.conformance.report.results import Outcome, RunResult
from ndop.conformance.report.templates import load_template

_LEVELS: tuple[Level, ...] = ("SHALL", "SHOULD")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Runs of different editions, one for each."""

    runs: Sequence[RunResult]

    @property
    def areas(self) -> list[str]:
        """The areas in which any edition has tests, in the order of the register."""
        return list(dict.fromkeys(area for run in self.runs for area in run.areas))

    @property
    def passed(self) -> bool:
        """Whether every run passed."""
        return bool(self.runs) and all(run.passed for run in self.runs)

    def counts(self, run: RunResult, area: str) -> Counter[Outcome] | None:
        """How many tests of the area had each outcome; None if the edition has none."""
        counts = run.tests_by_outcome(area)
        return counts or None

    def cell(self, run: RunResult, area: str) -> str:
        """The text of a cell: passed/failed/skipped, and how many were warnings."""
        return "" if (counts := self.counts(run, area)) is None else _cell_text(counts)

    def total(self, run: RunResult) -> str:
        """The text of the cell for all areas together."""
        return _cell_text(run.tests_by_outcome())

    def rows_passed(self, run: RunResult, level: Level) -> str:
        """How many rows of the register passed, of those that apply to the edition."""
        rows = run.requirements_by_outcome(level)
        return f"{rows['passed']} of {rows.total()}"


def read(report_folder: Path, editions: Sequence[str]) -> Matrix:
    """The matrix of the editions that have results below `report_folder`. Raises ResultsError."""
    files = [report_folder / edition / RESULTS for edition in editions]
    return Matrix([results.read(file) for file in files if file.is_file()])


def write(matrix: Matrix, report_folder: Path) -> Path:
    """Write the page that links the editions' reports, and return its file."""
    page = report_folder / PAGE
    page.write_text(
        load_template("matrix.html.j2").render(matrix=matrix, levels=_LEVELS, page=PAGE),
        encoding="utf-8",
    )
    return page


def print_matrix(matrix: Matrix, console: Console) -> None:
    """Print the matrix as a table."""
    table = Table(
        title="Tests passed/failed/skipped (+ warnings), by area and edition", box=box.SIMPLE_HEAD
    )
    table.add_column("area")
    for run in matrix.runs:
        table.add_column(run.edition, justify="right")
    for area in matrix.areas:
        table.add_row(area, *(matrix.cell(run, area) for run in matrix.runs))
    table.add_section()
    table.add_row("all", *(matrix.total(run) for run in matrix.runs))
    for level in _LEVELS:
        cells = (matrix.rows_passed(run, level) for run in matrix.runs)
        table.add_row(f"{level} rows passed", *cells)
    table.add_row("time", *(f"{run.seconds:.1f} s" for run in matrix.runs))
    console.print(table)


def _cell_text(counts: Counter[Outcome]) -> str:
    text = f"{counts['passed']}/{counts['failed']}/{counts['skipped']}"
    return f"{text} +{counts['warning']}" if counts["warning"] else text
