from __future__ import annotations

from pathlib import Path

import pytest

from ndop.system.layout import Layout, checkout
from tests.cli.command import ndop


def test_the_option_is_named_where_the_published_profiles_are_missing(tmp_path: Path) -> None:
    done = ndop("parity", "--published", str(tmp_path), "--edition", "noom-draft")
    assert done.returncode == 2
    told = " ".join(done.stderr.split())
    assert "published profiles of noom-draft are not here" in told
    assert "--published" in told
    assert "docs/parity.md" in told


def test_the_folder_of_the_published_profiles(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NDOP_PUBLISHED", raising=False)
    assert checkout().published == layout.root.parent / "shared" / "reference"
    monkeypatch.setenv("NDOP_PUBLISHED", str(tmp_path))
    assert checkout().published == tmp_path.resolve()
