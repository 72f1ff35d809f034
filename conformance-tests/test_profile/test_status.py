"""Area profile: status (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import having, without
from support import Refuses


@pytest.mark.requirement("NDOP-015")
def test_status_is_mandatory(refuses: Refuses) -> None:
    """SHALL: a Consent has a status."""
    refuses(lambda consent: without(consent, "status"), status={400, 422}, code=None)


@pytest.mark.requirement("NDOP-016")
@pytest.mark.parametrize("status", ["draft", "proposed", "rejected", "entered-in-error"])
def test_other_statuses_are_refused(refuses: Refuses, status: str) -> None:
    """SHALL: a status is active or inactive."""
    refuses(lambda consent: having(consent, "status", value=status))
