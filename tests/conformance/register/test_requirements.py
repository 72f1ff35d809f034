from __future__ import annotations

from pathlib import Path

import pytest

from ndop.conformance.register import requirements
from ndop.editions import EditionFolder
from ndop.system.errors import BuildError
from ndop.system.layout import Layout


@pytest.fixture
def register(layout: Layout) -> requirements.Register:
    return requirements.read(layout.requirements)


def test_the_register_reads(register: requirements.Register) -> None:
    assert [row.id for row in register.rows] == [
        f"NDOP-{number:03}" for number in range(1, len(register.rows) + 1)
    ]
    assert register["NDOP-086"].level == "SHALL"
    with pytest.raises(KeyError, match="NDOP-999"):
        register["NDOP-999"]


def test_every_row_is_of_known_editions(
    register: requirements.Register, folder: EditionFolder
) -> None:
    named = {edition for row in register.rows for edition in row.editions}
    assert set(folder.ids()) <= named


def test_an_edition_of_nobody_is_held_to_what_all_are_held_to(
    register: requirements.Register,
) -> None:
    rows = {row.id for row in register.of("made-up")}
    assert "NDOP-082" in rows
    assert "NDOP-086" not in rows


def test_facts_name_rows_that_exist(register: requirements.Register, folder: EditionFolder) -> None:
    for edition in folder.load_all():
        for structure in edition.structures:
            for element in structure.elements.values():
                if element.requirement:
                    assert register[element.requirement]
        for claim in edition.audit.claims.values():
            assert register[claim.requirement]
        for invariant in edition.invariants.values():
            assert register[invariant.requirement]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("id,title,level", "id,title,lvl", ":1: expected the columns"),
        (",SHALL,", ",MUST,", "expected SHALL, SHOULD or MAY, found 'MUST'"),
        ("\nNDOP-002,", "\nNDOP-001,", "NDOP-001 stands here twice"),
    ],
)
def test_a_broken_register_is_told(
    layout: Layout, tmp_path: Path, old: str, new: str, told: str
) -> None:
    file = tmp_path / "requirements.csv"
    text = layout.requirements.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BuildError) as error:
        requirements.read(file)
    assert told in str(error.value)
    assert str(file) in str(error.value)
