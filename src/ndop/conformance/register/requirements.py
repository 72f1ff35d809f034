"""The register of requirements, conformance-tests/requirements.csv, and which rows apply to an
edition.

A row applies if two columns agree. `editions` is `all` or a list of edition ids separated by
semicolons; an id includes every edition based on it, and `not ID` excludes one. `applies_when`
lists features (ndop.editions.features) separated by semicolons, all of which the edition must
have, or must not have if preceded by `not`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Literal, cast

from ndop.editions import Edition
from ndop.editions.features import FEATURES
from ndop.system.errors import BuildError

Level = Literal["SHALL", "SHOULD", "MAY"]

#: In the column `editions`: every edition.
ALL = "all"
_NOT = "not "
_ID = re.compile(r"NDOP-\d{3}")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row: a clause of the specification that can be told right from wrong.

    `facts` has what the row restates of an edition's facts (ndop.conformance.register.facts),
    `source` clauses (ndop.conformance.register.clauses). `shown_by` names tests of the project
    where a server cannot show it from outside, each as `file::test`, with semicolons between them;
    `not_testable` says why no test is possible, or not yet. docs/specification.md has the rows in
    their context.
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
        """The ids of the editions it includes or excludes by name."""
        return [one.removeprefix(_NOT) for one in self.editions if one != ALL]

    def applies_to(self, edition: Edition) -> bool:
        """Whether the row applies to the edition."""
        return self.why_not(edition) is None

    def why_not(self, edition: Edition) -> str | None:
        """The column, and its content, by which the row does not apply; None if it applies."""
        if not self._covers(edition.lineage):
            return f"editions: {';'.join(self.editions)}"
        lacking = [one for one in self.applies_when if not _has(edition, one)]
        return f"applies_when: {'; '.join(lacking)}" if lacking else None

    def _covers(self, lineage: Sequence[str]) -> bool:
        """Whether the column `editions` includes an edition; the nearest named ancestor decides."""
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
        """Whether any row names the edition or one that it is based on.

        If none does, nobody has decided which of the rows with named editions apply to it.
        """
        return any(set(row.named_editions) & set(edition.lineage) for row in self.rows)

    def left_out_by_name(self, edition: Edition) -> list[Requirement]:
        """The rows that would apply to an edition if they did not name others."""
        return [
            row
            for row in self.rows
            if not row.applies_to(edition) and all(_has(edition, one) for one in row.applies_when)
        ]


def read(file: Path) -> Register:
    """Read the register.

    Raises BuildError, with file and line, if a column or cell is missing, an id has another form or
    is repeated, or a level or feature is unknown; and if the file cannot be read as UTF-8.
    """
    columns = list(Requirement.__dataclass_fields__)
    rows: list[Requirement] = []
    with _text(file) as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != columns:
            raise BuildError(f"{file}:1: expected the columns {columns}, found {reader.fieldnames}")
        for entry in reader:
            place = f"{file}:{reader.line_num}"
            if None in entry or None in entry.values():
                cells = sum(
                    len(one) if isinstance(one, list) else 1
                    for one in entry.values()
                    if one is not None
                )
                raise BuildError(f"{place}: expected {len(columns)} cells, found {cells}")
            if not _ID.fullmatch(entry["id"]):
                raise BuildError(f"{place}: id: expected NDOP-nnn, found {entry['id']!r}")
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
    with _text(file) as stream:
        reader = csv.reader(stream)
        line = 1
        for cells in reader:
            begins[cells[0] if cells else ""] = line
            line = reader.line_num + 1
    return begins


def _text(file: Path) -> StringIO:
    try:
        return StringIO(file.read_bytes().decode(), newline="")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"{file}: cannot be read as UTF-8 text: {error}") from error


def _separated(value: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in value.split(";") if one.strip())
