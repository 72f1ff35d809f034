"""Consents for an edition, and the made-up patients whom they are about."""

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
