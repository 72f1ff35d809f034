"""Area profile: policy and policyRule (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Draft, adding, having, without
from ndop.editions import Edition
from support import Accepts, Refuses


@pytest.mark.requirement("NDOP-044")
@pytest.mark.parametrize("shape", ["none", "two", "authority only"])
def test_one_policy_with_uri(refuses: Refuses, shape: str) -> None:
    """SHALL: a Consent has one policy, and that has a uri."""

    def change(consent: Draft) -> Draft:
        if shape == "none":
            return without(consent, "policy")
        if shape == "two":
            return adding(consent, "policy", value=consent["policy"][0])
        return having(consent, "policy", 0, value={"authority": "https://www.gov.uk/"})

    refuses(change)


@pytest.mark.requirement("NDOP-045")
def test_policy_authority(
    edition: Edition, consent: Draft, refuses: Refuses, accepts: Accepts
) -> None:
    """SHALL: the authority of a policy is mandatory where the edition says so."""
    authority = edition.consent.elements.get("Consent.policy.authority")

    def change(consent: Draft) -> Draft:
        return having(consent, "policy", 0, value={"uri": consent["policy"][0]["uri"]})

    if authority is not None and authority.min == 1:
        refuses(change)
    else:
        accepts(change(consent))


@pytest.mark.requirement("NDOP-046")
def test_policy_uri_is_not_resolved(consent: Draft, accepts: Accepts) -> None:
    """SHOULD: a policy uri that leads to a home page is accepted; it is not resolved."""
    accepts(having(consent, "policy", 0, "uri", value="https://www.gov.uk"))


@pytest.mark.requirement("NDOP-047")
def test_no_policy_rule(refuses: Refuses) -> None:
    """SHALL: a Consent has no policyRule."""
    rule = "http://hl7.org/fhir/ConsentPolicy/opt-out"
    refuses(lambda consent: having(consent, "policyRule", value=rule))


@pytest.mark.requirement("NDOP-048")
@pytest.mark.parametrize("shape", ["none", "policy instead", "both"])
def test_policy_rule_instead_of_policy(refuses: Refuses, shape: str) -> None:
    """SHALL: a Consent has a policyRule and no policy."""
    policy = [{"authority": "https://www.gov.uk/", "uri": "https://www.gov.uk/opt-outs"}]

    def change(consent: Draft) -> Draft:
        kept = consent if shape == "both" else without(consent, "policyRule")
        return kept if shape == "none" else having(kept, "policy", value=policy)

    refuses(change)


@pytest.mark.requirement("NDOP-048")
def test_policy_rule_is_accepted(consent: Draft, accepts: Accepts) -> None:
    """SHALL: a Consent with a policyRule is accepted."""
    accepts(having(consent, "policyRule", value="http://hl7.org/fhir/ConsentPolicy/opt-out"))
