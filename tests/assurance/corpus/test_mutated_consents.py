"""The corpus is repeatable, has different Consents only, and each is of a patient of its own."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice

import pytest

from ndop.assurance.corpus.mutated_consents import UNCHANGED, corpus
from ndop.assurance.corpus.mutations import mutations_of
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition, EditionFolder

COUNT = 300


def content(consent: object) -> str:
    return json.dumps(consent, sort_keys=True)


def test_the_same_seed_gives_the_same_corpus(folder: EditionFolder) -> None:
    for edition in folder.load_all():
        assert corpus(edition, count=COUNT, seed=3) == corpus(edition, count=COUNT, seed=3)


def test_another_seed_gives_another_corpus(edition: Edition) -> None:
    names = [{one.name for one in corpus(edition, count=COUNT, seed=seed)} for seed in (1, 2)]
    assert len(names[0] - names[1]) > COUNT / 4


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(edition: Edition) -> None:
    assert corpus(edition, count=60) == corpus(edition, count=COUNT)[:60]


def test_every_kind_has_its_share(folder: EditionFolder) -> None:
    for edition in folder.load_all():
        kinds = Counter(one.kind for one in corpus(edition, count=COUNT))
        assert kinds.keys() == {
            UNCHANGED,
            "remove",
            "repeat",
            "empty",
            "wrong type",
            "wrong code",
            "wrong system",
            "wrong target",
            "other spelling",
            "extra element",
            "boundary",
            "two at once",
        }
        assert all(count > COUNT / 20 for kind, count in kinds.items() if kind != UNCHANGED)


def test_no_consent_occurs_twice(folder: EditionFolder) -> None:
    for edition in folder.load_all():
        consents = [content(one.consent) for one in corpus(edition, count=COUNT)]
        assert len(consents) == COUNT == len(set(consents))


def test_the_patients_can_be_chosen(edition: Edition) -> None:
    numbers = list(islice(synthetic(7), 40))
    for one, number in zip(corpus(edition, count=40, patients=iter(numbers)), numbers, strict=True):
        if one.kind == UNCHANGED:
            assert one.consent["patient"] == {"reference": edition.patient.reference_to(number)}


def test_every_mutation_changes_something(edition: Edition) -> None:
    unchanged = corpus(edition, count=1)[0].consent
    before = content(unchanged)
    mutations = list(mutations_of(unchanged, edition))
    assert len(mutations) > 500
    same = [one.label for one in mutations if content(one.apply(unchanged)) == before]
    # A code or system in the list may be the one that is there already.
    assert len(same) < 25, same
    assert content(unchanged) == before


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("remove", "purpose[0].code is left out"),
        ("repeat", "policy[0] 2 times"),
        ("empty", 'status is ""'),
        ("wrong type", "dateTime is 1"),
        ("wrong type", "extension[0].valueCodeableConcept becomes valueString"),
        ("wrong code", 'status is "proposed"'),
        ("wrong system", 'purpose[0].system is "http://loinc.org"'),
        ("wrong target", 'patient.reference is "https://other.example/base/Observation/{last}"'),
        ("other spelling", 'status is "ACTIVE"'),
        ("extra element", "purpose[0] has version added as"),
        ("boundary", 'dateTime is "2018-02-29T00:00:00Z"'),
        ("boundary", "patient.reference has 201 characters"),
    ],
)
def test_kinds_of_mutations(edition: Edition, kind: str, label: str) -> None:
    mutations = mutations_of(corpus(edition, count=1)[0].consent, edition)
    assert any(one.kind == kind and one.label.startswith(label) for one in mutations)
