"""What a long command tells while it works: a moving line for people, plain lines for pipes."""

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
from rich.progress import Progress as Bar


class Progress:
    """Names each step as it begins and says how long it took. Writes to standard error."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    @classmethod
    def silent(cls) -> Progress:
        """One that says nothing."""
        return cls(Console(quiet=True))

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step; `what` is a phrase such as 'Building the server'."""
        begun = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{what} …"):
                yield
        else:
            self._console.print(f"{what} …", markup=False)
            yield
        self._console.print(f"{what}: {time.monotonic() - begun:.1f} s", markup=False)

    def measured(
        self, what: str, total: int | None
    ) -> AbstractContextManager[Callable[[int], None]]:
        """A step of `total` bytes, None: nobody knows how many. Yields what to call with each
        number of bytes that are done.
        """
        return self._bar(what, total, DownloadColumn())

    def counted(self, what: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """As `measured`, of `total` things."""
        return self._bar(what, total, MofNCompleteColumn())

    @contextmanager
    def _bar(
        self, what: str, total: int | None, number: ProgressColumn
    ) -> Iterator[Callable[[int], None]]:
        if not self._console.is_terminal:
            with self.step(what):
                yield lambda _done: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), number, TimeElapsedColumn())
        with Bar(*columns, console=self._console) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)

    def say(self, sentence: str) -> None:
        """A line of its own."""
        self._console.print(sentence, markup=False)
