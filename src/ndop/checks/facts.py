"""Whether the register agrees with the editions' YAML: cardinalities, codes, error responses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ndop.checks.sources import ProjectSources
from ndop.conformance.register.facts import (
    RestatedFact,
    facts_about,
    facts_that_name,
    restated_facts,
)
from ndop.conformance.register.requirements import Requirement
from ndop.editions import Edition
from ndop.system.errors import BuildError
from ndop.system.problem import Problem

#: An error response, as the column `expected` writes it.
_ANSWER = re.compile(r"\b(\d{3} \w+/[\w-]+ [A-Z_]+)\b")
_IN_BRACKETS = re.compile(r"\([^)]*\)")
#: Prefix of the reason why a row whose behaviour is not implemented yet has no test.
_NOT_YET = "not yet: "


def fact_problems(sources: ProjectSources) -> Iterator[Problem]:
    """Facts in rows that contradict an edition, facts of profiles that name a row which does not
    restate them, and expected responses that no edition of the row has.
    """
    for row in sources.register.rows:
        try:
            facts = restated_facts(row.facts, sources.editions)
        except BuildError as error:
            yield _problem(sources, row, str(error), "docs/requirements.md lists the forms.")
            continue
        yield from _contradictions(sources, row, facts)
        yield from _unstated(sources, row, facts)
        yield from _unknown_answers(sources, row)


def _contradictions(
    sources: ProjectSources, row: Requirement, facts: list[RestatedFact]
) -> Iterator[Problem]:
    contradictions: dict[tuple[RestatedFact, str], list[Edition]] = {}
    for edition in sources.editions_of(row):
        for fact in facts_about(edition, facts):
            if (found := _found(edition, fact)) != fact.value:
                contradictions.setdefault((fact, found), []).append(edition)
    for (fact, found), editions in contradictions.items():
        place = _place(sources, editions[0], fact)
        ids = ", ".join(edition.id for edition in editions)
        text = f"facts: expected {fact.text}, found {found} ({ids}; {place})"
        yield _problem(sources, row, text, _change(sources, row, place))


def _found(edition: Edition, fact: RestatedFact) -> str:
    """The value that an edition has for a fact."""
    try:
        return fact.found_in(edition)
    except KeyError:
        return "nothing"


def _place(sources: ProjectSources, edition: Edition, fact: RestatedFact) -> str:
    """File and line of a fact in an edition, or of the edition if it does not have it."""
    try:
        return sources.place_of_fact(edition, fact.place(edition))
    except KeyError:
        return sources.place_of_fact(edition, ())


def _unstated(
    sources: ProjectSources, row: Requirement, facts: list[RestatedFact]
) -> Iterator[Problem]:
    missing: dict[str, list[Edition]] = {}
    for edition in sources.editions_of(row):
        stated = {fact.key(edition) for fact in facts_about(edition, facts)}
        for text in facts_that_name(row.id, edition):
            (fact,) = restated_facts(text, sources.editions)
            if fact.key(edition) not in stated:
                missing.setdefault(text, []).append(edition)
    for text, editions in missing.items():
        ids = ", ".join(edition.id for edition in editions)
        (fact,) = restated_facts(text, sources.editions)
        place = _place(sources, editions[0], fact)
        everywhere = editions == sources.editions_of(row)
        addition = text if everywhere else f"{ids}: {text}"
        yield _problem(
            sources,
            row,
            f"facts: expected {text}, which names this row ({ids}; {place}), found nothing",
            f"Add '{addition}' to the column facts, and see that the statement says so too.",
        )


def _unknown_answers(sources: ProjectSources, row: Requirement) -> Iterator[Problem]:
    if row.not_testable.startswith(_NOT_YET):
        return
    editions = sources.editions_of(row)
    known = {
        f"{entry.status} {entry.severity}/{entry.issue} {entry.code}"
        for edition in editions
        for entry in edition.errors.values()
    }
    for answer in dict.fromkeys(_ANSWER.findall(_IN_BRACKETS.sub("", row.expected))):
        if known and not any(one.startswith(answer) for one in known):
            place = sources.place_of_fact(editions[0], ("errors",))
            yield _problem(
                sources,
                row,
                f"expected: {answer} is no answer of {', '.join(one.id for one in editions)} "
                f"(errors; {place})",
                _change(sources, row, place),
            )


def _change(sources: ProjectSources, row: Requirement, place: str) -> str:
    evidence = "".join(f"\n      {one}" for one in sources.evidence_for(row))
    return (
        f"Correct {place}; or change the row (title, statement, expected, facts) and, where they "
        f"no longer hold, what shows it:{evidence}"
    )


def _problem(sources: ProjectSources, row: Requirement, text: str, remedy: str) -> Problem:
    return Problem(sources.place_of_row(row), f"{row.id} ({row.title}): {text}", remedy)
