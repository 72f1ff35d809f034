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
from ndop.upholding.numbers_file import lines_of
from ndop.upholding.uphold import Among, Upheld, failure_file, uphold

NUMBERS = list(islice(synthetic(seed=190), 9000))
OUT = set(NUMBERS[::3])


def among(numbers: Sequence[str]) -> set[str]:
    return OUT.intersection(numbers)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "numbers.dat"
    file.write_bytes(lines_of(NUMBERS))
    return file


def upheld(source: Path, by: Among = among) -> Upheld:
    return uphold(source, source.with_name("result.dat"), by, lambda *_: None)


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_the_result_is_the_file_without_those_who_opted_out(source: Path) -> None:
    """NDOP-189: byte for byte, in order."""
    assert upheld(source) == Upheld(9000, 6000)
    result = source.with_name("result.dat")
    expected = "".join(f"{number},\n" for number in NUMBERS if number not in OUT)
    assert result.read_bytes() == expected.encode()
    assert result.stat().st_mode & 0o077 == 0


def test_repeated_numbers_stay_or_go_together(tmp_path: Path) -> None:
    """NDOP-189"""
    kept, out = NUMBERS[1], NUMBERS[0]
    source = tmp_path / "numbers.dat"
    source.write_bytes(lines_of([kept, out, kept, out]))
    upheld(source)
    assert (tmp_path / "result.dat").read_bytes() == lines_of([kept, kept])


def test_progress_is_told(source: Path) -> None:
    told: list[tuple[int, int]] = []
    uphold(source, source.with_name("result.dat"), among, lambda *done: told.append(done))
    assert told[-1] == (9000, 9000)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_one_bad_line_gives_a_failure_file_and_no_result(source: Path) -> None:
    """NDOP-190: and nobody is asked about anybody."""

    def nobody(_: Sequence[str]) -> set[str]:
        raise AssertionError

    source.write_bytes(source.read_bytes() + b"12345,\n")
    with pytest.raises(FileRefusedError, match="Line 9001"):
        upheld(source, nobody)
    failure = failure_file(source.with_name("result.dat"))
    assert names(source.parent) == {"numbers.dat", failure.name}
    assert failure.read_text(encoding="utf-8") == (
        "Line 9001: expected ten digits, a comma and a line feed; found the form '99999,\\n'.\n"
    )


def test_a_mended_file_takes_its_failure_file_away(source: Path) -> None:
    good = source.read_bytes()
    source.write_bytes(b"x")
    with pytest.raises(FileRefusedError):
        upheld(source)
    source.write_bytes(good)
    upheld(source)
    assert names(source.parent) == {"numbers.dat", "result.dat"}


@pytest.mark.parametrize("error", [UpholdingError("no answer"), KeyboardInterrupt()])
def test_nothing_is_left_where_opt_outs_cannot_be_looked_up(
    source: Path, error: BaseException
) -> None:
    """NDOP-193: no half of a result either."""

    def fails_later(numbers: Sequence[str]) -> set[str]:
        if NUMBERS[0] in numbers:
            return among(numbers)
        raise error

    with pytest.raises(type(error)):
        upheld(source, fails_later)
    assert names(source.parent) == {"numbers.dat"}


def test_a_result_is_not_written_over(source: Path) -> None:
    upheld(source)
    with pytest.raises(UpholdingError, match=r"result\.dat exists already. Remove it"):
        upheld(source)
    with pytest.raises(UpholdingError, match="exists already"):
        uphold(source, source, among, lambda *_: None)
    assert source.read_bytes() == lines_of(NUMBERS)


def test_a_file_that_changes_meanwhile(source: Path) -> None:
    def changing(numbers: Sequence[str]) -> set[str]:
        with source.open("ab") as stream:
            stream.write(lines_of(NUMBERS[:1]))
        return among(numbers)

    with pytest.raises(UpholdingError, match="was changed while it was read"):
        upheld(source, changing)
    assert names(source.parent) == {"numbers.dat"}


def test_a_folder_that_is_not_there(source: Path) -> None:
    with pytest.raises(UpholdingError, match=r"cannot be written \(No such file"):
        uphold(source, source.parent / "none" / "result.dat", among, lambda *_: None)


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
    """NDOP-192: a process that may not have as much memory as the file is long."""
    source = tmp_path / "numbers.dat"
    lines = 100 * 2**20 // 12
    block = lines_of([f"{number:010d}" for number in range(10_000)])
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
