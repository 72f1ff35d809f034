"""Files that cannot be read are named with what was expected of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ndop.conformance.register import requirements
from ndop.examples.recordings import Recordings
from ndop.system.errors import BuildError
from ndop.system.layout import Layout


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"NDOP-299,Title,SHALL,all\n", "expected 14 cells, found 4"),
        (b"NDOP-299,T,SHALL,all,,a,i,s,e,,s,t,,n,too,many\n", "expected 14 cells, found 16"),
        (b"NDOP-29,T,SHALL,all,,a,i,s,e,,s,t,,n\n", "expected NDOP-nnn, found 'NDOP-29'"),
        (b"\xe9\n", "cannot be read as UTF-8"),
    ],
)
def test_a_register_that_cannot_be_read(
    layout: Layout, tmp_path: Path, row: bytes, said: str
) -> None:
    file = tmp_path / "requirements.csv"
    file.write_bytes(layout.requirements.read_bytes() + row)
    with pytest.raises(BuildError, match=said):
        requirements.read(file)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"every edition": "text"}'])
def test_recordings_that_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "recorded.json"
    file.write_bytes(content)
    with pytest.raises(BuildError, match=r"recorded\.json: expected editions"):
        Recordings.read(file)
