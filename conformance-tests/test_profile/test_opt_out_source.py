"""Area profile: how a preference reached the service (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Draft, adding, having, value_at, without
from ndop.editions import Edition
from support import Refuses, source_path


@pytest.mark.requirement("NDOP-004")
@pytest.mark.parametrize("times", [0, 2])
def test_opt_out_source_exactly_once(edition: Edition, refuses: Refuses, times: int) -> None:
    """SHALL: the opt-out source extension occurs exactly once."""
    url = edition.url(edition.channel)

    def change(consent: Draft) -> Draft:
        sources = [one for one in consent["extension"] if one["url"] == url]
        others = [one for one in consent["extension"] if one["url"] != url]
        extensions = sources * times + others
        if extensions:
            return having(consent, "extension", value=extensions)
        return without(consent, "extension")

    refuses(change)


@pytest.mark.requirement("NDOP-005")
@pytest.mark.parametrize("shape", ["string", "text only", "two codings"])
def test_opt_out_source_value_is_one_coding(edition: Edition, refuses: Refuses, shape: str) -> None:
    """SHALL: the opt-out source is a CodeableConcept with exactly one coding."""

    def change(consent: Draft) -> Draft:
        source = source_path(edition, consent)
        if shape == "string":
            extension = source[:-1]
            return having(without(consent, *source), *extension, "valueString", value="OP")
        if shape == "text only":
            return having(consent, *source, value={"text": "Online"})
        coding = value_at(consent, (*source, "coding", 0))
        return adding(consent, *source, "coding", value=coding)

    refuses(change)


@pytest.mark.requirement("NDOP-006")
@pytest.mark.parametrize("part", ["system", "code", "display"])
def test_opt_out_source_coding_is_complete(edition: Edition, refuses: Refuses, part: str) -> None:
    """SHALL: the opt-out source coding has system, code and display."""

    def change(consent: Draft) -> Draft:
        return without(consent, *source_path(edition, consent), "coding", 0, part)

    refuses(change)
