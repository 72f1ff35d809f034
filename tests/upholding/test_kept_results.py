from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ndop.system.errors import UpholdingError
from ndop.upholding.kept_results import KeptResults


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "numbers.dat"
    file.write_bytes(b"9990000018,\n9990000026,\n")
    return file


@pytest.fixture
def results(tmp_path: Path) -> KeptResults:
    return KeptResults(tmp_path / "kept", seconds=3600)


def kept(results: KeptResults, source: Path) -> str:
    result = source.with_name("result.dat")
    result.write_bytes(b"9990000026,\n")
    key = results.key(source, "server", "purpose")
    results.keep(key, result)
    return key


def test_a_result_is_kept_for_its_time_and_then_deleted(results: KeptResults, source: Path) -> None:
    """NDOP-193"""
    assert results.find(results.key(source, "server", "purpose")) is None
    key = kept(results, source)
    found = results.find(key)
    assert found is not None
    assert found.read_bytes() == b"9990000026,\n"
    earlier = time.time() - 3601
    os.utime(found, (earlier, earlier))
    assert results.find(key) is None
    assert list(results.folder.iterdir()) == []


def test_nothing_that_is_kept_names_who_opted_out(results: KeptResults, source: Path) -> None:
    """NDOP-193"""
    kept(results, source)
    (file,) = results.folder.iterdir()
    assert b"9990000018" not in file.read_bytes()
    assert "9990000018" not in file.name
    assert file.stat().st_mode & 0o077 == 0


def test_another_question_or_file_has_another_result(results: KeptResults, source: Path) -> None:
    key = kept(results, source)
    assert results.key(source, "server", "other") != key
    source.write_bytes(b"9990000018,\n")
    assert results.key(source, "server", "purpose") != key


def test_a_file_that_is_not_there(results: KeptResults, tmp_path: Path) -> None:
    with pytest.raises(UpholdingError, match="cannot be read"):
        results.key(tmp_path / "none.dat")
