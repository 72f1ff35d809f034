"""The Location of a create or an update (STU3 http.html#create)."""

from __future__ import annotations

import re

_CONSENT = re.compile(r"/Consent/([^/]+)")


def consent_id_in(location: str) -> str | None:
    """The id of the Consent that a Location names, with or without version; None without one."""
    address = _CONSENT.search(location)
    return None if address is None else address[1]
