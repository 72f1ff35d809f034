"""The corpus before two judges: HL7's validator with the published profile, and with ours.

The published profiles refuse every Consent, each for errors of its own, so comparing bare verdicts
would prove nothing. Objections that profiles/verdicts.yaml explains are set aside on the side that
has them: what the published profile refuses by mistake, and what ours refuses beyond it. Then
whatever the published one refuses must be refused, and the rest accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ndop.assurance.parity import explanations
from ndop.assurance.parity.explanations import Explanation, Explanations, Spelling
from ndop.assurance.parity.mutations import Mutated
from ndop.consents import Draft
from ndop.editions import Edition
from ndop.java import toolkit
from ndop.java.toolkit import Finding, ValidationJob
from ndop.profiles.comparison import generated_definitions, published_definitions
from ndop.system.errors import MissingReferenceError
from ndop.system.layout import Layout

Side = Literal["published", "generated"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One Consent and what the two said of it; `published_would_accept`: but for its explained
    errors.
    """

    mutated: Mutated
    published_accepts: bool
    published_would_accept: bool
    generated_accepts: bool


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A Consent that, but for what is explained, one side accepts and the other does not."""

    mutated: Mutated
    refused_by: Side
    objections: Sequence[Finding]

    def __str__(self) -> str:
        told = "; ".join(f"{one.path}: {one.message} [{one.rule}]" for one in self.objections)
        return f"{self.mutated.name}: only the {self.refused_by} profile refuses: {told}"


@dataclass(slots=True)
class Parity:
    """The outcome for one edition. `explained`: the entries that account for a different verdict,
    each with the number of Consents.
    """

    edition: str
    explanations: Explanations
    judged: list[Judged] = field(default_factory=list)
    explained: dict[Explanation | Spelling, int] = field(default_factory=dict)
    unexplained: list[Unexplained] = field(default_factory=list)

    @property
    def unused(self) -> list[Explanation | Spelling]:
        """Entries that explain nothing in this corpus."""
        entries: list[Explanation | Spelling] = [
            *self.explanations.spellings,
            *self.explanations.objections,
        ]
        return [one for one in entries if one not in self.explained]


def judge(
    layout: Layout, corpora: Sequence[tuple[Edition, Sequence[Mutated]]]
) -> dict[str, Parity]:
    """Have each edition's corpus judged by both sides. The toolkit must have been built.

    Returns edition id to outcome. Raises MissingReferenceError where the published profiles are
    not on this machine, BuildError where the validator fails.
    """
    insist_on_published(layout)
    known = {edition.id: _explanations(layout, edition) for edition, _ in corpora}
    inspections: list[ValidationJob] = []
    for edition, corpus in corpora:
        consents = [one.consent for one in corpus]
        respelt = _respelt(known[edition.id], consents)
        theirs = [file for file, _ in published_definitions(layout.published / edition.id)]
        ours = [file for file, _ in generated_definitions(layout.generated / edition.id)]
        url = edition.consent.url
        inspections.append(ValidationJob(theirs, url, [*consents, *respelt]))
        inspections.append(ValidationJob(ours, url, consents))
    found = iter(toolkit.invalidating_findings(layout, inspections))
    outcomes = {}
    for edition, corpus in corpora:
        outcome = outcomes[edition.id] = Parity(edition.id, known[edition.id])
        published, generated = next(found), next(found)
        as_it_is = published[: len(corpus)]
        in_their_words = published[len(corpus) :] or as_it_is
        for one, *findings in zip(corpus, as_it_is, in_their_words, generated, strict=True):
            compare(outcome, one, *findings)
    return outcomes


def _respelt(known: Explanations, consents: Sequence[Draft]) -> list[Draft]:
    """The Consents in the published words; none where there are no other words."""
    return [known.spelt_as_published(one) for one in consents] if known.spellings else []


def insist_on_published(layout: Layout) -> None:
    """Raises MissingReferenceError where the published profiles are not on this machine."""
    if not layout.published.is_dir():
        raise MissingReferenceError(
            f"The published profiles are not here: expected the folder {layout.published}, which "
            "is no part of this repository. There is nothing to compare with."
        )


def _explanations(layout: Layout, edition: Edition) -> Explanations:
    return explanations.read(layout.verdicts, edition.id)


def compare(
    outcome: Parity,
    mutated: Mutated,
    as_it_is: Sequence[Finding],
    respelt: Sequence[Finding],
    generated: Sequence[Finding],
) -> None:
    """Add one Consent to the outcome: what the published profile says of it as it is and in its own
    words, and what ours says.
    """
    theirs, their_reasons = _set_aside(respelt, outcome.explanations.of("published"))
    ours, our_reasons = _set_aside(generated, outcome.explanations.of("generated"))
    outcome.judged.append(Judged(mutated, not as_it_is, not theirs, not generated))
    if _in_common(respelt, generated) or (theirs and generated):
        return  # both refuse
    if theirs or ours:
        side: Side = "published" if theirs else "generated"
        outcome.unexplained.append(Unexplained(mutated, side, theirs or ours))
        return
    reasons: set[Explanation | Spelling] = {*their_reasons, *our_reasons}
    if as_it_is != respelt:
        reasons.update(_spellings_used(outcome.explanations, mutated))
    for reason in reasons:
        outcome.explained[reason] = outcome.explained.get(reason, 0) + 1


def _in_common(one: Sequence[Finding], other: Sequence[Finding]) -> bool:
    """Whether two judges object to the same place by the same rule."""
    return bool(
        {(finding.rule, finding.path) for finding in one}
        & {(finding.rule, finding.path) for finding in other}
    )


def _set_aside(
    findings: Iterable[Finding], entries: Sequence[Explanation]
) -> tuple[list[Finding], set[Explanation]]:
    left: list[Finding] = []
    reasons: set[Explanation] = set()
    for finding in findings:
        reason = next((one for one in entries if one.covers(finding)), None)
        if reason is None:
            left.append(finding)
        else:
            reasons.add(reason)
    return left, reasons


def _spellings_used(known: Explanations, mutated: Mutated) -> Iterable[Spelling]:
    words = set(_texts(mutated.consent))
    return (one for one in known.spellings if any(w.startswith(one.generated) for w in words))


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
