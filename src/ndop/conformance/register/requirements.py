"""The register of requirements, conformance-tests/requirements.csv."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from ndop.system.errors import BuildError

Level = Literal["SHALL", "SHOULD", "MAY"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row: a clause of the specification that can be told right from wrong.

    `facts` has what the row restates of an edition's facts (ndop.conformance.register.facts),
    `source` clauses (ndop.conformance.register.clauses). `shown_by` names tests of the project
    where a server cannot show it from outside, each as `file::test`, with semicolons between them;
    `not_testable` says why no test is possible.
    """

    id: str
    title: str
    level: Level
    editions: tuple[str, ...]
    area: str
    interaction: str
    statement: str
    expected: str
    facts: str
    source: str
    test_idea: str
    shown_by: str
    not_testable: str

    @property
    def own_tests(self) -> list[str]:
        """The tests of the project that show it, each as `file::test`."""
        return [test for test in self.shown_by.split("; ") if test]

    def applies_to(self, edition_id: str) -> bool:
        """Whether the row asks something of the edition."""
        return edition_id in self.editions


@dataclass(frozen=True, slots=True)
class Register:
    """Every row, in the order of the file."""

    rows: Sequence[Requirement]

    def __getitem__(self, requirement_id: str) -> Requirement:
        for row in self.rows:
            if row.id == requirement_id:
                return row
        raise KeyError(f"{requirement_id} is not in the register of requirements")

    def of(self, edition_id: str) -> list[Requirement]:
        """The rows that apply to an edition.

        An edition that no row names is held to the rows that every other edition is held to.
        """
        known = {edition for row in self.rows for edition in row.editions}
        if edition_id in known:
            return [row for row in self.rows if row.applies_to(edition_id)]
        return [row for row in self.rows if set(row.editions) == known]


def read(file: Path) -> Register:
    """Read the register.

    Raises BuildError, with file and line: a column is missing, a level or an id is unknown.
    """
    columns = list(Requirement.__dataclass_fields__)
    rows: list[Requirement] = []
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != columns:
            raise BuildError(f"{file}:1: expected the columns {columns}, found {reader.fieldnames}")
        for entry in reader:
            if entry["level"] not in ("SHALL", "SHOULD", "MAY"):
                raise BuildError(
                    f"{file}:{reader.line_num}: level: expected SHALL, SHOULD or MAY, "
                    f"found {entry['level']!r}"
                )
            if any(row.id == entry["id"] for row in rows):
                raise BuildError(f"{file}:{reader.line_num}: id: {entry['id']} stands here twice")
            fields = {**entry, "editions": tuple(entry["editions"].split(";"))}
            rows.append(Requirement(**cast("dict[str, object]", fields)))  # type: ignore[arg-type]
    return Register(rows)


def lines(file: Path) -> dict[str, int]:
    """The line, from 1, that each row of the register begins in, by its id."""
    begins: dict[str, int] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        line = 1
        for cells in reader:
            begins[cells[0] if cells else ""] = line
            line = reader.line_num + 1
    return begins
