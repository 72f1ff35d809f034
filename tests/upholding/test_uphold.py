from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

from ndop.consents.nhs_numbers import synthetic
from ndop.system.errors import FileRefusedError, UpholdingError
from ndop.upholding.nhs_number_file import format_lines
from ndop.upholding.uphold import LookUpOptOuts, UpholdingResult, failure_file, uphold

NUMBERS = list(islice(synthetic(seed=190), 9000))
OUT = set(NUMBERS[::3])


def look_up(numbers: Sequence[str]) -> set[str]:
    return OUT.intersection(numbers)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "numbers.dat"
    file.write_bytes(format_lines(NUMBERS))
    return file


def upheld(source: Path, look_up: LookUpOptOuts = look_up) -> UpholdingResult:
    return uphold(source, source.with_name("result.dat"), look_up, lambda *_: None)


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_the_result_is_the_file_without_those_who_opted_out(source: Path) -> None:
    """NDOP-189: byte for byte, in order."""
    assert upheld(source) == UpholdingResult(9000, 6000)
    result = source.with_name("result.dat")
    expected = "".join(f"{number},\n" for number in NUMBERS if number not in OUT)
    assert result.read_bytes() == expected.encode()
    assert result.stat().st_mode & 0o077 == 0


def test_repeated_numbers_stay_or_go_together(tmp_path: Path) -> None:
    """NDOP-189"""
    kept, out = NUMBERS[1], NUMBERS[0]
    source = tmp_path / "numbers.dat"
    source.write_bytes(format_lines([kept, out, kept, out]))
    upheld(source)
    assert (tmp_path / "result.dat").read_bytes() == format_lines([kept, kept])


def test_progress_is_reported(source: Path) -> None:
    reported: list[tuple[int, int]] = []
    uphold(source, source.with_name("result.dat"), look_up, lambda *done: reported.append(done))
    assert reported[-1] == (9000, 9000)
    assert [done for done, _ in reported] == sorted({done for done, _ in reported})


def test_a_wrong_line_gives_a_failure_file_and_no_result(source: Path) -> None:
    """NDOP-190: and no opt-out is looked up."""

    def nobody(_: Sequence[str]) -> set[str]:
        raise AssertionError

    source.write_bytes(source.read_bytes() + b"12345,\n")
    with pytest.raises(FileRefusedError, match="Line 9001"):
        upheld(source, nobody)
    failure = failure_file(source.with_name("result.dat"))
    assert names(source.parent) == {"numbers.dat", failure.name}
    assert failure.read_text(encoding="utf-8") == (
        "Line 9001: expected ten digits, a comma and a line feed; found the form 'NNNNN,\\n'.\n"
    )


def test_a_corrected_file_removes_its_failure_file(source: Path) -> None:
    good = source.read_bytes()
    source.write_bytes(b"x")
    with pytest.raises(FileRefusedError):
        upheld(source)
    source.write_bytes(good)
    upheld(source)
    assert names(source.parent) == {"numbers.dat", "result.dat"}


@pytest.mark.parametrize("error", [UpholdingError("no answer"), KeyboardInterrupt()])
def test_nothing_is_left_if_opt_outs_cannot_be_looked_up(
    source: Path, error: BaseException
) -> None:
    """NDOP-193: not even part of a result."""

    def fails_later(numbers: Sequence[str]) -> set[str]:
        if NUMBERS[0] in numbers:
            return look_up(numbers)
        raise error

    with pytest.raises(type(error)):
        upheld(source, fails_later)
    assert names(source.parent) == {"numbers.dat"}


def test_an_existing_result_is_not_overwritten(source: Path) -> None:
    upheld(source)
    with pytest.raises(UpholdingError, match=r"result\.dat exists already. Remove it"):
        upheld(source)
    with pytest.raises(UpholdingError, match="exists already"):
        uphold(source, source, look_up, lambda *_: None)
    assert source.read_bytes() == format_lines(NUMBERS)


def test_a_file_that_changes_while_it_is_read(source: Path) -> None:
    def changing(numbers: Sequence[str]) -> set[str]:
        with source.open("ab") as stream:
            stream.write(format_lines(NUMBERS[:1]))
        return look_up(numbers)

    with pytest.raises(UpholdingError, match="was changed while it was read"):
        upheld(source, changing)
    assert names(source.parent) == {"numbers.dat"}


def test_a_missing_folder(source: Path) -> None:
    with pytest.raises(UpholdingError, match=r"cannot be written \(No such file"):
        uphold(source, source.parent / "none" / "result.dat", look_up, lambda *_: None)


HUNDRED_MEGABYTES = """
import sys
from pathlib import Path
from ndop.upholding.uphold import uphold

source, result = map(Path, sys.argv[1:])
ends_in_zero = lambda numbers: {number for number in numbers if number.endswith("0")}
print(uphold(source, result, ends_in_zero, lambda *_: None))
"""


@pytest.mark.slow
def test_a_hundred_megabytes_within_fixed_memory(tmp_path: Path) -> None:
    """NDOP-192: in a process that is allowed less memory than the file has bytes."""
    source = tmp_path / "numbers.dat"
    lines = 100 * 2**20 // 12
    block = format_lines([f"{number:010d}" for number in range(10_000)])
    with source.open("wb") as stream:
        for _ in range(lines // 10_000 + 1):
            stream.write(block)
    assert source.stat().st_size > 100 * 2**20

    def limit_memory() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (80 * 2**20, 80 * 2**20))

    done = subprocess.run(
        [sys.executable, "-c", HUNDRED_MEGABYTES, str(source), str(tmp_path / "result.dat")],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit_memory,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "result.dat").stat().st_size == source.stat().st_size * 9 // 10
