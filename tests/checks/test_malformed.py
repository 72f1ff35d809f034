"""Files that cannot be read are named with what was expected of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ndop.checks.documents import document_problems
from ndop.cli.app import COMMANDS
from ndop.conformance.register import requirements
from ndop.editions import Edition
from ndop.examples import files
from ndop.examples.recordings import Recordings
from ndop.system.errors import BuildError, EditionError
from ndop.system.layout import Layout


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"NDOP-999,Title,SHALL,all\n", "expected 14 cells, found 4"),
        (b"NDOP-999,T,SHALL,all,,a,i,s,e,,s,t,,n,too,many\n", "expected 14 cells, found 16"),
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


@pytest.mark.parametrize(
    "name", ["README.md", "docs/validate.md", "action.yml", ".pre-commit-hooks.yaml"]
)
@pytest.mark.parametrize("content", [None, b"\xff", b"", b"inputs: {}\n", b"[1]\n"])
def test_a_page_that_is_missing_or_malformed_is_a_problem(
    layout: Layout, editions: list[Edition], tmp_path: Path, name: str, content: bytes | None
) -> None:
    for page in ("README.md", "docs/validate.md", "action.yml", ".pre-commit-hooks.yaml"):
        (tmp_path / page).parent.mkdir(exist_ok=True)
        shutil.copy(layout.root / page, tmp_path / page)
    shutil.copytree(layout.root / "docs/opting-out", tmp_path / "docs/opting-out")
    shutil.copytree(layout.root / "scripts", tmp_path / "scripts")
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    commands = [command.name for command in COMMANDS]
    found = list(document_problems(Layout(tmp_path), editions, commands))
    assert found
    assert all(problem.place.startswith(name) for problem in found)


def test_an_answer_that_the_edition_lacks_is_named(edition: Edition) -> None:
    errors = {key: entry for key, entry in edition.errors.items() if key != "duplicate"}
    lacking = edition.model_copy(update={"errors": errors})
    with pytest.raises(EditionError, match="expected an answer to 'duplicate'; found none"):
        files.examples_of(lacking, Recordings())
