"""Mutations of a Consent: each makes it wrong, or at least unusual, in one place.

They follow from the samples and from base STU3, not from the profile: what the profile says of the
outcome is for a validator to find.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ndop.assurance.corpus import values
from ndop.consents import Draft, having, value_at, without
from ndop.editions import Edition

#: Keys and indexes that lead from a Consent to one place in it.
Path = tuple[str | int, ...]

#: Makes one Consent of another; raises KeyError, IndexError or TypeError if it does not apply.
Change = Callable[[Draft], Draft]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change to a Consent. `element` is where it applies, without indexes."""

    kind: str
    element: str
    label: str
    apply: Change


def mutations_of(consent: Draft, edition: Edition) -> Iterator[Mutation]:
    """Every mutation of one Consent, in a stable order."""
    for path, value in _places_in(consent):
        yield from _removals(path, value)
        yield from _empty_values(path, value)
        yield from _wrong_types(path, value)
        if isinstance(value, dict):
            yield from _extra_elements(path, value)
        if isinstance(value, str):
            yield from _mutated_texts(path, value, edition)


def _mutated_texts(path: Path, value: str, edition: Edition) -> Iterator[Mutation]:
    spellings = _spellings_of(value)
    if path[-1] == "code" or path == ("status",):
        yield from _replacements(path, "wrong code", [*_candidate_codes(edition), *values.STATUSES])
    elif path[-1] == "system":
        yield from _replacements(path, "wrong system", _candidate_systems(edition))
    elif path == ("dateTime",):
        yield from _replacements(path, "boundary", values.DATE_TIMES)
    elif path[-1] == "reference":
        yield from _mutated_references(path)
    else:
        yield from _replacements(path, "boundary", values.TEXTS)
    if "://" in value:
        spellings += _spellings_of_url(value)
    yield from _replacements(path, "other spelling", [one for one in spellings if one != value])


def _places_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place in a Consent except its resourceType, from the root down."""
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            if key != "resourceType":
                yield from _places_in(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _places_in(item, (*path, number))


def _element_at(path: Path) -> str:
    return ".".join(step for step in path if isinstance(step, str)) or "Consent"


def _dotted_path(path: Path) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "Consent"


def _mutation(kind: str, path: Path, label: str, change: Change) -> Mutation:
    return Mutation(kind, _element_at(path), f"{_dotted_path(path)} {label}", change)


def _replacements(path: Path, kind: str, others: list[Any]) -> Iterator[Mutation]:
    for other in others:
        yield _mutation(kind, path, f"is {_abbreviated(other)}", partial(_replaced, path, other))


def _replaced(path: Path, value: Any, consent: Draft) -> Draft:
    value_at(consent, path)
    return having(consent, *path, value=value)


def _abbreviated(value: Any) -> str:
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
    items = list(value_at(consent, tuple(holder)))
    assert isinstance(number, int)
    again = items[: number + 1] + [items[number]] * (times - 1) + items[number + 1 :]
    return having(consent, *holder, value=again)


def _appended(path: Path, value: Any, consent: Draft) -> Draft:
    holder = path[:-1]
    return having(consent, *holder, value=[*value_at(consent, holder), value])


def _empty_values(path: Path, value: Any) -> Iterator[Mutation]:
    if not path:
        return
    empty: list[Any] = [None]
    if isinstance(value, str):
        empty += ["", " "]
    elif isinstance(value, dict):
        empty += [{}, {"id": "nothing-else"}, {"text": "nothing else"}]
    elif isinstance(value, list):
        empty += [[], [{}], [None]]
    yield from _replacements(path, "empty", empty)


def _wrong_types(path: Path, value: Any) -> Iterator[Mutation]:
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
    yield from _replacements(path, "wrong type", others)
    if isinstance(path[-1], str) and path[-1].startswith("value") and path[-1] != "value":
        for name, other in values.EXTENSION_VALUES.items():
            if name != path[-1]:
                yield _mutation(
                    "wrong type", path, f"becomes {name}", partial(_renamed, path, name, other)
                )


def _renamed(path: Path, name: str, value: Any, consent: Draft) -> Draft:
    return having(without(consent, *path), *path[:-1], name, value=value)


def _extra_elements(path: Path, value: dict[str, Any]) -> Iterator[Mutation]:
    for name, extra in (values.DATATYPE_ELEMENTS if path else values.CONSENT_ELEMENTS).items():
        if name not in value:
            label = f"has {name} added as {_abbreviated(extra)}"
            yield _mutation("extra element", path, label, partial(_added, path, name, extra))


def _added(path: Path, name: str, value: Any, consent: Draft) -> Draft:
    return having(consent, *path, name, value=value)


def _mutated_references(path: Path) -> Iterator[Mutation]:
    for form in values.REFERENCE_FORMS:
        yield _mutation(
            "boundary", path, f"is {_abbreviated(form)}", partial(_reshaped, path, form)
        )
    for target in values.REFERENCE_TARGETS:
        form = f"https://other.example/base/{target}/{{last}}"
        yield _mutation(
            "wrong target", path, f"is {_abbreviated(form)}", partial(_reshaped, path, form)
        )
    for length in (200, 201, 300):
        label = f"has {length} characters"
        yield _mutation("boundary", path, label, partial(_lengthened, path, length))


def _reshaped(path: Path, form: str, consent: Draft) -> Draft:
    reference = str(value_at(consent, path))
    start, _, last = reference.rpartition("/")
    host = reference.split("/")[2] if reference.count("/") > 2 else ""
    value = form.format(reference=reference, start=start, last=last, host=host)
    return having(consent, *path, value=value)


def _lengthened(path: Path, length: int, consent: Draft) -> Draft:
    reference = str(value_at(consent, path))
    start, _, last = reference.rpartition("/")
    value = f"{start}/{'x' * (length - len(reference) - 1)}/{last}"
    return having(consent, *path, value=value)


def _candidate_codes(edition: Edition) -> list[str]:
    """Every code of the edition's short code systems, and some that it does not have."""
    systems = [one for one in edition.code_systems if len(one.concepts) < 10]
    codes = [code for system in systems for code in system.concepts]
    purposes = [coding.code for coding in edition.purpose_codings()]
    return list(dict.fromkeys([*codes, *purposes, "XX", "NHSChoices", "HRESCH", "HOPERAT", "0"]))


def _candidate_systems(edition: Edition) -> list[str]:
    artefacts = [*edition.code_systems, *edition.value_sets]
    purposes = [coding.system for coding in edition.purpose_codings()]
    return list(dict.fromkeys([*(one.url for one in artefacts), *purposes, *values.SYSTEMS]))


def _spellings_of(text: str) -> list[str]:
    return [text.lower(), text.upper(), f" {text}", f"{text} ", f"{text}  x", f"{text}."]


def _spellings_of_url(url: str) -> list[str]:
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
