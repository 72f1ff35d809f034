from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from ndop.conformance.report.comparison import Comparison, TestChange, compare, print_comparison
from ndop.conformance.report.results import TestResult
from ndop.system.errors import ResultsError
from tests.conformance.result_factories import make_run, make_test

OLD = [
    make_test("stays"),
    make_test("breaks"),
    make_test("is-fixed", "failed"),
    make_test("still-fails", "failed"),
    make_test("warns-now", level="SHOULD"),
    make_test("was-skipped", "skipped"),
    make_test("skipped-and-fails", "skipped"),
    make_test("goes"),
]
NEW = [
    make_test("stays"),
    make_test("breaks", "failed"),
    make_test("is-fixed"),
    make_test("still-fails", "failed"),
    make_test("warns-now", "warning", level="SHOULD"),
    make_test("was-skipped"),
    make_test("skipped-and-fails", "failed"),
    make_test("comes"),
    make_test("comes-and-fails", "failed"),
]


def names(changes: Sequence[TestChange]) -> list[str]:
    found: list[TestResult] = [change.new or change.old for change in changes]  # type: ignore[misc]
    return [test.id.rpartition("::")[2] for test in found]


def groups(comparison: Comparison) -> dict[str, list[str]]:
    fields = ("fixed", "broken", "new_warnings", "changed", "added", "removed", "not_run")
    return {field: names(list(getattr(comparison, field))) for field in fields}


def test_every_difference_is_in_one_group() -> None:
    comparison = compare(make_run(OLD), make_run(NEW))
    assert groups(comparison) == {
        "fixed": ["is-fixed"],
        "broken": ["breaks", "skipped-and-fails"],
        "new_warnings": ["warns-now"],
        "changed": ["was-skipped"],
        "added": ["comes-and-fails", "comes"],
        "removed": ["goes"],
        "not_run": [],
    }
    assert comparison.is_regression


def test_equal_runs_have_no_regression() -> None:
    comparison = compare(make_run(NEW), make_run(NEW))
    assert not any(groups(comparison).values())
    assert not comparison.is_regression


def test_a_test_that_an_incomplete_run_lacks_is_not_removed() -> None:
    new = make_run(NEW, complete=False, incomplete_because="of Ctrl-C")
    comparison = compare(make_run(OLD), new)
    assert names(list(comparison.not_run)) == ["goes"]
    assert not comparison.removed


def test_runs_of_different_editions_are_not_compared() -> None:
    with pytest.raises(ResultsError, match=r"found ndop-1\.1\.0 and another"):
        compare(make_run(OLD), make_run(NEW, edition="another"))


def test_the_printed_comparison() -> None:
    old, new, stream = make_run(OLD), make_run(NEW), io.StringIO()
    print_comparison(compare(old, new), old, new, Console(file=stream, width=80))
    text = stream.getvalue()
    assert "Broken:\n  passed → failed: SHALL: breaks. (NDOP-096)\n" in text
    assert "2 broken, 1 new warnings, 1 fixed" in text
    assert "old: http://127.0.0.1:1/fhir, 2026-01-31T09:30:00+00:00: 4 passed, 2 failed" in text
