"""Everything that a server needs, built when its sources changed."""

from __future__ import annotations

from ndop.editions import EditionFolder
from ndop.examples import files as examples
from ndop.java import modules
from ndop.profiles import build as profiles
from ndop.system.file_lock import locked
from ndop.system.layout import Layout
from ndop.system.progress import Progress


def build_all(layout: Layout, progress: Progress) -> None:
    """Build profiles, packages, examples, server and extension where they are stale. Another
    process that builds the same checkout is waited for.

    Raises BuildError.
    """
    with locked(layout.build / "all.lock"):
        editions = EditionFolder.of(layout).load_all()
        profiles.build_if_stale(layout, editions, progress)
        examples.build_all_if_stale(layout, editions)
        modules.build(layout, [modules.SERVER, modules.EXTENSION], progress)
