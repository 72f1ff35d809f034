"""Everything that a server needs, built when its sources changed."""

from __future__ import annotations

from ndop.editions import EditionFolder
from ndop.java import modules
from ndop.profiles import build as profiles
from ndop.system.layout import Layout
from ndop.system.progress import Progress


def build_all(layout: Layout, progress: Progress) -> None:
    """Build profiles, packages, server and extension where they are stale. Raises BuildError."""
    profiles.build_if_stale(layout, EditionFolder.of(layout).load_all(), progress)
    modules.build(layout, [modules.SERVER, modules.EXTENSION], progress)
