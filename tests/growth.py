"""Whether the time of some work grows with the length of its input, and not with the square."""

from __future__ import annotations

import time
from collections.abc import Callable

_SMALL, _LARGE = 20_000, 80_000
#: Four times the input may take up to nine times as long; sixteen times would be quadratic.
_MOST = 9
#: Shorter times say nothing.
_FLOOR_SECONDS = 0.03
_RUNS, _MEASUREMENTS = 4, 5


def grows_with_length(work: Callable[[int], object]) -> bool:
    """Do the work for inputs of two lengths. On a busy machine one measurement may be wrong; where
    the time really grows faster, each is.
    """
    return any(
        _shortest(work, _LARGE) < _MOST * max(_shortest(work, _SMALL), _FLOOR_SECONDS)
        for _ in range(_MEASUREMENTS)
    )


def _shortest(work: Callable[[int], object], length: int) -> float:
    return min(_seconds(work, length) for _ in range(_RUNS))


def _seconds(work: Callable[[int], object], length: int) -> float:
    begun = time.process_time()
    work(length)
    return time.process_time() - begun
