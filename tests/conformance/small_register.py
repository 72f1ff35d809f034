"""A checkout with a register of four rows, each of them shown, and a suite of two tests."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from ndop.conformance.coverage.register_coverage import CollectedTest
from ndop.editions import Edition
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

_ROWS = {
    "NDOP-096": {},
    "NDOP-105": {},
    "NDOP-202": {"shown_by": "tests/editions/test_source.py::test_every_edition_loads"},
    "NDOP-148": {"shown_by": "", "not_testable": "Needs a proxy of the NHS"},
}


def small_checkout(layout: Layout, root: Path) -> Layout:
    """Make it below `root`; editions and the project's own tests are the real ones."""
    folder = root / "conformance-tests"
    folder.mkdir()
    (folder / "pytest.ini").write_bytes((layout.conformance_tests / "pytest.ini").read_bytes())
    (folder / "test_read.py").write_text(SUITE, encoding="utf-8")
    for name in ("tests", "profiles", "plugin"):
        (root / name).symlink_to(layout.root / name)
    small = replace(layout, root=root)
    with layout.requirements.open(encoding="utf-8", newline="") as stream:
        rows = [row | _ROWS[row["id"]] for row in csv.DictReader(stream) if row["id"] in _ROWS]
    _write(small, rows)
    return small


def change_row(layout: Layout, row_id: str, **cells: str) -> None:
    """Change cells of a row of the register, by the names of their columns."""
    with layout.requirements.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    _write(layout, [row | cells if row["id"] == row_id else row for row in rows])


def add_row(layout: Layout, **cells: str) -> None:
    """Add a row; columns that are not given are empty."""
    with layout.requirements.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    _write(layout, [*rows, {column: cells.get(column, "") for column in rows[0]}])


def has_several_purposes(edition: Edition) -> bool:
    """Whether the second test of the suite applies to an edition."""
    return len(edition.purposes) > 1


def collected_tests(editions: list[Edition]) -> list[CollectedTest]:
    """What `collect` gives of the suite; a process of pytest for each test would be slow."""
    every = [one.id for one in editions]
    some = [one.id for one in editions if has_several_purposes(one)]
    return [
        CollectedTest(id=f"test_read.py::{name}", line=line, requirements=[row], editions=asked)
        for name, line, row, asked in (
            ("test_of_all[json]", 4, "NDOP-096", every),
            ("test_of_all[xml]", 4, "NDOP-096", every),
            ("test_of_some", 9, "NDOP-105", some),
        )
    ]


def _write(layout: Layout, rows: list[dict[str, str]]) -> None:
    with layout.requirements.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
