"""Signals that are handled in another way for a while."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

#: What asks a program to end.
ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def handling(
    numbers: Iterable[signal.Signals], handler: Callable[[int, FrameType | None], object]
) -> Iterator[None]:
    """Call `handler` on these signals for the time of the block. In the main thread only."""
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, told in before.items():
            signal.signal(number, told)
