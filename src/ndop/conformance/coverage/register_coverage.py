"""Every row of the register accounted for: clause, element or interaction, tests, last result.

A row is accounted for in an edition by a test of the suite, by a test of the project
(`shown_by`), or by the reason why no test is possible (`not_testable`).
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ndop.conformance.register.clauses import Source, clauses, sources_of
from ndop.conformance.register.requirements import Level, Register, Requirement
from ndop.conformance.report.reports import RESULTS
from ndop.conformance.report.results import RequirementOutcome, RunResult
from ndop.conformance.run.pytest_process import suite_arguments
from ndop.editions import Edition
from ndop.editions.model import Structure
from ndop.system.errors import BuildError
from ndop.system.layout import Layout

#: By what a row is accounted for in an edition; open: by nothing.
By = Literal["suite", "project", "reason", "open"]


class CollectedTest(BaseModel):
    """A test of the suite, the rows that it names, and the editions that it asks something of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    requirements: list[str]
    editions: list[str]

    @property
    def function(self) -> str:
        """Its id without parameters."""
        return self.id.partition("[")[0]


class Entry(BaseModel):
    """One row of the register in one edition.

    `concerns` names elements of profiles, or the interactions where there are none; `result` is
    that of the last run, None where there was none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    level: Level
    edition: str
    area: str
    sources: list[Source]
    concerns: list[str]
    by: By
    tests: list[str]
    not_testable: str
    result: RequirementOutcome | None


def collect(layout: Layout) -> list[CollectedTest]:
    """The tests of the suite, told by pytest in a process of its own.

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
        child = subprocess.Popen(
            command,
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
            end = "\n".join(printed.read().decode(errors="replace").strip().splitlines()[-15:])
            raise BuildError(f"The suite in {folder} cannot be read by pytest:\n{end}")
    return tests


def account(
    register: Register,
    editions: Sequence[Edition],
    tests: Sequence[CollectedTest],
    results: Mapping[str, RunResult],
) -> list[Entry]:
    """An entry for each row and edition, in the order of the register.

    `results` has the last run of an edition, by its id. Raises BuildError: a source that cannot
    be followed.
    """
    return [
        _entry(row, edition, editions, tests, results.get(edition.id))
        for row in register.rows
        for edition in editions
        if row.applies_to(edition)
    ]


def last_results(layout: Layout, editions: Sequence[Edition]) -> dict[str, RunResult]:
    """What the last runs found, of the editions that had one. Raises BuildError."""
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


def problems(
    layout: Layout,
    register: Register,
    editions: Sequence[Edition],
    tests: Sequence[CollectedTest],
) -> list[str]:
    """What is wrong with the register and its tests, a sentence each: a row that nothing accounts
    for, a test without a row, an unknown id, a test of the project that is not there, an edition
    of which nobody has said which rows that go by name it is held to, or one whose facts name a
    row that does not apply to it.
    """
    return [
        *_unknown(register, tests),
        *_of_columns(layout, register, editions),
        *_open(register, editions, tests),
        *problems_of_editions(register, editions),
    ]


def elements_of(requirement_id: str, edition: Edition) -> list[str]:
    """The elements of profiles whose facts name a row."""
    return [
        element_id
        for structure in edition.structures
        for element_id in _elements(requirement_id, structure, edition)
    ]


def _elements(requirement_id: str, structure: Structure, edition: Edition) -> Iterator[str]:
    for element_id, element in structure.elements.items():
        named: set[str | None] = {edition.invariants[one].requirement for one in element.invariants}
        named |= {element.requirement, element.binding.requirement if element.binding else None}
        if requirement_id in named:
            of_resource = structure.type == edition.consent.type
            yield element_id if of_resource else f"{structure.id}: {element_id}"


def _entry(
    row: Requirement,
    edition: Edition,
    editions: Sequence[Edition],
    tests: Sequence[CollectedTest],
    result: RunResult | None,
) -> Entry:
    own = _tests_of(row, edition.id, tests)
    by: By = "suite" if own else "project" if row.shown_by else "open"
    if by == "open" and row.not_testable:
        by = "reason"
    outcomes = {one.id: one.outcome for one in result.requirements} if result else {}
    return Entry(
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


def _tests_of(row: Requirement, edition_id: str, tests: Sequence[CollectedTest]) -> list[str]:
    functions = [
        test.function
        for test in tests
        if row.id in test.requirements and edition_id in test.editions
    ]
    return list(dict.fromkeys(functions))


def _unknown(register: Register, tests: Sequence[CollectedTest]) -> Iterator[str]:
    known = {row.id for row in register.rows}
    seen: set[str] = set()
    for test in tests:
        if test.function in seen:
            continue
        seen.add(test.function)
        if not test.requirements:
            yield f"{test.function}: names no row: give it @pytest.mark.requirement(…)"
        for requirement_id in sorted(set(test.requirements) - known):
            yield f"{test.function}: {requirement_id} is not in the register"


def _of_columns(layout: Layout, register: Register, editions: Sequence[Edition]) -> Iterator[str]:
    known = {edition.id for edition in editions}
    for row in register.rows:
        for edition_id in row.named_editions:
            if edition_id not in known:
                yield f"{row.id}: editions: there is no edition {edition_id!r}"
        if row.shown_by and row.not_testable:
            yield f"{row.id}: has a test (shown_by) and a reason why there is none (not_testable)"
        for test in row.own_tests:
            if why := _missing(layout.root, test):
                yield f"{row.id}: shown_by: {test}: {why}"
        try:
            clauses(row.source, editions)
        except BuildError as error:
            yield f"{row.id}: {error}"


def _missing(root: Path, test: str) -> str | None:
    """Why a test of the project, `file::test`, is not there."""
    name, _, function = test.partition("::")
    file = root / name
    if not file.is_file():
        return "there is no such file"
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        functions = {
            node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)
        }
    else:
        functions = set(re.findall(r"\bvoid (\w+)\(", text))
    if function not in functions:
        return "expected file::test; there is no such test in the file"
    return None


def _open(
    register: Register, editions: Sequence[Edition], tests: Sequence[CollectedTest]
) -> Iterator[str]:
    for row in register.rows:
        missing = [
            edition.id
            for edition in editions
            if row.applies_to(edition) and not _tests_of(row, edition.id, tests)
        ]
        if missing and not row.shown_by and not row.not_testable:
            yield f"{row.id} ({row.level}, {row.title}): no test for {', '.join(missing)}"
        if row.not_testable and not missing:
            yield f"{row.id}: not_testable, yet it has tests in every edition"


def problems_of_editions(register: Register, editions: Sequence[Edition]) -> list[str]:
    """What an edition's facts and the register do not agree on, a sentence each.

    An edition that no row names, nor any that it is based on: nobody has said which of the rows
    that go by name it is held to. And a row that facts of an edition name but that does not apply
    to that edition.
    """
    return [
        problem
        for edition in editions
        for problem in (*_named_by_none(register, edition), *_cited_in_vain(register, edition))
    ]


def _named_by_none(register: Register, edition: Edition) -> Iterator[str]:
    left_out = [row.id for row in register.left_out_by_name(edition)]
    if left_out and not register.names(edition):
        yield (
            f"edition {edition.id}: no row names it or an edition that it is based on, so it is "
            f"held to none of these, which go by name: {', '.join(left_out)}. Let it be based-on "
            "another edition, or add its id to the column editions of those that it is held to."
        )


def _cited_in_vain(register: Register, edition: Edition) -> Iterator[str]:
    cited = cited_rows(edition)
    for row in register.rows:
        if row.id in cited and (why_not := row.why_not(edition)):
            yield (
                f"{row.id}: facts of {edition.id} name it, but it does not apply to that edition "
                f"({why_not})"
            )


def cited_rows(edition: Edition) -> set[str]:
    """The rows that facts of an edition name: elements, bindings, rules in use and claims."""
    found: set[str | None] = {claim.requirement for claim in edition.audit.claims.values()}
    for structure in edition.structures:
        for element in structure.elements.values():
            found |= {edition.invariants[one].requirement for one in element.invariants}
            found |= {element.requirement, element.binding.requirement if element.binding else None}
    return {one for one in found if one is not None}
