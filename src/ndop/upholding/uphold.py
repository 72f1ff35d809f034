"""From a file of NHS numbers to the file without those that have opted out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ndop.system.errors import FileRefusedError, UpholdingError
from ndop.upholding.numbers_file import batches, insist_on_numbers, lines_of

#: Those of some NHS numbers that have opted out.
Among = Callable[[Sequence[str]], set[str]]
#: Called as the work goes on, with how many numbers are done and how many there are.
Watcher = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Upheld:
    """How many numbers the file had, and how many the result has."""

    numbers: int
    kept: int


def failure_file(result: Path) -> Path:
    """Where the one line stands that says why there is no result (NDOP-190)."""
    return result.with_name(f"{result.name}.failed")


def uphold(
    source: Path, result: Path, among: Among, watcher: Watcher, *, strict: bool = False
) -> Upheld:
    """Write the numbers of `source` that have not opted out, in their order, to `result`.

    The result is there when it is complete, and then only: it is written beside itself and
    renamed. Numbers are held some thousands at a time (NDOP-192). Raises FileRefusedError, and
    writes the failure file, where a line is bad (NDOP-190); UpholdingError where the result is
    there already, or opt-outs cannot be looked up.
    """
    _insist_on_new(result)
    try:
        numbers = insist_on_numbers(source, strict=strict)
    except FileRefusedError as error:
        _write_failure(result, error)
        raise
    done = kept = 0
    with replacing(result) as stream:
        for batch in batches(source):
            out = among(batch)
            staying = [number for number in batch if number not in out]
            stream.write(lines_of(staying))
            done, kept = done + len(batch), kept + len(staying)
            if done > numbers:
                break
            watcher(done, numbers)
        if done != numbers:
            raise UpholdingError(f"{source}: was changed while it was read. Start again.")
    failure_file(result).unlink(missing_ok=True)
    return Upheld(numbers, kept)


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """A stream whose content becomes the file at the end, or nothing. Readable by its owner only.

    Raises UpholdingError where the folder cannot be written to.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise UpholdingError(f"{file}: cannot be written ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        Path(name).replace(file)
    except OSError as error:
        raise UpholdingError(f"{file}: cannot be written ({error.strerror}).") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _insist_on_new(result: Path) -> None:
    if result.exists():
        raise UpholdingError(f"{result} exists already. Remove it, or name another file.")


def _write_failure(result: Path, error: FileRefusedError) -> None:
    with replacing(failure_file(result)) as stream:
        stream.write(f"{error}\n".encode())
