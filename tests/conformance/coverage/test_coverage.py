"""The account of the register, over a small suite and a register of four rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ndop.conformance.coverage import tables
from ndop.conformance.coverage.register_coverage import (
    CollectedTest,
    Entry,
    account,
    cited_rows,
    collect,
    last_results,
    problems,
    problems_of_editions,
)
from ndop.conformance.register import requirements
from ndop.conformance.register.requirements import Register
from ndop.conformance.report.results import RequirementResult, RunResult
from ndop.editions import Edition, EditionFolder
from ndop.system.errors import BuildError
from ndop.system.layout import Layout

SUITE = """
import pytest

@pytest.mark.requirement("NDOP-096")
@pytest.mark.parametrize("form", ["json", "xml"])
def test_of_all(form):
    pass

@pytest.mark.requirement("NDOP-105")
@pytest.mark.where(holds=lambda edition: len(edition.purposes) > 1)
def test_of_some():
    pass
"""

ROWS = {
    "NDOP-096": {},
    "NDOP-105": {},
    "NDOP-202": {"shown_by": "tests/editions/test_source.py::test_every_edition_loads"},
    "NDOP-148": {"shown_by": "", "not_testable": "Needs a proxy of the NHS"},
}

Change = Callable[[list[dict[str, str]]], None]


@pytest.fixture(scope="module")
def editions(folder: EditionFolder) -> list[Edition]:
    return folder.load_all()


@pytest.fixture
def small(layout: Layout, tmp_path: Path) -> Layout:
    """A checkout with a register of four rows, each accounted for, and two tests."""
    folder = tmp_path / "conformance-tests"
    folder.mkdir()
    (folder / "pytest.ini").write_bytes((layout.conformance_tests / "pytest.ini").read_bytes())
    (folder / "test_read.py").write_text(SUITE, encoding="utf-8")
    (tmp_path / "tests").symlink_to(layout.root / "tests")
    small = replace(layout, root=tmp_path)
    with layout.requirements.open(encoding="utf-8", newline="") as stream:
        rows = [row | ROWS[row["id"]] for row in csv.DictReader(stream) if row["id"] in ROWS]
    write(small, rows)
    return small


def write(layout: Layout, rows: list[dict[str, str]]) -> None:
    with layout.requirements.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def change(layout: Layout, row_id: str, **cells: str) -> None:
    with layout.requirements.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    write(layout, [row | cells if row["id"] == row_id else row for row in rows])


def has_several_purposes(edition: Edition) -> bool:
    return len(edition.purposes) > 1


def collected_of(editions: list[Edition]) -> list[CollectedTest]:
    """What `collect` gives of the suite above; a process of pytest a test would be slow."""
    every = [one.id for one in editions]
    some = [one.id for one in editions if has_several_purposes(one)]
    return [
        CollectedTest(id=f"test_read.py::{name}", requirements=[row], editions=asked)
        for name, row, asked in (
            ("test_of_all[json]", "NDOP-096", every),
            ("test_of_all[xml]", "NDOP-096", every),
            ("test_of_some", "NDOP-105", some),
        )
    ]


def problems_of(layout: Layout, editions: list[Edition]) -> list[str]:
    return problems(
        layout, requirements.read(layout.requirements), editions, collected_of(editions)
    )


def entries_of(layout: Layout, editions: list[Edition], **results: RunResult) -> list[Entry]:
    register = requirements.read(layout.requirements)
    return account(register, editions, collected_of(editions), results)


def test_tests_are_collected_with_rows_and_editions(small: Layout, editions: list[Edition]) -> None:
    assert collect(small) == collected_of(editions)


def test_nothing_is_wrong_where_every_row_is_accounted_for(
    small: Layout, editions: list[Edition]
) -> None:
    assert problems_of(small, editions) == []
    by = {(entry.id, entry.edition): entry.by for entry in entries_of(small, editions)}
    assert by["NDOP-096", "ndop-1.1.0"] == "suite"
    assert by["NDOP-105", "noom-draft"] == "suite"
    assert ("NDOP-105", "ndop-1.1.0") not in by
    assert by["NDOP-202", "ndop-1.1.0"] == "project"
    assert by["NDOP-148", "noom-draft"] == "reason"


@pytest.mark.parametrize(
    ("row_id", "cells", "told"),
    [
        ("NDOP-148", {"not_testable": ""}, "NDOP-148 (MAY, Proxy errors are tolerated): no test"),
        (
            "NDOP-105",
            {"applies_when": ""},
            "NDOP-105 (SHALL, Search by purpose): no test for ndop-1.1.0",
        ),
        (
            "NDOP-096",
            {"editions": "all;not ndop-9"},
            "NDOP-096: editions: there is no edition 'ndop-9'",
        ),
        ("NDOP-096", {"not_testable": "Never"}, "NDOP-096: not_testable, yet it has tests"),
        ("NDOP-202", {"not_testable": "Never"}, "NDOP-202: has a test (shown_by) and a reason"),
        ("NDOP-202", {"shown_by": "tests/nobody.py::test_x"}, "there is no such file"),
        (
            "NDOP-202",
            {"shown_by": "tests/editions/test_source.py::test_of_nobody"},
            "there is no such test in the file",
        ),
        (
            "NDOP-202",
            {"shown_by": "tests/editions/test_source.py"},
            "expected file::test; there is no such test in the file",
        ),
        ("NDOP-096", {"source": "my own opinion"}, "NDOP-096: source: expected a clause"),
        ("NDOP-096", {"source": "Guide ndop-9: pages/index.md"}, "found 'Guide ndop-9: pages"),
    ],
)
def test_each_kind_of_fault_is_told(
    small: Layout, editions: list[Edition], row_id: str, cells: dict[str, str], told: str
) -> None:
    change(small, row_id, **cells)
    found = problems_of(small, editions)
    assert len(found) == 1
    assert told in found[0]


def test_tests_without_a_row_or_of_an_unknown_one_are_told(
    small: Layout, editions: list[Edition]
) -> None:
    file = small.conformance_tests / "test_read.py"
    more = "\n\ndef test_of_nothing():\n    pass\n"
    file.write_text(SUITE.replace('"NDOP-105"', '"NDOP-105", "NDOP-905"') + more, encoding="utf-8")
    register = requirements.read(small.requirements)
    found = problems(small, register, editions, collect(small))
    assert "test_read.py::test_of_nothing: names no row" in found[0] + found[1]
    assert "test_read.py::test_of_some: NDOP-905 is not in the register" in found[0] + found[1]


def test_a_test_of_java_is_found(layout: Layout, small: Layout, editions: list[Edition]) -> None:
    (small.root / "plugin").symlink_to(layout.plugin)
    file = "plugin/extension/src/test/java/ndop/fhir/hook/AnswersInSpineFormTest.java"
    change(small, "NDOP-202", shown_by=f"{file}::notModifiedIsNoError")
    assert problems_of(small, editions) == []
    change(small, "NDOP-202", shown_by=f"{file}::notModified")
    assert "there is no such test in the file" in problems_of(small, editions)[0]


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
    entries = {(entry.id, entry.edition): entry for entry in account(register, editions, [], {})}
    assert entries["NDOP-013", "ndop-1.1.0"].concerns[0] == "Consent.identifier"
    assert any(name.startswith("Extension-") for name in entries["NDOP-006", "ndop-1.1.0"].concerns)
    assert entries["NDOP-097", "ndop-1.1.0"].concerns == ["read"]


def test_every_row_is_accounted_for(layout: Layout, editions: list[Edition]) -> None:
    """The project's own register and suite."""
    register = requirements.read(layout.requirements)
    assert problems(layout, register, editions, collect(layout)) == []


def test_an_edition_that_no_row_names_is_told_what_it_is_not_held_to(
    layout: Layout, editions: list[Edition], edition: Edition
) -> None:
    """Unless it is based on one; facts of it that name such a row contradict the register."""
    register = requirements.read(layout.requirements)
    copy = edition.model_copy(update={"id": "copy"})
    derived = edition.model_copy(update={"id": "derived", "based_on": [edition.id]})
    by_name = {row.id for row in register.rows if edition.id in row.editions}

    found = problems_of_editions(register, [*editions, copy, derived])

    told = [one for one in found if one.startswith("edition copy: no row names it")]
    assert len(told) == 1
    assert all(row_id in told[0] for row_id in by_name)
    cited = {one.partition(":")[0] for one in found if "facts of copy name it" in one}
    assert cited == by_name & cited_rows(edition)
    assert "NDOP-054" in by_name - cited
    assert "NDOP-017" in cited
    assert len(found) == 1 + len(cited)
    assert problems_of_editions(register, editions) == []
