"""What `ndop check` says of the register, over a small suite and a register of four rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ndop.checks.register import register_problems
from ndop.checks.sources import ProjectSources
from ndop.conformance.coverage.register_coverage import cited_rows, collect
from ndop.conformance.register import requirements
from ndop.editions import Edition, EditionFolder
from ndop.system.layout import Layout
from tests.conformance.small_register import (
    SUITE,
    change_row,
    collected_tests,
    small_checkout,
)


@pytest.fixture
def small(layout: Layout, tmp_path: Path) -> Layout:
    return small_checkout(layout, tmp_path)


def problems_of(layout: Layout, editions: list[Edition], *, collected: bool = False) -> list[str]:
    tests = collect(layout) if collected else collected_tests(editions)
    register = requirements.read(layout.requirements)
    lines = requirements.lines(layout.requirements)
    cited = {edition.id: cited_rows(edition) & lines.keys() for edition in editions}
    sources = ProjectSources(layout, editions, register, tests, lines, cited)
    return [str(problem) for problem in register_problems(sources)]


def test_nothing_is_wrong_where_every_row_is_shown(small: Layout, editions: list[Edition]) -> None:
    assert problems_of(small, editions) == []


@pytest.mark.parametrize(
    ("row_id", "cells", "expected"),
    [
        ("NDOP-148", {"not_testable": ""}, "NDOP-148 (MAY, Proxy errors are tolerated): no test"),
        (
            "NDOP-105",
            {"applies_when": "", "source": "Decision D-01"},
            "NDOP-105 (SHALL, Search by purpose): no test for ndop-1.1.0",
        ),
        ("NDOP-096", {"editions": "all;not ndop-9"}, "editions: there is no edition 'ndop-9'"),
        ("NDOP-096", {"not_testable": "Never"}, "not_testable, yet it has tests"),
        ("NDOP-202", {"not_testable": "Never"}, "has a test (shown_by) and a reason"),
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
        ("NDOP-096", {"source": "my own opinion"}, "source: expected a clause"),
        ("NDOP-096", {"source": "Guide ndop-9: pages/index.md"}, "found 'Guide ndop-9: pages"),
        (
            "NDOP-096",
            {"source": "Decision D-01; Profile: NDOP-Consent-9, url"},
            "source: 'Profile: NDOP-Consent-9, url' leads nowhere",
        ),
        (
            "NDOP-105",
            {
                "source": "Guide noom-draft: index.md",
                "editions": "ndop-1.1.0;ndop-0.0.9-alpha;noom-draft",
            },
            "source: no clause of ndop-0.0.9-alpha that can be followed",
        ),
    ],
)
def test_each_kind_of_problem_has_its_line(
    small: Layout, editions: list[Edition], row_id: str, cells: dict[str, str], expected: str
) -> None:
    change_row(small, row_id, **cells)
    (problem,) = problems_of(small, editions)
    assert expected in problem
    line = requirements.lines(small.requirements)[row_id]
    assert problem.startswith(f"conformance-tests/requirements.csv:{line}: {row_id} (")


def test_a_row_that_facts_name_and_the_register_lacks_has_its_line(
    layout: Layout, edition: Edition, tmp_path: Path
) -> None:
    small = small_checkout(layout, tmp_path)
    (tmp_path / "profiles").unlink()  # of the checkout
    small.editions.mkdir(parents=True)
    small.shared_facts.mkdir()
    (small.editions / f"{edition.id}.yaml").write_text("id: x\nrequirement: NDOP-944\n", "utf-8")
    facts = edition.model_dump()
    facts["structures"][0]["elements"]["Consent.status"]["requirement"] = "NDOP-944"
    register = requirements.read(small.requirements)
    lines = requirements.lines(small.requirements)
    cited = {edition.id: cited_rows(Edition.model_validate(facts)) & {"NDOP-944", *lines}}
    sources = ProjectSources(small, [edition], register, [], lines, cited)
    found = [str(problem) for problem in register_problems(sources)]
    place = f"profiles/editions/{edition.id}.yaml:2"
    assert f"{place}: requirement: NDOP-944 is not in the register" in "\n".join(found)


def test_problems_of_one_row_are_all_reported(small: Layout, editions: list[Edition]) -> None:
    change_row(small, "NDOP-096", source="an opinion; another", editions="all;not ndop-9")
    change_row(small, "NDOP-202", shown_by="tests/nobody.py::test_x; tests/no.py::test_y")
    found = "\n".join(problems_of(small, editions))
    for part in ("'an opinion'", "'another'", "'ndop-9'", "nobody.py::test_x", "no.py::test_y"):
        assert part in found


@pytest.mark.slow
def test_a_shall_that_no_fault_breaks_is_reported(small: Layout, editions: list[Edition]) -> None:
    """NDOP-098 is a MAY and has none."""
    text = small.requirements.read_text(encoding="utf-8").replace("NDOP-096", "NDOP-098")
    small.requirements.write_text(text, encoding="utf-8")
    file = small.conformance_tests / "test_read.py"
    file.write_text(SUITE.replace("NDOP-096", "NDOP-098"), encoding="utf-8")
    (problem,) = problems_of(small, editions, collected=True)
    ids = ", ".join(edition.id for edition in editions)
    assert f"NDOP-098 (SHALL, Read by logical id): no fault for {ids}" in problem
    assert "ndop prove --only NDOP-098" in problem


def test_a_reason_that_begins_with_not_yet_is_a_reason(
    small: Layout, editions: list[Edition]
) -> None:
    change_row(small, "NDOP-148", level="SHALL", not_testable="not yet: nothing answers so far")
    assert problems_of(small, editions) == []


@pytest.mark.slow
def test_tests_of_no_row_or_an_unknown_one_are_reported(
    small: Layout, editions: list[Edition]
) -> None:
    file = small.conformance_tests / "test_read.py"
    more = "\n\ndef test_of_nothing():\n    pass\n"
    file.write_text(SUITE.replace('"NDOP-105"', '"NDOP-105", "NDOP-905"') + more, encoding="utf-8")
    found = "\n".join(problems_of(small, editions, collected=True))
    line = file.read_text(encoding="utf-8").splitlines().index("def test_of_nothing():") + 1
    assert (
        f"conformance-tests/test_read.py:{line}: test_read.py::test_of_nothing: names no" in found
    )
    assert "test_read.py::test_of_some: NDOP-905 is not in the register" in found


def test_a_test_of_java_is_found(small: Layout, editions: list[Edition]) -> None:
    file = min(small.plugin.glob("extension/src/test/java/ndop/fhir/*/*Test.java"))
    method = file.read_text(encoding="utf-8").partition("void ")[2].partition("(")[0]
    name = file.relative_to(small.root).as_posix()
    change_row(small, "NDOP-202", shown_by=f"{name}::{method}")
    assert problems_of(small, editions) == []
    change_row(small, "NDOP-202", shown_by=f"{name}::noSuchTest")
    assert "there is no such test in the file" in problems_of(small, editions)[0]


@pytest.mark.slow
def test_an_edition_that_no_row_names_is_told_what_it_is_not_held_to(
    layout: Layout, edition: Edition, tmp_path: Path
) -> None:
    """Unless it is based on one; facts of it that name such a row contradict the register."""
    (tmp_path / "conformance-tests").symlink_to(layout.conformance_tests)
    (tmp_path / "tests").symlink_to(layout.root / "tests")
    (tmp_path / "plugin").symlink_to(layout.plugin)
    shutil.copytree(layout.root / "profiles", tmp_path / "profiles")
    copied = Layout(tmp_path)
    own = (copied.editions / f"{edition.id}.yaml").read_text(encoding="utf-8")
    copy = own.replace(f"\nid: {edition.id}", "\nid: copy").replace(
        f"package: {edition.package}", "package: ndop.copy"
    )
    (copied.editions / "copy.yaml").write_text(copy, encoding="utf-8")
    (copied.editions / "derived.yaml").write_text(
        f"based-on: {edition.id}\nid: derived\npackage: ndop.derived\n", encoding="utf-8"
    )
    editions = EditionFolder.of(copied).load_all()
    register = requirements.read(layout.requirements)
    by_name = {row.id for row in register.rows if edition.id in row.editions}
    tests = [
        one.model_copy(update={"editions": [edition.id for edition in editions]})
        for one in collect(layout)
    ]
    lines = requirements.lines(layout.requirements)
    cited = {edition.id: cited_rows(edition) for edition in editions}
    sources = ProjectSources(copied, editions, register, tests, lines, cited)

    found = [str(problem) for problem in register_problems(sources)]

    (named_by_none,) = [one for one in found if "copy: no row names it" in one]
    assert named_by_none.startswith("profiles/editions/copy.yaml:")
    assert all(row_id in named_by_none for row_id in by_name)
    in_vain = {row.id for row in register.rows for one in found if f"{row.id} (" in one}
    assert in_vain == by_name & cited_rows(edition)
    assert "NDOP-054" in by_name - in_vain
    assert "NDOP-017" in in_vain
    assert all("facts of copy name it" in one for one in found if one != named_by_none)
    assert "derived" not in "".join(found)
