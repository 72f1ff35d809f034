"""The register of requirements, conformance-tests/requirements.csv, and which rows apply to an
edition.

Two columns say so, and both must agree. `editions` is `all` or ids of editions with semicolons
between them; an id stands for every edition that is based on it too, and `not ID` leaves one out
again. `applies_when` has features of editions (ndop.editions.features) with semicolons between
them, each of which the edition must have, or after `not` must not have.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from ndop.editions import Edition
from ndop.editions.features import FEATURES
from ndop.system.errors import BuildError

Level = Literal["SHALL", "SHOULD", "MAY"]

#: In the column `editions`: every edition, whatever it is based on.
ALL = "all"
_NOT = "not "


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
    applies_when: tuple[str, ...]
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

    @property
    def named_editions(self) -> list[str]:
        """The ids of editions that it names, those too that it leaves out."""
        return [one.removeprefix(_NOT) for one in self.editions if one != ALL]

    def applies_to(self, edition: Edition) -> bool:
        """Whether the row asks something of the edition."""
        return self.why_not(edition) is None

    def why_not(self, edition: Edition) -> str | None:
        """Why the row asks nothing of the edition; None where it asks something."""
        if not self._covers(edition.lineage):
            return f"editions: {';'.join(self.editions)}"
        lacking = [one for one in self.applies_when if not _has(edition, one)]
        return f"applies_when: {'; '.join(lacking)}" if lacking else None

    def _covers(self, lineage: Sequence[str]) -> bool:
        """Whether the column `editions` has an edition; what it says of the nearest one counts."""
        for edition_id in lineage:
            if edition_id in self.editions:
                return True
            if f"{_NOT}{edition_id}" in self.editions:
                return False
        return ALL in self.editions


def _has(edition: Edition, feature: str) -> bool:
    name = feature.removeprefix(_NOT)
    return FEATURES[name](edition) is (name == feature)


@dataclass(frozen=True, slots=True)
class Register:
    """Every row, in the order of the file."""

    rows: Sequence[Requirement]

    def __getitem__(self, requirement_id: str) -> Requirement:
        for row in self.rows:
            if row.id == requirement_id:
                return row
        raise KeyError(f"{requirement_id} is not in the register of requirements")

    def of(self, edition: Edition) -> list[Requirement]:
        """The rows that apply to an edition."""
        return [row for row in self.rows if row.applies_to(edition)]

    def names(self, edition: Edition) -> bool:
        """Whether a row names the edition or one that it is based on.

        Where none does, nobody has said yet which of the rows that go by name it is held to.
        """
        return any(set(row.named_editions) & set(edition.lineage) for row in self.rows)

    def left_out_by_name(self, edition: Edition) -> list[Requirement]:
        """The rows that ask nothing of an edition for the one reason that they name others."""
        return [
            row
            for row in self.rows
            if not row.applies_to(edition) and all(_has(edition, one) for one in row.applies_when)
        ]


def read(file: Path) -> Register:
    """Read the register.

    Raises BuildError, with file and line: a column is missing, a level or feature is unknown, an
    id stands there twice.
    """
    columns = list(Requirement.__dataclass_fields__)
    rows: list[Requirement] = []
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != columns:
            raise BuildError(f"{file}:1: expected the columns {columns}, found {reader.fieldnames}")
        for entry in reader:
            place = f"{file}:{reader.line_num}"
            if entry["level"] not in ("SHALL", "SHOULD", "MAY"):
                raise BuildError(
                    f"{place}: level: expected SHALL, SHOULD or MAY, found {entry['level']!r}"
                )
            if any(row.id == entry["id"] for row in rows):
                raise BuildError(f"{place}: id: {entry['id']} stands here twice")
            editions = _separated(entry["editions"])
            if not any(not one.startswith(_NOT) for one in editions):
                raise BuildError(
                    f"{place}: editions: expected {ALL} or ids of editions, "
                    f"found {entry['editions']!r}"
                )
            applies_when = _separated(entry["applies_when"])
            for feature in applies_when:
                if feature.removeprefix(_NOT) not in FEATURES:
                    raise BuildError(
                        f"{place}: applies_when: expected one of {', '.join(sorted(FEATURES))}, "
                        f"with or without 'not '; found {feature!r}"
                    )
            fields = {**entry, "editions": editions, "applies_when": applies_when}
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


def _separated(value: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in value.split(";") if one.strip())
