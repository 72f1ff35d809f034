"""A checkout whose suite is small, to try a run with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ndop.system.layout import Layout


def checkout_with(suite: str, layout: Layout, root: Path) -> Layout:
    """A checkout at `root` with the text of one module of tests, and else what `layout` has."""
    folder = root / "conformance-tests"
    folder.mkdir()
    for name in ("pytest.ini", "requirements.csv"):
        (folder / name).write_bytes((layout.conformance_tests / name).read_bytes())
    (folder / "test_read.py").write_text(suite, encoding="utf-8")
    (root / "profiles").symlink_to(layout.root / "profiles")
    return replace(layout, root=root)
