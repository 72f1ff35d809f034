"""Area profile: organization, the custodian (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Draft, having, without
from support import Accepts, Refuses


@pytest.mark.requirement("NDOP-041")
@pytest.mark.parametrize(
    "organizations",
    [
        [],
        ["https://example.org/Organization/1", "https://example.org/Organization/2"],
        [None],
        ["NHS Choices"],
    ],
    ids=["none", "two", "identifier only", "a name"],
)
def test_one_custodian(refuses: Refuses, organizations: list[str | None]) -> None:
    """SHALL: a Consent has one organization, by an absolute reference."""

    def change(consent: Draft) -> Draft:
        if not organizations:
            return without(consent, "organization")
        value = [
            {"identifier": {"value": "X26"}} if reference is None else {"reference": reference}
            for reference in organizations
        ]
        return having(consent, "organization", value=value)

    refuses(change)


@pytest.mark.requirement("NDOP-042")
def test_another_custodian_is_accepted(consent: Draft, accepts: Accepts) -> None:
    """SHOULD: the custodian is NHS Digital; another is accepted."""
    other = "https://directory.spineservices.nhs.uk/STU3/Organization/E123123"
    accepts(having(consent, "organization", 0, "reference", value=other))


@pytest.mark.requirement("NDOP-043")
@pytest.mark.parametrize(
    "reference",
    [
        "https://directory.spineservices.nhs.uk/STU3/Organization/E123123",
        "https://proxy.sds.nhs.uk/X26",
    ],
)
def test_custodian_is_fixed(refuses: Refuses, reference: str) -> None:
    """SHALL: the custodian is NHS Digital, by its directory address."""
    refuses(lambda consent: having(consent, "organization", 0, "reference", value=reference))
