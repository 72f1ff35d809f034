"""The corpus of an edition: its sample Consents, unchanged and with one or two mutations.

Edition, seed and count determine the corpus; its patients too, unless the caller supplies them.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ndop.assurance.corpus import COUNT, SEED
from ndop.assurance.corpus.mutations import Mutation, mutations_of
from ndop.consents import Draft, draft
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Coding, Edition

UNCHANGED = "unchanged"
TWO_AT_ONCE = "two at once"

#: Stands for a patient not chosen yet: in the range of test numbers, but with a wrong check digit.
PLACEHOLDER_NHS_NUMBER = "9999999999"


@dataclass(frozen=True, slots=True)
class MutatedConsent:
    """A Consent of the corpus. `name` says which sample, and where it was changed; `kind` is the
    kind of mutation.
    """

    name: str
    kind: str
    consent: Draft


@dataclass(frozen=True, slots=True)
class _Original:
    """A valid Consent to mutate: a sample, a purpose and a status."""

    sample: str
    purpose: Coding
    status: str

    def consent(self, edition: Edition, nhs_number: str) -> Draft:
        return draft(
            edition, nhs_number, sample=self.sample, purpose=self.purpose, status=self.status
        )

    def __str__(self) -> str:
        return f"{self.sample}, {self.purpose.code}, {self.status}"


_Single = tuple[_Original, Mutation]
_Candidate = tuple[_Original, tuple[Mutation, ...]]


def corpus(
    edition: Edition,
    *,
    count: int = COUNT,
    seed: int = SEED,
    patients: Iterator[str] | None = None,
) -> list[MutatedConsent]:
    """`count` different Consents of the edition, each of a patient of its own.

    The unchanged samples come first, then one mutation of each kind in turn, and within a kind of
    each element in turn, so that even a small corpus covers everything; pairs of mutations are
    mixed in. `patients` yields NHS numbers; by default they follow from the seed.
    """
    rng = random.Random(f"{edition.id} {seed}")  # noqa: S311  # repeatable, not secret
    numbers = patients or synthetic(seed)
    seen: set[str] = set()
    found: list[MutatedConsent] = []
    for original, mutations in _candidates(edition, rng):
        if len(found) == count:
            break
        try:
            consent = _apply(mutations, original.consent(edition, PLACEHOLDER_NHS_NUMBER))
        except (KeyError, IndexError, TypeError):
            continue  # the first mutation removed what the second one changes
        text = json.dumps(consent, sort_keys=True)
        if text in seen:
            continue
        seen.add(text)
        labels = " and ".join(one.label for one in mutations) or UNCHANGED
        with_patient = json.loads(
            json.dumps(consent).replace(PLACEHOLDER_NHS_NUMBER, next(numbers))
        )
        found.append(MutatedConsent(f"{original}: {labels}", _kind(mutations), with_patient))
    return found


def _kind(mutations: tuple[Mutation, ...]) -> str:
    if not mutations:
        return UNCHANGED
    return mutations[0].kind if len(mutations) == 1 else TWO_AT_ONCE


def _apply(mutations: tuple[Mutation, ...], consent: Draft) -> Draft:
    for mutation in mutations:
        consent = mutation.apply(consent)
    return consent


def _candidates(edition: Edition, rng: random.Random) -> Iterator[_Candidate]:
    statuses = itertools.cycle((edition.status.opted_out, edition.status.sharing))
    originals = [
        _Original(sample, purpose, next(statuses))
        for sample in edition.samples
        for purpose in edition.purpose_codings()
    ]
    for original in originals:
        yield original, ()
    kinds: dict[str, dict[str, dict[str, list[_Single]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for original in originals:
        for mutation in mutations_of(original.consent(edition, PLACEHOLDER_NHS_NUMBER), edition):
            kinds[mutation.kind][mutation.element][mutation.label].append((original, mutation))
    by_kind = {
        kind: list(_round_robin(_shuffled(labels, rng) for labels in elements.values()))
        for kind, elements in kinds.items()
    }
    pairs = _pairs([one for singles in by_kind.values() for one in singles], rng)
    for turn in itertools.zip_longest(*by_kind.values()):
        for single in filter(None, turn):
            yield single[0], (single[1],)
        yield next(pairs)
    yield from pairs


def _shuffled(labels: Mapping[str, list[_Single]], rng: random.Random) -> list[_Single]:
    """Each mutation of an element once, of a random sample, then each of another sample."""
    groups = list(labels.values())
    rng.shuffle(groups)
    for group in groups:
        rng.shuffle(group)
    return list(_round_robin(groups))


def _round_robin(groups: Iterable[Sequence[_Single]]) -> Iterator[_Single]:
    for turn in itertools.zip_longest(*groups):
        yield from filter(None, turn)


def _pairs(singles: Sequence[_Single], rng: random.Random) -> Iterator[_Candidate]:
    by_original: dict[_Original, list[Mutation]] = defaultdict(list)
    for original, mutation in singles:
        by_original[original].append(mutation)
    while True:
        original, first = rng.choice(singles)
        yield original, (first, rng.choice(by_original[original]))
