"""The editions of this checkout."""

from __future__ import annotations

from ndop.editions.folder import EditionFolder
from ndop.editions.model import Edition
from ndop.system.layout import checkout


def edition_ids() -> list[str]:
    """Ids of the editions, sorted. Raises BuildError if there is no checkout."""
    return _folder().ids()


def load_edition(edition_id: str) -> Edition:
    """The facts of one edition. Raises EditionError if there is none or its YAML is wrong."""
    return _folder().load(edition_id)


def _folder() -> EditionFolder:
    layout = checkout()
    return EditionFolder.of(layout)
