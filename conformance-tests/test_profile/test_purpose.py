"""Area profile: purpose (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Draft, adding, without
from support import Refuses

PURPOSE = ("purpose", 0)


@pytest.mark.requirement("NDOP-049")
@pytest.mark.parametrize("times", [0, 2])
def test_one_purpose(refuses: Refuses, times: int) -> None:
    """SHALL: a Consent has exactly one purpose."""

    def change(consent: Draft) -> Draft:
        if times == 0:
            return without(consent, "purpose")
        return adding(consent, "purpose", value=consent["purpose"][0])

    refuses(change)


@pytest.mark.requirement("NDOP-050")
@pytest.mark.parametrize("part", ["system", "code", "display"])
def test_purpose_coding_is_complete(refuses: Refuses, part: str) -> None:
    """SHALL: the purpose has system, code and display."""
    refuses(lambda consent: without(consent, *PURPOSE, part))
