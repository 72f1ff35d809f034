from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ndop.system.errors import UpholdingError
from ndop.upholding.result_cache import ResultCache


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "numbers.dat"
    file.write_bytes(b"9990000018,\n9990000026,\n")
    return file


@pytest.fixture
def cache(tmp_path: Path) -> ResultCache:
    return ResultCache(tmp_path / "cache", max_age=3600)


def cached(cache: ResultCache, source: Path) -> str:
    result = source.with_name("result.dat")
    result.write_bytes(b"9990000026,\n")
    key = cache.key(source, "server", "purpose")
    cache.put(key, result)
    return key


def test_a_result_expires_and_is_deleted(cache: ResultCache, source: Path) -> None:
    """NDOP-193"""
    assert cache.get(cache.key(source, "server", "purpose")) is None
    key = cached(cache, source)
    found = cache.get(key)
    assert found is not None
    assert found.read_bytes() == b"9990000026,\n"
    earlier = time.time() - 3601
    os.utime(found, (earlier, earlier))
    assert cache.get(key) is None
    assert list(cache.folder.iterdir()) == []


def test_no_cached_result_names_who_opted_out(cache: ResultCache, source: Path) -> None:
    """NDOP-193"""
    cached(cache, source)
    (file,) = cache.folder.iterdir()
    assert b"9990000018" not in file.read_bytes()
    assert "9990000018" not in file.name
    assert file.stat().st_mode & 0o077 == 0


def test_another_question_or_file_has_another_key(cache: ResultCache, source: Path) -> None:
    key = cached(cache, source)
    assert cache.key(source, "server", "other") != key
    source.write_bytes(b"9990000018,\n")
    assert cache.key(source, "server", "purpose") != key


def test_a_missing_file(cache: ResultCache, tmp_path: Path) -> None:
    with pytest.raises(UpholdingError, match="cannot be read"):
        cache.key(tmp_path / "none.dat")
