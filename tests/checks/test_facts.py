"""Rows that restate an edition's facts otherwise, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ndop.checks.facts import fact_problems
from ndop.checks.sources import ProjectSources
from ndop.conformance.coverage.register_coverage import CollectedTest
from ndop.conformance.register import requirements
from ndop.conformance.register.requirements import Register
from ndop.editions import Edition
from ndop.system.layout import Layout

_TEST = CollectedTest(
    id="test_profile.py::test_one_policy[two]",
    line=12,
    requirements=["NDOP-044"],
    editions=["ndop-1.1.0"],
)


@pytest.fixture(scope="module")
def sources(layout: Layout, editions: list[Edition]) -> ProjectSources:
    file = layout.requirements
    register, lines = requirements.read(file), requirements.lines(file)
    return ProjectSources(layout, editions, register, [_TEST], lines, {})


def problems_with(sources: ProjectSources, row_id: str, **cells: str) -> list[str]:
    """What is wrong where a row of the register has other cells."""
    rows = [
        replace(row, **cells) if row.id == row_id else row  # type: ignore[arg-type]
        for row in sources.register.rows
    ]
    return [str(one) for one in fact_problems(replace(sources, register=Register(rows)))]


def test_the_register_agrees_with_the_editions(sources: ProjectSources) -> None:
    assert [str(problem) for problem in fact_problems(sources)] == []


def test_a_contradiction_names_row_fact_test_and_fault(sources: ProjectSources) -> None:
    facts = sources.register["NDOP-044"].facts
    (problem,) = problems_with(
        sources, "NDOP-044", facts=facts.replace("Consent.policy 1..1", "Consent.policy 1..*")
    )
    line = sources.lines["NDOP-044"]
    assert problem.startswith(f"conformance-tests/requirements.csv:{line}: NDOP-044 (One policy")
    assert "expected Consent.policy 1..*, found 1..1 (ndop-0.0.9-alpha, ndop-1.1.0; " in problem
    assert "profiles/editions/ndop-0.0.9-alpha.yaml:" in problem
    assert "test conformance-tests/test_profile.py:12 (test_one_policy[two])" not in problem
    assert "test conformance-tests/test_profile.py:12 (test_one_policy)" in problem
    assert "fault src/ndop/assurance/mutation/" in problem
    assert "(accepts two policies)" in problem


def test_a_fact_that_only_one_edition_has_otherwise(sources: ProjectSources) -> None:
    (problem,) = problems_with(sources, "NDOP-038", facts="Consent.actor 1..*")
    assert "expected Consent.actor 1..*, found 1..1 (noom-draft; " in problem


def test_a_fact_that_names_a_row_which_does_not_restate_it(sources: ProjectSources) -> None:
    (problem,) = problems_with(sources, "NDOP-044", facts="Consent.policy 1..1")
    assert "expected Consent.policy.uri 1..1, which names this row (ndop-0.0.9-alpha," in problem
    assert "Add 'Consent.policy.uri 1..1' to the column facts" in problem
    (problem,) = problems_with(
        sources,
        "NDOP-026",
        facts=sources.register["NDOP-026"].facts.partition("; noom-draft:")[0],
    )
    assert "Add 'noom-draft: Consent.actor.reference.display 0..0'" in problem


@pytest.mark.parametrize(
    ("row_id", "expected", "reported"),
    [
        ("NDOP-044", "422 error/invalid BAD_REQUEST", True),
        ("NDOP-044", "422 error/invalid INVALID_RESOURCE", False),
        ("NDOP-146", "403 error/forbidden ACCESS DENIED", False),
        ("NDOP-044", "201 (the suite accepts 422 error/invalid BAD_REQUEST)", False),
        ("NDOP-210", "503 error/transient INTERNAL_SERVER_ERROR", False),
    ],
)
def test_an_answer_that_no_edition_gives(
    sources: ProjectSources, row_id: str, expected: str, reported: bool
) -> None:
    found = problems_with(sources, row_id, expected=expected)
    assert bool(found) is reported
    assert all("is no answer of" in one and "profiles/shared/spine.yaml:" in one for one in found)


def test_a_fact_of_no_known_form_is_reported(sources: ProjectSources) -> None:
    (problem,) = problems_with(sources, "NDOP-044", facts="one policy")
    assert "facts: expected 'Consent.policy 1..1'" in problem
    assert "found 'one policy'" in problem
