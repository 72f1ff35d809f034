"""Where a row of the register comes from, in a form that people and programs can follow.

The column `source` has clauses with semicolons between them, each a work and a place in it:

    Guide ndop-1.1.0, noom-draft: pages/consentapi/consent_status.md, section 2
    Profile ndop-1.1.0: NDOP-Consent-1, Consent.status
    Code system ndop-1.1.0: NDOP-OptOutSource-1
    Spine Core: pages/interactions/create.md
    Decision D-04

`Inferred from …` marks what no page says outright, `Inferred: …` what nothing but sense says.
Editions stand where the work differs between them. The addresses of works are facts of the
editions (`sources`), those of profiles and code systems are their canonical URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ndop.conformance.results import Source
from ndop.editions import Edition
from ndop.editions.model import Artefact
from ndop.errors import BuildError

_INFERRED = "Inferred from "
_DECISION = re.compile(r"Decision D-\d\d")
#: Kinds of works that are artefacts with a canonical URL, or have no address of their own.
_ARTEFACTS = ("Profile", "Code system", "Value set")
_WITHOUT_ADDRESS = ("Inferred", "Project")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. `editions` is empty where it is the same for all; `place` may be empty."""

    text: str
    work: str
    editions: tuple[str, ...]
    place: str

    def concerns(self, edition_id: str) -> bool:
        """Whether it is a clause of the edition."""
        return not self.editions or edition_id in self.editions

    def address(self, edition: Edition) -> str | None:
        """The address of the page or artefact, as far as one is known."""
        first = self.place.partition(", ")[0]
        if self.work in _ARTEFACTS:
            found = [one for one in _artefacts(edition, self.work) if one.id == first]
            return found[0].url if found else None
        base = edition.sources.get(self.work)
        return None if base is None else f"{base}{first}"


def clauses(source: str, editions: Iterable[Edition]) -> list[Clause]:
    """The clauses of a row. Raises BuildError where one has no known form, work or edition."""
    return [_clause(text, list(editions)) for text in source.split("; ")]


def sources_of(source: str, edition: Edition, editions: Sequence[Edition]) -> list[Source]:
    """The clauses of a row that concern an edition, with their addresses. Raises BuildError."""
    return [
        Source(text=clause.text, url=clause.address(edition))
        for clause in clauses(source, editions)
        if clause.concerns(edition.id)
    ]


def _clause(text: str, editions: list[Edition]) -> Clause:
    if _DECISION.fullmatch(text):
        return Clause(text, "Decision", (), text.removeprefix("Decision "))
    head, _, place = text.removeprefix(_INFERRED).partition(": ")
    words = head.replace(",", "").split(" ")
    named = tuple(word for word in words if any(word == one.id for one in editions))
    work = " ".join(word for word in words if word not in named)
    works = {*_ARTEFACTS, *_WITHOUT_ADDRESS, *(name for one in editions for name in one.sources)}
    if work not in works:
        raise BuildError(
            f"source: expected a clause that begins with 'Decision D-nn' or with one of "
            f"{', '.join(sorted(works))}, then editions and a colon; found {text!r}"
        )
    return Clause(text, work, named, place)


def _artefacts(edition: Edition, work: str) -> Iterable[Artefact]:
    if work == "Profile":
        return edition.structures
    return edition.code_systems if work == "Code system" else edition.value_sets
