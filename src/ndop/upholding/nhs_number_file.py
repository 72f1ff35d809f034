"""The .dat file of NHS numbers: on each line ten digits, a comma and a line feed, nothing else.

All lines have the same length, so a file of any size is read in chunks of whole lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.system.errors import FileRefusedError, UpholdingError

_LINE_BYTES = 12
_LINES = re.compile(rb"(?:[0-9]{10},\n)*")
_LINES_PER_CHUNK = 4096
#: How much of a wrong line an error describes: its form only, as it may be somebody's number.
_MAX_FORM_BYTES = 20


def validate_file(source: Path, *, strict: bool = False) -> int:
    """The number of lines of a file, all of which are as they must be (NDOP-190).

    `strict` requires valid check digits too. Raises FileRefusedError, which names the line;
    UpholdingError: the file cannot be read.
    """
    lines = 0
    for numbers in read_chunks(source):
        if strict:
            for offset, number in enumerate(numbers, start=1):
                if not has_valid_check_digit(number):
                    raise FileRefusedError(
                        f"Line {lines + offset}: expected an NHS number with a valid check digit."
                    )
        lines += len(numbers)
    return lines


def read_chunks(source: Path) -> Iterator[list[str]]:
    """The numbers of a file in order, some thousands at a time. Raises as `validate_file`."""
    lines = 0
    try:
        with source.open("rb") as stream:
            while chunk := stream.read(_LINE_BYTES * _LINES_PER_CHUNK):
                if _LINES.fullmatch(chunk) is None:
                    raise _wrong_line(chunk, lines)
                numbers = chunk.decode("ascii").split(",\n")[:-1]
                lines += len(numbers)
                yield numbers
    except OSError as error:
        raise UpholdingError(f"{source}: cannot be read ({error.strerror}).") from error


def format_lines(numbers: Sequence[str]) -> bytes:
    """Numbers as lines of a file."""
    return "".join(f"{number},\n" for number in numbers).encode("ascii")


def _wrong_line(chunk: bytes, lines_before: int) -> FileRefusedError:
    valid = _LINES.match(chunk)
    assert valid is not None
    line = lines_before + valid.end() // _LINE_BYTES + 1
    rest = chunk[valid.end() :]
    end = rest.find(b"\n")
    found = (rest if end < 0 else rest[: end + 1])[:_MAX_FORM_BYTES]
    text = found.decode("ascii", errors="replace")
    form = re.sub(r"[0-9]", "N", re.sub(r"[A-Za-z]", "A", text))
    return FileRefusedError(
        f"Line {line}: expected ten digits, a comma and a line feed; found the form {form!r}."
    )
