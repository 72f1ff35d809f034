"""What a long command tells while it works: a moving line for people, plain lines for pipes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Progress:
    """Names each step as it begins and says how long it took. Writes to standard error."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)

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

    def say(self, sentence: str) -> None:
        """A line of its own."""
        self._console.print(sentence, markup=False)
