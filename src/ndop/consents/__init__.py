"""Consents of an edition, and synthetic patients for them."""

from ndop.consents.drafts import (
    Draft,
    adding,
    consent,
    draft,
    filled,
    having,
    merged,
    preference,
    without,
)

__all__ = [
    "Draft",
    "adding",
    "consent",
    "draft",
    "filled",
    "having",
    "merged",
    "preference",
    "without",
]
