"""What shows each row of the register: its clauses, elements or interactions, tests, last result.

A row is covered in an edition by a test of the suite, by a test of the project (`shown_by`), or
by the reason why there is none (`not_testable`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ndop.conformance.register.clauses import Source, sources_of
from ndop.conformance.register.requirements import Level, Register, Requirement
from ndop.conformance.report.reports import RESULTS
from ndop.conformance.report.results import RequirementOutcome, RunResult
from ndop.conformance.run.pytest_process import suite_arguments
from ndop.editions import Edition
from ndop.editions.model import Element, Structure
from ndop.system.errors import BuildError
from ndop.system.layout import Layout
from ndop.system.processes import start, tail

#: What a row rests on in an edition; open: nothing yet.
Evidence = Literal["suite", "project", "reason", "open"]


class CollectedTest(BaseModel):
    """A test of the suite, the rows that it names, and the editions that it applies to.

    `line` is that of its function, from 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    line: int
    requirements: list[str]
    editions: list[str]

    @property
    def function(self) -> str:
        """Its id without parameters."""
        return self.id.partition("[")[0]

    @property
    def file(self) -> str:
        """Its file, below the folder of the suite."""
        return self.id.partition("::")[0]


class RowCoverage(BaseModel):
    """One row of the register in one edition.

    `concerns` names elements of profiles, or the interactions where there are none; `by` says what
    the row rests on; `result` is that of the last run, None where there was none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    level: Level
    edition: str
    area: str
    sources: list[Source]
    concerns: list[str]
    by: Evidence
    tests: list[str]
    not_testable: str
    result: RequirementOutcome | None


def collect(layout: Layout) -> list[CollectedTest]:
    """The tests of the suite, as pytest collects them in a process of its own.

    Raises BuildError where the suite cannot be read.
    """
    reading, writing = os.pipe()
    folder = layout.conformance_tests
    command = [
        *(sys.executable, "-m", "pytest", "-q"),
        *suite_arguments(layout, "ndop.conformance.coverage.collecting"),
        *("--collect-only", f"--collect-to={writing}", str(folder)),
    ]
    with tempfile.TemporaryFile() as printed:
        child = start(
            command,
            "Collecting the tests of the suite",
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as lines:
            tests = [CollectedTest.model_validate_json(line) for line in lines]
        if child.wait() != 0:
            printed.seek(0)
            end = tail(printed.read().decode(errors="replace"))
            raise BuildError(f"The suite in {folder} cannot be read by pytest:\n{end}")
    return tests


def coverage(
    register: Register,
    editions: Sequence[Edition],
    tests: Sequence[CollectedTest],
    results: Mapping[str, RunResult],
) -> list[RowCoverage]:
    """The coverage of each row in each edition that it applies to, in the order of the register.

    `results` has the last run of an edition, by its id. Raises BuildError for a clause of no known
    form.
    """
    return [
        _of_row(row, edition, editions, tests, results.get(edition.id))
        for row in register.rows
        for edition in editions
        if row.applies_to(edition)
    ]


def last_results(layout: Layout, editions: Sequence[Edition]) -> dict[str, RunResult]:
    """The results of each edition's last run, where it has had one.

    Raises BuildError for results that another version wrote.
    """
    found = {}
    for edition in editions:
        file = layout.report / edition.id / RESULTS
        if file.is_file():
            try:
                found[edition.id] = RunResult.model_validate_json(file.read_bytes())
            except ValidationError as error:
                raise BuildError(
                    f"{file} is no result of a run of this version ({error.error_count()} "
                    f"differences): run it again (ndop run --edition {edition.id}) or remove it."
                ) from error
    return found


def elements_of(requirement_id: str, edition: Edition) -> list[str]:
    """The elements of profiles whose facts name a row."""
    return [
        element_id
        for structure in edition.structures
        for element_id in _elements(requirement_id, structure, edition)
    ]


def cited_rows(edition: Edition) -> set[str]:
    """The rows that facts of an edition name: elements, bindings, rules in use and claims."""
    found: set[str | None] = {claim.requirement for claim in edition.audit.claims.values()}
    for structure in edition.structures:
        for element in structure.elements.values():
            found |= _rows_of(element, edition)
    return {one for one in found if one is not None}


def _elements(requirement_id: str, structure: Structure, edition: Edition) -> Iterator[str]:
    for element_id, element in structure.elements.items():
        if requirement_id in _rows_of(element, edition):
            of_resource = structure.type == edition.consent.type
            yield element_id if of_resource else f"{structure.id}: {element_id}"


def _rows_of(element: Element, edition: Edition) -> set[str | None]:
    """The rows that an element, its binding and its invariants name."""
    binding = element.binding.requirement if element.binding else None
    invariants = (edition.invariants[one].requirement for one in element.invariants)
    return {element.requirement, binding, *invariants}


def _of_row(
    row: Requirement,
    edition: Edition,
    editions: Sequence[Edition],
    tests: Sequence[CollectedTest],
    result: RunResult | None,
) -> RowCoverage:
    own = tests_of(row, edition.id, tests)
    by: Evidence = "suite" if own else "project" if row.shown_by else "open"
    if by == "open" and row.not_testable:
        by = "reason"
    outcomes = {one.id: one.outcome for one in result.requirements} if result else {}
    return RowCoverage(
        id=row.id,
        title=row.title,
        level=row.level,
        edition=edition.id,
        area=row.area,
        sources=sources_of(row.source, edition, editions),
        concerns=elements_of(row.id, edition) or row.interaction.split("; "),
        by=by,
        tests=own or row.own_tests,
        not_testable=row.not_testable,
        result=outcomes.get(row.id),
    )


def tests_of(row: Requirement, edition_id: str, tests: Sequence[CollectedTest]) -> list[str]:
    """The tests of the suite, without parameters, that name a row and apply to an edition."""
    functions = [
        test.function
        for test in tests
        if row.id in test.requirements and edition_id in test.editions
    ]
    return list(dict.fromkeys(functions))
