"""Which licences pass, and which entries of the list are of no use."""

from __future__ import annotations

import pytest

from ndop.release import licences
from ndop.release.bill import Component
from ndop.release.licences import Corrected, Licences

LIST = Licences(
    allowed=("MIT", "Apache-2.0"),
    spellings={"The MIT License": "MIT"},
    components={"pkg:pypi/silent": Corrected(licence="MIT", why="Its file says so.")},
)
USED = (
    Component("pkg:pypi/silent@1.0", ()),
    Component("pkg:pypi/spelt@1.0", ("The MIT License",)),
)


@pytest.mark.parametrize(
    "said",
    [
        ("MIT",),
        ("GPL-3.0-only", "MIT"),
        ("GPL-3.0-only OR MIT",),
        ("MIT AND Apache-2.0",),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0",),
    ],
)
def test_what_is_allowed(said: tuple[str, ...]) -> None:
    assert LIST.objections([*USED, Component("pkg:maven/a/b@1.0", said)]) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((), "expected a licence, found none"),
        (("GPL-3.0-only",), "expected a licence that licences.yaml allows, found GPL-3.0-only"),
        (("MIT AND GPL-3.0-only",), "found MIT AND GPL-3.0-only"),
        (("Whatever you like",), "found Whatever you like"),
    ],
)
def test_what_is_not(said: tuple[str, ...], told: str) -> None:
    (objection,) = LIST.objections([*USED, Component("pkg:maven/a/b@1.0", said)])
    assert objection.startswith("pkg:maven/a/b@1.0: ")
    assert told in objection


def test_entries_that_nothing_needs() -> None:
    assert LIST.objections([Component("pkg:maven/a/b@1.0", ("MIT",))]) == [
        "licences.yaml: there is no component pkg:pypi/silent any more; remove the entry.",
        "licences.yaml: no component says 'The MIT License' any more; remove the spelling.",
    ]


def test_every_allowed_licence_is_one_of_spdx() -> None:
    known = licences.read()
    named = [*known.allowed, *known.spellings.values()]
    named += [one.licence for one in known.components.values()]
    assert set(named) == set(known.allowed)
    assert LIST._spdx.unknown_license_symbols(LIST._spdx.parse(" OR ".join(named))) == []
