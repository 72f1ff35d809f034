"""Progress of a conformance run: a bar for people, a line an area for pipes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ndop.conformance.report.results import Outcome, TestResult
from ndop.conformance.run.conformance_run import Watcher


@contextmanager
def watcher() -> Iterator[Watcher]:
    """Gives the function that a run calls after each test."""
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        with _bar(console) as watch:
            yield watch
    else:
        lines = _AreaLines(console)
        yield lines
        lines.end_area()


@contextmanager
def _bar(console: Console) -> Iterator[Watcher]:
    columns = (
        TextColumn("{task.description:14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("conformance", total=None)

        def watch(test: TestResult, done: int, expected: int) -> None:
            progress.update(task, description=test.area, completed=done, total=expected)
            if test.outcome == "failed":
                progress.console.print(f"failed: {test.title}", markup=False)

        yield watch


class _AreaLines:
    """Prints a line when an area is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._area = ""
        self._counts: Counter[Outcome] = Counter()

    def __call__(self, test: TestResult, _done: int, _expected: int) -> None:
        if test.area != self._area:
            self.end_area()
            self._area = test.area
        self._counts[test.outcome] += 1

    def end_area(self) -> None:
        if self._counts:
            told = ", ".join(f"{count} {outcome}" for outcome, count in self._counts.items())
            self._console.print(f"{self._area}: {told}", markup=False)
            self._counts.clear()
