"""Progress of a long command: a moving line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as ProgressBar


class Progress:
    """Prints each step as it begins, and how long it took. Writes to standard error."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    @classmethod
    def silent(cls) -> Progress:
        """One that prints nothing."""
        return cls(Console(quiet=True))

    @contextmanager
    def step(self, description: str) -> Iterator[None]:
        """One step; `description` is a phrase such as 'Building the server'."""
        started = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{description} …"):
                yield
        else:
            self._console.print(f"{description} …", markup=False)
            yield
        self._console.print(f"{description}: {time.monotonic() - started:.1f} s", markup=False)

    def track_bytes(
        self, description: str, total: int | None
    ) -> AbstractContextManager[Callable[[int], None]]:
        """A step of `total` bytes, None where that is unknown. Yields a function to call with
        each number of bytes that has been processed.
        """
        return self._bar(description, total, DownloadColumn())

    def track_items(
        self, description: str, total: int
    ) -> AbstractContextManager[Callable[[int], None]]:
        """As `track_bytes`, for `total` items."""
        return self._bar(description, total, MofNCompleteColumn())

    @contextmanager
    def _bar(
        self, description: str, total: int | None, count: ProgressColumn
    ) -> Iterator[Callable[[int], None]]:
        if not self._console.is_terminal:
            with self.step(description):
                yield lambda _advance: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), count, TimeElapsedColumn())
        with ProgressBar(*columns, console=self._console) as bar:
            task = bar.add_task(description, total=total)
            yield lambda advance: bar.advance(task, advance)

    def message(self, text: str) -> None:
        """Print a line of its own."""
        self._console.print(text, markup=False)
