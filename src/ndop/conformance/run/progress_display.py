"""The progress of a conformance run: a bar on a terminal, a line for each area in a pipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ndop.conformance.report.results import Outcome, TestResult
from ndop.conformance.run.recorder import ProgressCallback


@contextmanager
def progress_display() -> Iterator[ProgressCallback]:
    """Show progress on standard error, from the calls of the function that it gives."""
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        with _bar(console) as on_progress:
            yield on_progress
    else:
        lines = _AreaLines(console)
        yield lines.add
        lines.end_area()


@contextmanager
def _bar(console: Console) -> Iterator[ProgressCallback]:
    columns = (
        TextColumn("{task.description:14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("conformance", total=None)

        def update(test: TestResult, done: int, expected: int) -> None:
            progress.update(task, description=test.area, completed=done, total=expected)
            if test.outcome == "failed":
                progress.console.print(f"failed: {test.title}", markup=False)

        yield update


class _AreaLines:
    """Prints a line when an area is finished."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._area = ""
        self._counts: Counter[Outcome] = Counter()

    def add(self, test: TestResult, _done: int, _expected: int) -> None:
        if test.area != self._area:
            self.end_area()
            self._area = test.area
        self._counts[test.outcome] += 1

    def end_area(self) -> None:
        if self._counts:
            counts = ", ".join(f"{count} {outcome}" for outcome, count in self._counts.items())
            self._console.print(f"{self._area}: {counts}", markup=False)
            self._counts.clear()
