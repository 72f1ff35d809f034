"""Answers of a proxy in front of the server, such as the Spine Security Proxy (NDOP-148).

It refuses with an OperationOutcome that has no details, in XML even where JSON was asked for.
"""

from __future__ import annotations

import json
import re

from ndop.conformance.report.results import Exchange

#: HTTP status to the issue type that the proxy gives.
_REFUSALS = {
    403: "forbidden",
    405: "not-supported",
    415: "not-supported",
    502: "transient",
    504: "transient",
}
NOTE = (
    "  note:     this is the answer of a proxy in front of the server (an OperationOutcome without "
    "details, NDOP-148), not of the server"
)


def is_from_proxy(exchange: Exchange) -> bool:
    """Whether an answer has the form in which a proxy refuses a request."""
    expected = _REFUSALS.get(exchange.status or 0)
    body = exchange.response_body
    if expected is None or "OperationOutcome" not in body or "details" in body:
        return False
    try:
        issues = json.loads(body)["issue"]
        return any(issue.get("code") == expected for issue in issues)
    except (ValueError, TypeError, LookupError, AttributeError):
        return re.search(rf'<code\s+value="{expected}"\s*/>', body) is not None
