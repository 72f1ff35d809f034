"""Consents of an edition, and synthetic patients for them."""

from ndop.consents.drafts import (
    Draft,
    Path,
    adding,
    coding_paths,
    consent,
    draft,
    filled,
    having,
    merged,
    preference,
    value_at,
    with_id,
    without,
)

__all__ = [
    "Draft",
    "Path",
    "adding",
    "coding_paths",
    "consent",
    "draft",
    "filled",
    "having",
    "merged",
    "preference",
    "value_at",
    "with_id",
    "without",
]
