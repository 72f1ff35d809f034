"""Area profile: which proxy decided (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Draft, adding, having, value_at, without
from ndop.editions import Edition
from support import Refuses, proxy_role_path


@pytest.mark.requirement("NDOP-009")
def test_proxy_role_at_most_once(edition: Edition, refuses: Refuses) -> None:
    """SHALL: the proxy role extension occurs at most once."""

    def change(consent: Draft) -> Draft:
        extension = value_at(consent, proxy_role_path(edition, consent)[:-1])
        return adding(consent, "extension", value=extension)

    refuses(change, sample="proxy")


@pytest.mark.requirement("NDOP-010")
@pytest.mark.parametrize("shape", ["string", "no display", "no coding", "complex"])
def test_proxy_role_is_one_complete_coding(edition: Edition, refuses: Refuses, shape: str) -> None:
    """SHALL: the proxy role is a CodeableConcept with one complete coding."""

    def change(consent: Draft) -> Draft:
        role = proxy_role_path(edition, consent)
        extension = role[:-1]
        if shape == "string":
            return having(without(consent, *role), *extension, "valueString", value="POA")
        if shape == "no display":
            return without(consent, *role, "coding", 0, "display")
        if shape == "no coding":
            return having(consent, *role, value={"text": "Power of Attorney"})
        url = edition.url(str(edition.proxy)).replace("ProxyRole", "Proxy")
        part = {"url": "role", "valueCodeableConcept": value_at(consent, role)}
        return having(consent, *extension, value={"url": url, "extension": [part]})

    refuses(change, sample="proxy")
