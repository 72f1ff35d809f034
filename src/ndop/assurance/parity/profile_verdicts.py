"""Verdicts of HL7's validator on the corpus, with the published profile and with the generated one.

Every published profile refuses every Consent for errors of its own, so comparing bare verdicts
would prove nothing. Objections that profiles/verdicts.yaml explains are therefore disregarded on
the side that raises them: what the published profile refuses by mistake, and what ours refuses in
addition. After that, ours must refuse what the published one refuses and accept the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ndop.assurance.corpus.mutated_consents import MutatedConsent
from ndop.assurance.parity import explanations
from ndop.assurance.parity.explanations import Explanation, Explanations, Spelling
from ndop.consents import Draft
from ndop.editions import Edition
from ndop.java import toolkit
from ndop.java.toolkit import Finding, ValidationJob
from ndop.profiles.definitions import generated_definitions, published_definitions
from ndop.system.errors import MissingReferenceError
from ndop.system.layout import Layout

Side = Literal["published", "generated"]


@dataclass(frozen=True, slots=True)
class ProfileVerdicts:
    """Whether each profile accepts one Consent; `published_would_accept` disregards the published
    profile's explained errors.
    """

    mutated: MutatedConsent
    published_accepts: bool
    published_would_accept: bool
    generated_accepts: bool


@dataclass(frozen=True, slots=True)
class UnexplainedDifference:
    """A Consent that only one of the profiles refuses, for objections that nothing explains."""

    mutated: MutatedConsent
    refused_by: Side
    objections: Sequence[Finding]

    def __str__(self) -> str:
        objections = "; ".join(f"{one.path}: {one.message} [{one.rule}]" for one in self.objections)
        return f"{self.mutated.name}: only the {self.refused_by} profile refuses: {objections}"


@dataclass(slots=True)
class ProfileParity:
    """The comparison for one edition. `explained` has the entries that account for a difference,
    each with its number of Consents.
    """

    edition: str
    explanations: Explanations
    verdicts: list[ProfileVerdicts] = field(default_factory=list)
    explained: dict[Explanation | Spelling, int] = field(default_factory=dict)
    unexplained: list[UnexplainedDifference] = field(default_factory=list)

    @property
    def unused(self) -> list[Explanation | Spelling]:
        """Entries that explain nothing in this corpus."""
        entries: list[Explanation | Spelling] = [
            *self.explanations.spellings,
            *self.explanations.objections,
        ]
        return [one for one in entries if one not in self.explained]

    def add(
        self,
        mutated: MutatedConsent,
        published_unaltered: Sequence[Finding],
        published: Sequence[Finding],
        generated: Sequence[Finding],
    ) -> None:
        """Add one Consent.

        The findings are the published profile's on the Consent as it is, the published profile's on
        the Consent in its own spelling, and the generated profile's.
        """
        by_published, published_reasons = _disregard(published, self.explanations.of("published"))
        by_generated, generated_reasons = _disregard(generated, self.explanations.of("generated"))
        self.verdicts.append(
            ProfileVerdicts(mutated, not published_unaltered, not by_published, not generated)
        )
        if _have_common_objection(published, generated) or (by_published and generated):
            return  # both refuse
        if by_published or by_generated:
            side: Side = "published" if by_published else "generated"
            objections = by_published or by_generated
            self.unexplained.append(UnexplainedDifference(mutated, side, objections))
            return
        reasons: set[Explanation | Spelling] = {*published_reasons, *generated_reasons}
        if published_unaltered != published:
            reasons.update(_spellings_in(self.explanations, mutated))
        for reason in reasons:
            self.explained[reason] = self.explained.get(reason, 0) + 1


def compare_profiles(
    layout: Layout, corpora: Sequence[tuple[Edition, Sequence[MutatedConsent]]]
) -> dict[str, ProfileParity]:
    """Validate each edition's corpus with both profiles. The toolkit must have been built.

    Returns edition id to comparison. Raises MissingReferenceError if the published profiles are not
    on this machine, BuildError if the validator fails.
    """
    require_published(layout, [edition for edition, _ in corpora])
    known = {edition.id: explanations.read(layout.verdicts, edition.id) for edition, _ in corpora}
    jobs: list[ValidationJob] = []
    for edition, corpus in corpora:
        consents = [one.consent for one in corpus]
        respelt = _in_published_spelling(known[edition.id], consents)
        published = [file for file, _ in published_definitions(layout.published / edition.id)]
        generated = [file for file, _ in generated_definitions(layout.generated / edition.id)]
        url = edition.consent.url
        jobs.append(ValidationJob(published, url, [*consents, *respelt]))
        jobs.append(ValidationJob(generated, url, consents))
    findings = iter(toolkit.invalidating_findings(layout, jobs))
    results = {}
    for edition, corpus in corpora:
        result = results[edition.id] = ProfileParity(edition.id, known[edition.id])
        by_published, by_generated = next(findings), next(findings)
        unaltered = by_published[: len(corpus)]
        respelled = by_published[len(corpus) :] or unaltered
        for mutated, *of_consent in zip(corpus, unaltered, respelled, by_generated, strict=True):
            result.add(mutated, *of_consent)
    return results


def require_published(layout: Layout, editions: Iterable[Edition]) -> None:
    """Raises MissingReferenceError, naming the option, if an edition's published profiles are
    missing.
    """
    for edition in editions:
        folder = layout.published / edition.id
        if not folder.is_dir():
            raise MissingReferenceError(
                f"The published profiles of {edition.id} are not here: expected the folder "
                f"{folder}. They are not part of this repository, so there is nothing to compare "
                "with. Name the folder that has one for each edition with --published or the "
                "environment variable NDOP_PUBLISHED; docs/parity.md says where to get them."
            )


def _in_published_spelling(known: Explanations, consents: Sequence[Draft]) -> list[Draft]:
    """The Consents as the published profile spells them; none if it spells nothing differently."""
    return [known.in_published_spelling(one) for one in consents] if known.spellings else []


def _have_common_objection(one: Sequence[Finding], other: Sequence[Finding]) -> bool:
    """Whether both sides object to the same place by the same rule."""
    return bool(
        {(finding.rule, finding.path) for finding in one}
        & {(finding.rule, finding.path) for finding in other}
    )


def _disregard(
    findings: Iterable[Finding], entries: Sequence[Explanation]
) -> tuple[list[Finding], set[Explanation]]:
    """The findings that no entry explains, and the entries that explain the others."""
    remaining: list[Finding] = []
    reasons: set[Explanation] = set()
    for finding in findings:
        reason = next((one for one in entries if one.covers(finding)), None)
        if reason is None:
            remaining.append(finding)
        else:
            reasons.add(reason)
    return remaining, reasons


def _spellings_in(known: Explanations, mutated: MutatedConsent) -> Iterable[Spelling]:
    texts = set(_texts_in(mutated.consent))
    return (one for one in known.spellings if any(t.startswith(one.generated) for t in texts))


def _texts_in(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts_in(item)
    elif isinstance(value, str):
        yield value
