"""Which licences are allowed, and which entries of the list are unused."""

from __future__ import annotations

import pytest

from ndop.release import licences
from ndop.release.bom import Component
from ndop.release.licences import LicenceOverride, LicencePolicy

LIST = LicencePolicy(
    allowed=("MIT", "Apache-2.0"),
    spellings={"The MIT License": "MIT"},
    components={"pkg:pypi/silent": LicenceOverride(licence="MIT", reason="Its file says so.")},
)
USED = (
    Component("pkg:pypi/silent@1.0", ()),
    Component("pkg:pypi/spelt@1.0", ("The MIT License",)),
)


@pytest.mark.parametrize(
    "licences_named",
    [
        ("MIT",),
        ("GPL-3.0-only", "MIT"),
        ("GPL-3.0-only OR MIT",),
        ("MIT AND Apache-2.0",),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0",),
    ],
)
def test_allowed_licences(licences_named: tuple[str, ...]) -> None:
    assert LIST.violations([*USED, Component("pkg:maven/a/b@1.0", licences_named)]) == []


@pytest.mark.parametrize(
    ("licences_named", "message"),
    [
        ((), "expected a licence, found none"),
        (("GPL-3.0-only",), "expected a licence that licences.yaml allows, found GPL-3.0-only"),
        (("MIT AND GPL-3.0-only",), "found MIT AND GPL-3.0-only"),
        (("Whatever you like",), "found Whatever you like"),
    ],
)
def test_licences_that_are_not_allowed(licences_named: tuple[str, ...], message: str) -> None:
    (violation,) = LIST.violations([*USED, Component("pkg:maven/a/b@1.0", licences_named)])
    assert violation.startswith("pkg:maven/a/b@1.0: ")
    assert message in violation


def test_unused_entries() -> None:
    assert LIST.violations([Component("pkg:maven/a/b@1.0", ("MIT",))]) == [
        "licences.yaml: there is no component pkg:pypi/silent any more; remove the entry.",
        "licences.yaml: no component says 'The MIT License' any more; remove the spelling.",
    ]


def test_every_allowed_licence_is_an_spdx_licence() -> None:
    known = licences.read()
    named = [*known.allowed, *known.spellings.values()]
    named += [one.licence for one in known.components.values()]
    assert set(named) == set(known.allowed)
    assert LIST._spdx.unknown_license_symbols(LIST._spdx.parse(" OR ".join(named))) == []
