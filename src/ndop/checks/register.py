"""Whether register, tests and faults agree: each row has a test, each test names a row."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ndop.assurance.mutation.catalogue import faults_of
from ndop.checks.sources import ProjectSources
from ndop.conformance.coverage.register_coverage import tests_of
from ndop.conformance.register.clauses import clauses, sources_of
from ndop.conformance.register.requirements import Requirement
from ndop.system.errors import BuildError
from ndop.system.problem import Problem

_TEST_REMEDY = (
    "Name the row in a test of the suite (@pytest.mark.requirement), a test of the project "
    "(shown_by), or give the reason why there is none (not_testable)."
)


def register_problems(sources: ProjectSources) -> Iterator[Problem]:
    """Rows without a test, tests without a row, names of tests and editions that do not exist,
    clauses that cannot be followed, and SHALL rows without a fault.
    """
    yield from _tests(sources)
    yield from _unnamed_editions(sources)
    yield from _unknown_rows(sources)
    for row in sources.register.rows:
        place = sources.place_of_row(row)
        for text, remedy in (
            *_names(sources, row),
            *_inapplicable_citations(sources, row),
            *_clauses(sources, row),
            *_uncovered(sources, row),
            *_without_fault(sources, row),
        ):
            yield Problem(place, f"{row.id} ({row.level}, {row.title}): {text}", remedy)


def _tests(sources: ProjectSources) -> Iterator[Problem]:
    known = {row.id for row in sources.register.rows}
    seen: set[str] = set()
    for test in sources.tests:
        if test.function in seen:
            continue
        seen.add(test.function)
        place = sources.place_of_test(test)
        if not test.requirements:
            yield Problem(
                place,
                f"{test.function}: names no row",
                "Give it @pytest.mark.requirement with the id of the row that it shows.",
            )
        for requirement_id in sorted(set(test.requirements) - known):
            yield Problem(
                place,
                f"{test.function}: {requirement_id} is not in the register",
                "Correct the id, or add the row to conformance-tests/requirements.csv.",
            )


def _names(sources: ProjectSources, row: Requirement) -> Iterator[tuple[str, str]]:
    """Editions and tests of the project that do not exist."""
    known = {edition.id for edition in sources.editions}
    for edition_id in row.named_editions:
        if edition_id not in known:
            yield (
                f"editions: there is no edition {edition_id!r}",
                f"Expected one of {', '.join(sorted(known))}.",
            )
    if row.shown_by and row.not_testable:
        yield (
            "has a test (shown_by) and a reason why there is none (not_testable)",
            "Keep one of them.",
        )
    for test in row.own_tests:
        if why := _why_missing(sources.layout.root, test):
            yield f"shown_by: {test}: {why}", "Correct the name, or name another test."


def _why_missing(root: Path, test: str) -> str | None:
    """Why a test of the project, `file::test`, cannot be found; None if it exists."""
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


def _unnamed_editions(sources: ProjectSources) -> Iterator[Problem]:
    """Editions that no row names, so that rows which list editions by name do not apply to them."""
    for edition in sources.editions:
        left_out = [row.id for row in sources.register.left_out_by_name(edition)]
        if left_out and not sources.register.names(edition):
            yield Problem(
                sources.place_of_fact(edition, ("id",)),
                f"{edition.id}: no row names it or an edition that it is based on, so it is held "
                f"to none of these, which go by name: {', '.join(left_out)}",
                "Let it be based-on another edition, or add its id to the column editions of those "
                "that it is held to.",
            )


def _unknown_rows(sources: ProjectSources) -> Iterator[Problem]:
    """Rows that facts of editions name and the register does not have."""
    known = {row.id for row in sources.register.rows}
    unknown = {row_id for cited in sources.cited.values() for row_id in cited} - known
    for row_id in sorted(unknown):
        yield Problem(
            sources.place_of_citation(row_id),
            f"requirement: {row_id} is not in the register",
            "Name a row of conformance-tests/requirements.csv, or add this one.",
        )


def _inapplicable_citations(sources: ProjectSources, row: Requirement) -> Iterator[tuple[str, str]]:
    for edition in sources.editions:
        if (why_not := row.why_not(edition)) and row.id in sources.cited[edition.id]:
            yield (
                f"facts of {edition.id} name it, but it does not apply to that edition ({why_not})",
                f"Name another row in {sources.place_of_fact(edition, ()).partition(':')[0]}, or "
                "change the columns editions and applies_when.",
            )


def _clauses(sources: ProjectSources, row: Requirement) -> Iterator[tuple[str, str]]:
    """Clauses of an unknown form, and editions without a clause that can be followed."""
    malformed = False
    for text in row.source.split("; "):
        try:
            clauses(text, sources.editions)
        except BuildError as error:
            malformed = True
            yield str(error), "docs/requirements.md lists the forms of a clause."
    if malformed:
        return
    reported: set[str] = set()
    for edition in sources.editions_of(row):
        found = sources_of(row.source, edition, sources.editions)
        for source in found:
            inferred = source.text.startswith("Inferred: ")
            if not (source.can_be_followed or inferred or source.text in reported):
                reported.add(source.text)
                yield (
                    f"source: {source.text!r} leads nowhere",
                    "Name an artefact of the edition, or give the work an address (sources).",
                )
        named = sources.register.names(edition)  # else _unnamed_editions says enough
        if named and not any(source.can_be_followed for source in found):
            yield (
                f"source: no clause of {edition.id} that can be followed",
                "Name the clause, as docs/requirements.md says, or 'Inferred: the same for "
                f"{edition.id}'.",
            )


def _uncovered(sources: ProjectSources, row: Requirement) -> Iterator[tuple[str, str]]:
    missing = [
        edition.id
        for edition in sources.editions_of(row)
        if not tests_of(row, edition.id, sources.tests)
    ]
    if missing and not row.shown_by and not row.not_testable:
        yield f"no test for {', '.join(missing)}", _TEST_REMEDY
    if row.not_testable and not missing:
        yield "not_testable, yet it has tests in every edition", "Empty the column not_testable."


def _without_fault(sources: ProjectSources, row: Requirement) -> Iterator[tuple[str, str]]:
    """A SHALL row that the suite tests, but without a fault to prove that the tests can fail."""
    if row.level != "SHALL":
        return
    missing = [
        edition.id
        for edition in sources.editions_of(row)
        if tests_of(row, edition.id, sources.tests)
        and all(fault.requirement != row.id for fault in faults_of(edition, sources.register))
    ]
    if missing:
        yield (
            f"no fault for {', '.join(missing)}",
            "Add one to src/ndop/assurance/mutation that its tests catch (docs/proof.md), then: "
            f"ndop prove --only {row.id}",
        )
