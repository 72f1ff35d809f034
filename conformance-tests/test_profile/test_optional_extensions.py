"""Area profile: NIC reference and person of an actor (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Draft, adding, draft, having
from ndop.editions import Edition
from support import Accepts, Refuses, extension_url


@pytest.mark.requirement("NDOP-011")
@pytest.mark.parametrize("sample", ["minimal", "proxy"])
def test_nic_reference_goes_with_either_form(
    edition: Edition, patient: str, accepts: Accepts, sample: str
) -> None:
    """SHALL: a NIC reference may accompany a consenting party as well as a proxy."""
    reference = {"url": extension_url(edition, "NDOP-011"), "valueString": "NIC-1"}
    accepts(adding(draft(edition, patient, sample=sample), "extension", value=reference))


@pytest.mark.requirement("NDOP-011")
@pytest.mark.parametrize("shape", ["twice", "coded"])
def test_nic_reference_is_one_string(edition: Edition, refuses: Refuses, shape: str) -> None:
    """SHALL: the NIC reference is one string."""
    url = extension_url(edition, "NDOP-011")
    good = {"url": url, "valueString": "NIC-1"}
    coded = {"url": url, "valueCode": "NIC-1"}

    def change(consent: Draft) -> Draft:
        extensions = [good, good] if shape == "twice" else [coded]
        return having(consent, "extension", value=consent["extension"] + extensions)

    refuses(change)


@pytest.mark.requirement("NDOP-012")
@pytest.mark.parametrize("shape", ["once", "twice", "coded"])
def test_actor_person_is_one_string(
    edition: Edition, consent: Draft, accepts: Accepts, refuses: Refuses, shape: str
) -> None:
    """SHALL: the note on the person behind an actor is one string, at most once."""
    url = extension_url(edition, "NDOP-012")
    good = {"url": url, "valueString": "Preference stated by the mother"}
    coded = {"url": url, "valueCode": "mother"}
    extensions = {"once": [good], "twice": [good, good], "coded": [coded]}[shape]

    def change(consent: Draft) -> Draft:
        return having(consent, "actor", 0, "extension", value=extensions)

    if shape == "once":
        accepts(change(consent))
    else:
        refuses(change)
