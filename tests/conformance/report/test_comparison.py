from __future__ import annotations

import io

import pytest
from rich.console import Console

from ndop.conformance.report.comparison import Change, Comparison, compare, show
from ndop.conformance.report.results import TestResult
from ndop.system.errors import ResultsError
from tests.conformance.made import made_run, made_test

OLD = [
    made_test("stays"),
    made_test("breaks"),
    made_test("is-mended", "failed"),
    made_test("still-fails", "failed"),
    made_test("warns-now", level="SHOULD"),
    made_test("was-skipped", "skipped"),
    made_test("skipped-and-fails", "skipped"),
    made_test("goes"),
]
NEW = [
    made_test("stays"),
    made_test("breaks", "failed"),
    made_test("is-mended"),
    made_test("still-fails", "failed"),
    made_test("warns-now", "warning", level="SHOULD"),
    made_test("was-skipped"),
    made_test("skipped-and-fails", "failed"),
    made_test("comes"),
    made_test("comes-and-fails", "failed"),
]


def names(changes: list[Change] | tuple[Change, ...]) -> list[str]:
    found: list[TestResult] = [change.new or change.old for change in changes]  # type: ignore[misc]
    return [test.id.rpartition("::")[2] for test in found]


def placed(comparison: Comparison) -> dict[str, list[str]]:
    fields = ("mended", "broken", "warned", "changed", "new", "gone", "not_run")
    return {field: names(list(getattr(comparison, field))) for field in fields}


def test_every_difference_has_one_place() -> None:
    comparison = compare(made_run(OLD), made_run(NEW))
    assert placed(comparison) == {
        "mended": ["is-mended"],
        "broken": ["breaks", "skipped-and-fails"],
        "warned": ["warns-now"],
        "changed": ["was-skipped"],
        "new": ["comes-and-fails", "comes"],
        "gone": ["goes"],
        "not_run": [],
    }
    assert comparison.is_regression


def test_runs_alike_have_no_regression() -> None:
    comparison = compare(made_run(NEW), made_run(NEW))
    assert not any(placed(comparison).values())
    assert not comparison.is_regression


def test_what_an_incomplete_run_lacks_is_not_gone() -> None:
    new = made_run(NEW, complete=False, incomplete_because="of Ctrl-C")
    comparison = compare(made_run(OLD), new)
    assert names(list(comparison.not_run)) == ["goes"]
    assert not comparison.gone


def test_runs_of_different_editions_are_not_compared() -> None:
    with pytest.raises(ResultsError, match=r"found ndop-1\.1\.0 and another"):
        compare(made_run(OLD), made_run(NEW, edition="another"))


def test_what_is_shown() -> None:
    old, new, stream = made_run(OLD), made_run(NEW), io.StringIO()
    show(compare(old, new), old, new, Console(file=stream, width=80))
    told = stream.getvalue()
    assert "Broken:\n  passed → failed: SHALL: breaks. (NDOP-096)\n" in told
    assert "2 broken, 1 warnings that are new, 1 mended" in told
    assert "old: http://127.0.0.1:1/fhir, 2026-01-31T09:30:00+00:00: 4 passed, 2 failed" in told
