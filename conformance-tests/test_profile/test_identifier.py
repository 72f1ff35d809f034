"""Area profile: the business identifier (docs/specification.md, section 3)."""

from __future__ import annotations

from typing import Any

import pytest

from ndop.consents import Draft, having
from support import Accepts, Refuses


@pytest.mark.requirement("NDOP-013")
def test_business_identifier_is_accepted(consent: Draft, accepts: Accepts) -> None:
    """SHALL: an identifier with system and value is accepted."""
    identifier = {"system": "https://example.nhs.uk/preference", "value": "42"}
    accepts(having(consent, "identifier", value=identifier))


@pytest.mark.requirement("NDOP-013")
@pytest.mark.parametrize(
    "identifier",
    [
        {"value": "42"},
        {"system": "https://example.nhs.uk/preference"},
        {"system": "https://example.nhs.uk/preference", "value": "42", "use": "official"},
        {"system": "https://example.nhs.uk/preference", "value": "42", "type": {"text": "t"}},
        {"system": "https://example.nhs.uk/preference", "value": "42", "period": {"start": "2018"}},
        {
            "system": "https://example.nhs.uk/preference",
            "value": "42",
            "assigner": {"reference": "https://example.nhs.uk/Organization/X26"},
        },
    ],
    ids=["no system", "no value", "use", "type", "period", "assigner"],
)
def test_business_identifier_is_system_and_value(
    refuses: Refuses, identifier: dict[str, Any]
) -> None:
    """SHALL: an identifier has system and value and nothing else."""
    refuses(lambda consent: having(consent, "identifier", value=identifier))


@pytest.mark.requirement("NDOP-014")
def test_no_business_identifier(refuses: Refuses) -> None:
    """SHALL: a Consent has no identifier."""
    identifier = {"system": "https://example.nhs.uk/preference", "value": "42"}
    refuses(lambda consent: having(consent, "identifier", value=identifier))
