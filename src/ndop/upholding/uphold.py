"""Removing the NHS numbers of those who opted out from a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ndop.system.errors import FileRefusedError, UpholdingError
from ndop.upholding.atomic_file import atomic_write
from ndop.upholding.nhs_number_file import format_lines, read_chunks, validate_file

#: Which of some NHS numbers have opted out.
LookUpOptOuts = Callable[[Sequence[str]], set[str]]
#: Called with how many numbers are done, and how many there are.
ProgressCallback = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class UpholdingResult:
    """How many numbers the file had, and how many remain."""

    numbers: int
    kept: int


def failure_file(result: Path) -> Path:
    """The file whose one line says why there is no result (NDOP-190)."""
    return result.with_name(f"{result.name}.failed")


def uphold(
    source: Path,
    result: Path,
    look_up: LookUpOptOuts,
    on_progress: ProgressCallback,
    *,
    strict: bool = False,
) -> UpholdingResult:
    """Write the numbers of `source` that have not opted out to `result`, in the same order.

    The result appears only once it is complete. Some thousands of numbers are in memory at a time
    (NDOP-192). Raises FileRefusedError, and writes the failure file, if a line is wrong
    (NDOP-190); UpholdingError if the result exists already or opt-outs cannot be looked up.
    """
    if result.exists():
        raise UpholdingError(f"{result} exists already. Remove it, or name another file.")
    try:
        numbers = validate_file(source, strict=strict)
    except FileRefusedError as error:
        _write_failure(result, error)
        raise
    done = kept = 0
    with atomic_write(result) as stream:
        for chunk in read_chunks(source):
            opted_out = look_up(chunk)
            remaining = [number for number in chunk if number not in opted_out]
            stream.write(format_lines(remaining))
            done, kept = done + len(chunk), kept + len(remaining)
            if done > numbers:
                break
            on_progress(done, numbers)
        if done != numbers:
            raise UpholdingError(f"{source}: was changed while it was read. Start again.")
    failure_file(result).unlink(missing_ok=True)
    return UpholdingResult(numbers, kept)


def _write_failure(result: Path, error: FileRefusedError) -> None:
    with atomic_write(failure_file(result)) as stream:
        stream.write(f"{error}\n".encode())
