"""The editions of this checkout."""

from __future__ import annotations

from collections.abc import Sequence

from ndop.editions.folder import EditionFolder
from ndop.editions.model import Edition
from ndop.system.layout import checkout


def edition_ids() -> list[str]:
    """Ids of the editions, sorted. Raises BuildError if there is no checkout."""
    return _folder().ids()


def load_edition(edition_id: str) -> Edition:
    """The facts of one edition. Raises EditionError if there is none or its YAML is wrong."""
    return _folder().load(edition_id)


def load_editions(edition_ids: Sequence[str] | None = None) -> list[Edition]:
    """The facts of these editions, each once; of every edition where none is named.

    Raises EditionError, as `load_edition`.
    """
    folder = _folder()
    if not edition_ids:
        return folder.load_all()
    return [folder.load(one) for one in dict.fromkeys(edition_ids)]


def _folder() -> EditionFolder:
    return EditionFolder.of(checkout())
