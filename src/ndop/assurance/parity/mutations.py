"""Consents that are wrong in one place: the samples of an edition, each changed by one mutation.

Which mutations there are follows from the samples and from base STU3, not from the profile: what
the profile says of the outcome is for a validator to tell. The corpus is the same for the same
edition, seed and count, but for the patients, if others are asked for.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ndop.assurance.parity import values
from ndop.consents import Draft, draft, having, without
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Coding, Edition

Path = tuple[str | int, ...]

#: Makes a Consent into another one; KeyError, IndexError or TypeError where it does not fit.
Change = Callable[[Draft], Draft]

#: The whole corpus of an edition.
COUNT, SEED = 2000, 0

UNCHANGED = "unchanged"
TWO = "two at once"


@dataclass(frozen=True, slots=True)
class Mutated:
    """A Consent of the corpus. `kind` is the kind of mutation, `name` says sample and place."""

    name: str
    kind: str
    consent: Draft


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to spoil a Consent. `element` is where, without the numbers of repetitions."""

    kind: str
    element: str
    label: str
    change: Change


@dataclass(frozen=True, slots=True)
class _Base:
    """A valid Consent to begin from: a sample, a question and a status."""

    sample: str
    purpose: Coding
    status: str

    def consent(self, edition: Edition, nhs_number: str) -> Draft:
        return draft(
            edition, nhs_number, sample=self.sample, purpose=self.purpose, status=self.status
        )

    def __str__(self) -> str:
        return f"{self.sample}, {self.purpose.code}, {self.status}"


_Single = tuple[_Base, Mutation]


def corpus(
    edition: Edition,
    *,
    count: int = COUNT,
    seed: int = SEED,
    patients: Iterator[str] | None = None,
) -> list[Mutated]:
    """`count` different Consents of the edition, each of a patient of its own.

    The unchanged samples come first, then a mutation of each kind in turn, and of a kind each
    element in turn, so that a small corpus has something of everything; among them two at once.
    `patients` gives the NHS numbers; by default they follow from the seed.
    """
    chance = random.Random(f"{edition.id} {seed}")  # noqa: S311  # to be repeatable, not secret
    numbers = patients or synthetic(seed)
    seen: set[str] = set()
    found: list[Mutated] = []
    for base, mutations in _candidates(edition, chance):
        if len(found) == count:
            break
        try:
            consent = _applied(mutations, base.consent(edition, _NOBODY))
        except (KeyError, IndexError, TypeError):
            continue  # the first of two took away what the second changes
        text = json.dumps(consent, sort_keys=True)
        if text in seen:
            continue
        seen.add(text)
        labels = " and ".join(one.label for one in mutations) or UNCHANGED
        of_a_patient = json.loads(json.dumps(consent).replace(_NOBODY, next(numbers)))
        found.append(Mutated(f"{base}: {labels}", _kind(mutations), of_a_patient))
    return found


#: Stands for the patient until a Consent is in the corpus.
_NOBODY = "9999999999"


def _kind(mutations: tuple[Mutation, ...]) -> str:
    if not mutations:
        return UNCHANGED
    return mutations[0].kind if len(mutations) == 1 else TWO


def _applied(mutations: tuple[Mutation, ...], consent: Draft) -> Draft:
    for mutation in mutations:
        consent = mutation.change(consent)
    return consent


def _candidates(
    edition: Edition, chance: random.Random
) -> Iterator[tuple[_Base, tuple[Mutation, ...]]]:
    statuses = itertools.cycle((edition.status.opted_out, edition.status.sharing))
    bases = [
        _Base(sample, purpose, next(statuses))
        for sample in edition.samples
        for purpose in edition.purpose_codings()
    ]
    for base in bases:
        yield base, ()
    kinds: dict[str, dict[str, dict[str, list[_Single]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for base in bases:
        for mutation in mutations_of(base.consent(edition, _NOBODY), edition):
            kinds[mutation.kind][mutation.element][mutation.label].append((base, mutation))
    in_turn = {
        kind: list(_in_turn(_mixed(labels, chance) for labels in elements.values()))
        for kind, elements in kinds.items()
    }
    pairs = _pairs([one for singles in in_turn.values() for one in singles], chance)
    for turn in itertools.zip_longest(*in_turn.values()):
        for single in filter(None, turn):
            yield single[0], (single[1],)
        yield next(pairs)
    yield from pairs


def _mixed(labels: Mapping[str, list[_Single]], chance: random.Random) -> list[_Single]:
    """Each mutation of an element once, of a sample by chance, then each of another sample."""
    groups = list(labels.values())
    chance.shuffle(groups)
    for group in groups:
        chance.shuffle(group)
    return list(_in_turn(groups))


def _in_turn(groups: Iterable[Sequence[_Single]]) -> Iterator[_Single]:
    for turn in itertools.zip_longest(*groups):
        yield from filter(None, turn)


def _pairs(
    singles: Sequence[_Single], chance: random.Random
) -> Iterator[tuple[_Base, tuple[Mutation, ...]]]:
    of_base: dict[_Base, list[Mutation]] = defaultdict(list)
    for base, mutation in singles:
        of_base[base].append(mutation)
    while True:
        base, first = chance.choice(singles)
        yield base, (first, chance.choice(of_base[base]))


def mutations_of(consent: Draft, edition: Edition) -> Iterator[Mutation]:
    """Every mutation of one Consent, in a stable order."""
    for path, value in _places(consent):
        yield from _removals(path, value)
        yield from _empties(path, value)
        yield from _other_types(path, value)
        if isinstance(value, dict):
            yield from _extras(path, value)
        if isinstance(value, str):
            yield from _of_a_text(path, value, edition)


def _of_a_text(path: Path, value: str, edition: Edition) -> Iterator[Mutation]:
    spellings = _spellings(value)
    if path[-1] == "code" or path == ("status",):
        yield from _set(path, "wrong code", [*_codes(edition), *values.STATUSES])
    elif path[-1] == "system":
        yield from _set(path, "wrong system", _systems(edition))
    elif path == ("dateTime",):
        yield from _set(path, "boundary", values.DATE_TIMES)
    elif path[-1] == "reference":
        yield from _references(path)
    else:
        yield from _set(path, "boundary", values.TEXTS)
    if "://" in value:
        spellings += _spellings_of_a_url(value)
    yield from _set(path, "other spelling", [one for one in spellings if one != value])


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place in a Consent but its type, from the root."""
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            if key != "resourceType":
                yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _places(item, (*path, number))


def _element(path: Path) -> str:
    return ".".join(step for step in path if isinstance(step, str)) or "Consent"


def _dotted(path: Path) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "Consent"


def _mutation(kind: str, path: Path, label: str, change: Change) -> Mutation:
    return Mutation(kind, _element(path), f"{_dotted(path)} {label}", change)


def _set(path: Path, kind: str, others: list[Any]) -> Iterator[Mutation]:
    for other in others:
        yield _mutation(kind, path, f"is {_short(other)}", partial(_put, path, other))


def _put(path: Path, value: Any, consent: Draft) -> Draft:
    _at(consent, path)
    return having(consent, *path, value=value)


def _at(consent: Draft, path: Path) -> Any:
    value: Any = consent
    for step in path:
        value = value[step]
    return value


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else f"{text[:50]}… ({len(text)} characters)"


def _removals(path: Path, value: Any) -> Iterator[Mutation]:
    if path:
        yield _mutation("remove", path, "is left out", lambda consent: without(consent, *path))
    if path and isinstance(path[-1], int):
        for times in (2, 3):
            yield _mutation("repeat", path, f"{times} times", partial(_repeated, path, times))
        if isinstance(value, dict):
            other = {**value, "id": "second"}
            yield _mutation("repeat", path, "and nearly the same", partial(_appended, path, other))


def _repeated(path: Path, times: int, consent: Draft) -> Draft:
    *holder, number = path
    items = list(_at(consent, tuple(holder)))
    assert isinstance(number, int)
    again = items[: number + 1] + [items[number]] * (times - 1) + items[number + 1 :]
    return having(consent, *holder, value=again)


def _appended(path: Path, value: Any, consent: Draft) -> Draft:
    holder = path[:-1]
    return having(consent, *holder, value=[*_at(consent, holder), value])


def _empties(path: Path, value: Any) -> Iterator[Mutation]:
    if not path:
        return
    empty: list[Any] = [None]
    if isinstance(value, str):
        empty += ["", " "]
    elif isinstance(value, dict):
        empty += [{}, {"id": "nothing-else"}, {"text": "nothing else"}]
    elif isinstance(value, list):
        empty += [[], [{}], [None]]
    yield from _set(path, "empty", empty)


def _other_types(path: Path, value: Any) -> Iterator[Mutation]:
    if not path:
        return
    others: list[Any] = [1, True]
    if not isinstance(value, str):
        others.append("text")
    if not isinstance(value, dict):
        others.append({"value": "text"})
    if isinstance(value, list):
        others.append(value[0])
    else:
        others += [[value], [value, value]]
    yield from _set(path, "wrong type", others)
    if isinstance(path[-1], str) and path[-1].startswith("value") and path[-1] != "value":
        for name, other in values.VALUES.items():
            if name != path[-1]:
                yield _mutation(
                    "wrong type", path, f"becomes {name}", partial(_renamed, path, name, other)
                )


def _renamed(path: Path, name: str, value: Any, consent: Draft) -> Draft:
    return having(without(consent, *path), *path[:-1], name, value=value)


def _extras(path: Path, value: dict[str, Any]) -> Iterator[Mutation]:
    for name, extra in (values.OF_A_PART if path else values.OF_A_CONSENT).items():
        if name not in value:
            label = f"has {name} added as {_short(extra)}"
            yield _mutation("extra element", path, label, partial(_added, path, name, extra))


def _added(path: Path, name: str, value: Any, consent: Draft) -> Draft:
    return having(consent, *path, name, value=value)


def _references(path: Path) -> Iterator[Mutation]:
    for form in values.REFERENCES:
        yield _mutation("boundary", path, f"is {_short(form)}", partial(_reformed, path, form))
    for target in values.TARGETS:
        form = f"https://other.example/base/{target}/{{last}}"
        yield _mutation("wrong target", path, f"is {_short(form)}", partial(_reformed, path, form))
    for length in (200, 201, 300):
        label = f"has {length} characters"
        yield _mutation("boundary", path, label, partial(_of_length, path, length))


def _reformed(path: Path, form: str, consent: Draft) -> Draft:
    reference = str(_at(consent, path))
    start, _, last = reference.rpartition("/")
    host = reference.split("/")[2] if reference.count("/") > 2 else ""
    value = form.format(reference=reference, start=start, last=last, host=host)
    return having(consent, *path, value=value)


def _of_length(path: Path, length: int, consent: Draft) -> Draft:
    reference = str(_at(consent, path))
    start, _, last = reference.rpartition("/")
    value = f"{start}/{'x' * (length - len(reference) - 1)}/{last}"
    return having(consent, *path, value=value)


def _codes(edition: Edition) -> list[str]:
    """Every code of a short code system of the edition, and some of nobody's."""
    systems = [one for one in edition.code_systems if len(one.concepts) < 10]
    codes = [code for system in systems for code in system.concepts]
    purposes = [coding.code for coding in edition.purpose_codings()]
    return list(dict.fromkeys([*codes, *purposes, "XX", "NHSChoices", "HRESCH", "HOPERAT", "0"]))


def _systems(edition: Edition) -> list[str]:
    artefacts = [*edition.code_systems, *edition.value_sets]
    purposes = [coding.system for coding in edition.purpose_codings()]
    return list(dict.fromkeys([*(one.url for one in artefacts), *purposes, *values.SYSTEMS]))


def _spellings(text: str) -> list[str]:
    return [text.lower(), text.upper(), f" {text}", f"{text} ", f"{text}  x", f"{text}."]


def _spellings_of_a_url(url: str) -> list[str]:
    other = {"https": "http", "http": "https"}
    scheme, _, rest = url.partition("://")
    return [
        f"{other.get(scheme, 'https')}://{rest}",
        f"{url}/",
        f"{url}#",
        f"{url}|1.0",
        url.replace("://", ":/"),
        rest.rpartition("/")[2],
        "urn:oid:1.2.3",
        "urn:uuid:2f5a6d4a-4d8f-4b1c-9f53-5f0b8f3d4c11",
        "https://example.org/of-nobody",
    ]
