"""Where a row of the register comes from, in a form that people and programs can follow.

The column `source` has clauses with semicolons between them, each a work and a place in it:

    Guide ndop-1.1.0, noom-draft: pages/consentapi/consent_status.md, section 2
    Profile ndop-1.1.0: NDOP-Consent-1, Consent.status
    Code system ndop-1.1.0: NDOP-OptOutSource-1
    Spine Core: pages/interactions/create.md
    Decision D-04

`Inferred from …` marks what no page says outright, `Inferred: …` what nothing but sense says;
`Inferred: the same for noom-draft` that the clauses of other editions hold for that one too.
Editions stand where the work differs between them. The addresses of works, and the decisions, are
facts of the editions (docs/specification.md has the reasons of the decisions); the addresses of
profiles and code systems are their canonical URLs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from ndop.editions import Edition
from ndop.editions.model import Artefact
from ndop.system.errors import BuildError

_INFERRED = "Inferred from "
_SAME_FOR = "Inferred: the same for "
_DECISION = "Decision "
#: Kinds of works that are artefacts with a canonical URL, or have no address of their own.
_ARTEFACTS = ("Profile", "Code system", "Value set")
_WITHOUT_ADDRESS = ("Inferred", "Project")


class Source(BaseModel):
    """A clause that a row of the register comes from, and its address where one is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    url: str | None

    @property
    def can_be_followed(self) -> bool:
        """Whether it leads somewhere: to an address, a decision, or this project."""
        return self.url is not None or self.text.startswith((_DECISION, "Project: "))


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. `editions` is empty where it is the same for all; `place` may be empty."""

    text: str
    work: str
    editions: tuple[str, ...]
    place: str

    @property
    def extends(self) -> bool:
        """Whether it says that the clauses of other editions hold for its own too."""
        return self.text.startswith(_SAME_FOR)

    def concerns(self, edition: Edition) -> bool:
        """Whether it is a clause of the edition, or of one that the edition is based on."""
        return not self.editions or any(one in self.editions for one in edition.lineage)

    def followed(self, edition: Edition, editions: Sequence[Edition]) -> Source:
        """What a reader follows: a decision is spelt out, all else has an address where one is
        known, first to the edition's own.
        """
        if self.work == _DECISION:
            told = {**_decisions(editions), **edition.decisions}[self.place]
            return Source(text=f"{self.text}: {told}", url=None)
        others = (one for one in editions if self.concerns(one))
        first = [edition] if self.concerns(edition) else []
        addresses = (self._address(one) for one in (*first, *others))
        return Source(text=self.text, url=next((one for one in addresses if one), None))

    def _address(self, edition: Edition) -> str | None:
        first = self.place.partition(", ")[0]
        if self.work in _ARTEFACTS:
            found = [one.url for one in _artefacts(edition, self.work) if one.id == first]
            return found[0] if found else edition.sources.get(f"{self.work} {first}")
        base = edition.sources.get(self.work)
        return None if base is None else f"{base}{first}"


def clauses(source: str, editions: Iterable[Edition]) -> list[Clause]:
    """The clauses of a row. Raises BuildError where one has no known form, work or edition."""
    return [_clause(text, list(editions)) for text in source.split("; ")]


def sources_of(source: str, edition: Edition, editions: Sequence[Edition]) -> list[Source]:
    """The clauses of a row that concern an edition, with their addresses. Raises BuildError."""
    found = clauses(source, editions)
    extended = any(clause.extends and clause.concerns(edition) for clause in found)
    return [
        clause.followed(edition, editions)
        for clause in found
        if clause.concerns(edition) or (extended and not clause.extends)
    ]


def _clause(text: str, editions: list[Edition]) -> Clause:
    number = text.removeprefix(_DECISION)
    if text != number and number in _decisions(editions):
        return Clause(text, _DECISION, (), number)
    if text.startswith(_SAME_FOR):
        own = tuple(one.id for one in editions if one.id in text.split(" "))
        return Clause(text, "Inferred", own, "")
    head, _, place = text.removeprefix(_INFERRED).partition(": ")
    words = head.replace(",", "").split(" ")
    named = tuple(word for word in words if any(word == one.id for one in editions))
    work = " ".join(word for word in words if word not in named)
    works = {*_ARTEFACTS, *_WITHOUT_ADDRESS, *(name for one in editions for name in one.sources)}
    if work not in works:
        raise BuildError(
            "source: expected a clause that is 'Decision' and a known number, or begins with one "
            f"of {', '.join(sorted(works))}, then editions and a colon; found {text!r}"
        )
    return Clause(text, work, named, place)


def _decisions(editions: Iterable[Edition]) -> dict[str, str]:
    return {number: told for one in editions for number, told in one.decisions.items()}


def _artefacts(edition: Edition, work: str) -> Iterable[Artefact]:
    if work == "Profile":
        return edition.structures
    return edition.code_systems if work == "Code system" else edition.value_sets
