"""The .dat file of NHS numbers: ten digits, a comma and a line feed a line, nothing else.

As every line has the same length, a file is read in pieces of whole lines, whatever its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.system.errors import FileRefusedError, UpholdingError

_LINE = 12
_FORM = re.compile(rb"(?:[0-9]{10},\n)*")
_LINES_AT_ONCE = 4096
#: What is kept of a bad line, for it may be somebody's number: its shape.
_SHAPE = 20


def insist_on_numbers(source: Path, *, strict: bool = False) -> int:
    """The number of lines of a file in which every line is as it must be (NDOP-190).

    `strict` insists on check digits too. Raises FileRefusedError, with the line; UpholdingError
    where the file cannot be read.
    """
    lines = 0
    for numbers in batches(source):
        if strict:
            for offset, number in enumerate(numbers, start=1):
                if not has_valid_check_digit(number):
                    raise FileRefusedError(
                        f"Line {lines + offset}: expected an NHS number with a valid check digit."
                    )
        lines += len(numbers)
    return lines


def batches(source: Path) -> Iterator[list[str]]:
    """The numbers of a file in order, some thousands at a time. Raises as `insist_on_numbers`."""
    read = 0
    try:
        with source.open("rb") as stream:
            while piece := _piece(stream):
                if _FORM.fullmatch(piece) is None:
                    raise _refused(piece, read)
                numbers = piece.decode("ascii").split(",\n")[:-1]
                read += len(numbers)
                yield numbers
    except OSError as error:
        raise UpholdingError(f"{source}: cannot be read ({error.strerror}).") from error


def lines_of(numbers: Sequence[str]) -> bytes:
    """Numbers as they stand in the file."""
    return "".join(f"{number},\n" for number in numbers).encode("ascii")


def _piece(stream: BinaryIO) -> bytes:
    return stream.read(_LINE * _LINES_AT_ONCE)


def _refused(piece: bytes, lines_before: int) -> FileRefusedError:
    good = _FORM.match(piece)
    assert good is not None
    line = lines_before + good.end() // _LINE + 1
    rest = piece[good.end() :]
    end = rest.find(b"\n")
    found = (rest if end < 0 else rest[: end + 1])[:_SHAPE].decode("ascii", errors="replace")
    shape = re.sub(r"[0-9]", "9", re.sub(r"[A-Za-z]", "A", found))
    return FileRefusedError(
        f"Line {line}: expected ten digits, a comma and a line feed; found the form {shape!r}."
    )
