"""The coverage of the register, over a small suite and a register of four rows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from ndop.conformance.coverage import tables
from ndop.conformance.coverage.register_coverage import (
    RowCoverage,
    collect,
    coverage,
    last_results,
)
from ndop.conformance.register import requirements
from ndop.conformance.register.requirements import Register
from ndop.conformance.report.results import RequirementResult, RunResult
from ndop.editions import Edition
from ndop.system.errors import BuildError
from ndop.system.layout import Layout
from tests.conformance.small_register import (
    collected_tests,
    has_several_purposes,
    small_checkout,
)


@pytest.fixture
def small(layout: Layout, tmp_path: Path) -> Layout:
    return small_checkout(layout, tmp_path)


def entries_of(layout: Layout, editions: list[Edition], **results: RunResult) -> list[RowCoverage]:
    register = requirements.read(layout.requirements)
    return coverage(register, editions, collected_tests(editions), results)


@pytest.mark.slow
def test_tests_are_collected_with_rows_and_editions(small: Layout, editions: list[Edition]) -> None:
    assert collect(small) == collected_tests(editions)


def test_what_each_row_rests_on(small: Layout, editions: list[Edition]) -> None:
    by = {(entry.id, entry.edition): entry.by for entry in entries_of(small, editions)}
    assert by["NDOP-096", "ndop-1.1.0"] == "suite"
    assert by["NDOP-105", "noom-draft"] == "suite"
    assert ("NDOP-105", "ndop-1.1.0") not in by
    assert by["NDOP-202", "ndop-1.1.0"] == "project"
    assert by["NDOP-148", "noom-draft"] == "reason"


@pytest.mark.slow
def test_a_suite_that_cannot_be_read_is_told(small: Layout) -> None:
    (small.conformance_tests / "test_read.py").write_text("def (", encoding="utf-8")
    with pytest.raises(BuildError, match=r"cannot be read by pytest:[\s\S]*SyntaxError"):
        collect(small)


@pytest.fixture
def result() -> RunResult:
    row = RequirementResult(
        id="NDOP-096",
        title="",
        level="SHALL",
        area="read",
        statement="",
        sources=[],
        outcome="failed",
        tests=[],
        shown_by="",
    )
    return RunResult(
        edition="ndop-1.1.0",
        base_url="http://127.0.0.1/fhir",
        started="2026-01-01T00:00:00+00:00",
        seconds=1,
        complete=True,
        tests=[],
        requirements=[row],
    )


def test_the_last_result_is_found(
    small: Layout, editions: list[Edition], result: RunResult
) -> None:
    assert last_results(small, editions) == {}
    file = small.report / "ndop-1.1.0" / "results.json"
    file.parent.mkdir(parents=True)
    file.write_text(result.model_dump_json(), encoding="utf-8")
    results = last_results(small, editions)
    entries = entries_of(small, editions, **results)
    found = {one.edition: one.result for one in entries if one.id == "NDOP-096"}
    assert found == {**{one.id: None for one in editions}, "ndop-1.1.0": "failed"}
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(BuildError, match=r"results\.json is no result .* run it again"):
        last_results(small, editions)


def test_every_form_has_clauses_elements_tests_and_result(
    small: Layout, editions: list[Edition], result: RunResult
) -> None:
    entries = entries_of(small, editions, **{"ndop-1.1.0": result})
    for text in (
        tables.as_text(entries),
        tables.as_csv(entries),
        tables.as_json(entries),
        tables.as_markdown(entries),
    ):
        for part in (
            "Spine Core: pages/interactions/read.md",
            "test_read.py::test_of_all",
            "failed",
            "tests/editions/test_source.py::test_every_edition_loads",
            "Needs a proxy of the NHS",
        ):
            assert part in text
    rows = sum(len(requirements.read(small.requirements).of(edition)) for edition in editions)
    assert len(json.loads(tables.as_json(entries))) == len(entries) == rows
    assert len(list(csv.DictReader(io.StringIO(tables.as_csv(entries))))) == rows
    markdown = tables.as_markdown(entries)
    assert "FHIR-SpineCore/blob/develop/pages/interactions/read.md)" in markdown


def test_totals_by_level_and_edition(small: Layout, editions: list[Edition]) -> None:
    entries = entries_of(small, editions)
    two, three = [2, 1, 1, 0, 0, 0], [3, 2, 1, 0, 0, 0]
    assert tables.total_lines(entries) == [
        *(["SHALL", one.id, *(three if has_several_purposes(one) else two)] for one in editions),
        *(["MAY", edition.id, 1, 0, 0, 1, 0, 0] for edition in editions),
    ]
    assert {has_several_purposes(one) for one in editions} == {True, False}


def test_elements_of_a_profile_are_named(layout: Layout, editions: list[Edition]) -> None:
    register: Register = requirements.read(layout.requirements)
    entries = {(entry.id, entry.edition): entry for entry in coverage(register, editions, [], {})}
    assert entries["NDOP-013", "ndop-1.1.0"].concerns[0] == "Consent.identifier"
    assert any(name.startswith("Extension-") for name in entries["NDOP-006", "ndop-1.1.0"].concerns)
    assert entries["NDOP-097", "ndop-1.1.0"].concerns == ["read"]
