"""Area profile: what references may not have (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Path, having
from support import Refuses


@pytest.mark.requirement("NDOP-026")
@pytest.mark.parametrize(
    ("place", "child"),
    [
        pytest.param(("patient",), "identifier", id="patient.identifier"),
        pytest.param(("patient",), "display", id="patient.display"),
        pytest.param(("organization", 0), "identifier", id="organization.identifier"),
        pytest.param(("organization", 0), "display", id="organization.display"),
        pytest.param(("actor", 0, "reference"), "identifier", id="actor.reference.identifier"),
        pytest.param(
            ("actor", 0, "reference"),
            "display",
            id="actor.reference.display",
            marks=pytest.mark.where(
                holds=lambda edition: "Consent.actor.reference.display" in edition.consent.elements
            ),
        ),
    ],
)
def test_references_are_only_references(refuses: Refuses, place: Path, child: str) -> None:
    """SHALL: references have no identifier and, where the edition says so, no display."""
    values = {"identifier": {"value": "1"}, "display": "Somebody"}
    refuses(lambda consent: having(consent, *place, child, value=values[child]))
