"""What a fuzzing run sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ndop.server.audit_modes import AuditMode

#: The kinds of cases, each of which has a strategy.
KINDS = (
    "mutated Consents",
    "any JSON",
    "any XML",
    "any bytes",
    "media types",
    "encodings",
    "addresses",
    "queries",
    "headers",
    "callers",
    "framing",
    "sequences",
    "questions",
)
REQUESTS = 20_000


@dataclass(frozen=True, slots=True)
class Plan:
    """At least `requests` requests, of these `kinds`; of all KINDS if there are none.

    The same seed gives the same cases. `audit` is the mode of the server: one that requires tokens
    gets them.
    """

    requests: int = REQUESTS
    seed: int = 0
    kinds: Sequence[str] = ()
    audit: AuditMode = AuditMode.PERMISSIVE
