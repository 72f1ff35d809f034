"""Area profile: consentingParty, or a proxy in its place (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Draft, having, without
from support import Refuses


@pytest.mark.requirement("NDOP-033")
@pytest.mark.parametrize(
    "parties",
    [
        ["{patient}", "{patient}"],
        ["https://example.org/STU3/Practitioner/G1231231"],
        [None],
        ["https://demographics.spineservices.nhs.uk/STU3/Patient/450-557-7104"],
        ["4505577104"],
    ],
    ids=["two", "practitioner", "identifier only", "hyphens", "bare number"],
)
def test_consenting_party_is_one_patient(refuses: Refuses, parties: list[str | None]) -> None:
    """SHALL: the consenting party is one absolute reference to a patient."""

    def change(consent: Draft) -> Draft:
        patient = consent["patient"]["reference"]
        value = [
            {"identifier": {"value": "1"}}
            if party is None
            else {"reference": party.format(patient=patient)}
            for party in parties
        ]
        return having(consent, "consentingParty", value=value)

    refuses(change)


@pytest.mark.requirement("NDOP-034")
def test_not_both_party_and_proxy(refuses: Refuses) -> None:
    """SHALL: a Consent does not name both a consenting party and a proxy."""
    refuses(
        lambda consent: having(consent, "consentingParty", value=[consent["patient"]]),
        sample="proxy",
    )


@pytest.mark.requirement("NDOP-035")
def test_not_neither_party_nor_proxy(refuses: Refuses) -> None:
    """SHALL: a Consent names a consenting party or a proxy."""
    refuses(lambda consent: without(consent, "consentingParty"))


@pytest.mark.requirement("NDOP-036")
def test_no_consenting_party(refuses: Refuses) -> None:
    """SHALL: a Consent has no consentingParty."""
    refuses(lambda consent: having(consent, "consentingParty", value=[consent["patient"]]))
