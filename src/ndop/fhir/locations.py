"""The Location of a create or an update (STU3 http.html#create)."""

from __future__ import annotations

import re

_CONSENT = re.compile(r"/Consent/([^/]+)")


def consent_id_in(location: str) -> str | None:
    """The id of the Consent that a Location, with or without version, names; None if it has none."""
    address = _CONSENT.search(location)
    return None if address is None else address[1]
