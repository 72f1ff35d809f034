from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from ndop.consents.nhs_numbers import synthetic
from ndop.system.errors import FileRefusedError, UpholdingError
from ndop.upholding.nhs_number_file import format_lines, read_chunks, validate_file

NUMBERS = list(islice(synthetic(seed=189), 10_000))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "numbers.dat"
    file.write_bytes(format_lines(NUMBERS))
    return file


def test_numbers_are_read_in_order(source: Path) -> None:
    """NDOP-189"""
    assert validate_file(source, strict=True) == 10_000
    assert [number for chunk in read_chunks(source) for number in chunk] == NUMBERS
    assert source.read_bytes()[:24] == f"{NUMBERS[0]},\n{NUMBERS[1]},\n".encode()


def test_an_empty_file_has_no_numbers(tmp_path: Path) -> None:
    file = tmp_path / "empty.dat"
    file.touch()
    assert validate_file(file) == 0


@pytest.mark.parametrize(
    ("line", "form"),
    [
        (b"123456789,\n", r"'NNNNNNNNN,\\n'"),
        (b"12345678901,\n", r"'NNNNNNNNNNN,\\n'"),
        (b"1234567890\n", r"'NNNNNNNNNN\\n'"),
        (b"1234567890,\r\n", r"'NNNNNNNNNN,\\r\\n'"),
        (b"123 456 7890,\n", r"'NNN NNN NNNN,\\n'"),
        (b"12345678AB,\n", r"'NNNNNNNNAA,\\n'"),
        (b"1234567890, \n", r"'NNNNNNNNNN, \\n'"),
        (b"\n", r"'\\n'"),
        (b"\xd9\xa1\xd9\xa2,\n", r"'�+,\\n'"),
    ],
)
@pytest.mark.parametrize("number", [1, 7001])
def test_a_wrong_line_is_reported_without_its_number(
    source: Path, line: bytes, form: str, number: int
) -> None:
    """NDOP-190"""
    lines = source.read_bytes().splitlines(keepends=True)
    lines[number - 1] = line
    source.write_bytes(b"".join(lines))
    with pytest.raises(FileRefusedError, match=rf"^Line {number}: .* found the form {form}\.$"):
        validate_file(source)


def test_the_last_line_has_its_line_feed_too(source: Path) -> None:
    """NDOP-190"""
    source.write_bytes(source.read_bytes()[:-1])
    with pytest.raises(FileRefusedError, match=r"Line 10000: .*'NNNNNNNNNN,'"):
        validate_file(source)


def test_check_digits_are_validated_in_strict_mode(source: Path) -> None:
    first = NUMBERS[0]
    wrong = f"{first[:9]}{(int(first[9]) + 1) % 10}"
    source.write_bytes(format_lines([*NUMBERS[:5000], wrong]))
    assert validate_file(source) == 5001
    with pytest.raises(FileRefusedError, match="Line 5001: expected an NHS number with a valid"):
        validate_file(source, strict=True)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UpholdingError, match=r"numbers\.dat: cannot be read \(No such file"):
        validate_file(tmp_path / "numbers.dat")
    with pytest.raises(UpholdingError, match=r"cannot be read \(Is a directory"):
        validate_file(tmp_path)
