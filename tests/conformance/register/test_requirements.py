from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from ndop.conformance.register import requirements
from ndop.conformance.register.clauses import clauses
from ndop.editions import Edition, EditionFolder
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


def derived(folder: EditionFolder, base: str, facts: str = "") -> Edition:
    """An edition that is based on another and differs in the facts given."""
    text = f"id: derived\nbased-on: {base}\npackage: org.example.derived\n{facts}"
    (folder.editions / "derived.yaml").write_text(text, encoding="utf-8")
    return folder.load("derived")


def independent(folder: EditionFolder, copy_of: str) -> Edition:
    """An edition with the same facts as another that is based on nothing."""
    text = (folder.editions / f"{copy_of}.yaml").read_text(encoding="utf-8")
    text = text.replace(f"\nid: {copy_of}\n", "\nid: independent\n")
    text = text.replace("\npackage: ", "\npackage: org.example.")
    (folder.editions / "independent.yaml").write_text(text, encoding="utf-8")
    return folder.load("independent")


def ids(rows: Iterable[requirements.Requirement]) -> set[str]:
    return {row.id for row in rows}


def test_a_row_of_some_editions_is_of_those_that_its_clauses_name(
    register: requirements.Register, folder: EditionFolder
) -> None:
    """By name or by features: that it applies to these, and to no others, has its sources."""
    editions = [one for one in folder.load_all() if not one.based_on]
    rows = [row for row in register.rows if row.named_editions or row.applies_when]
    assert {bool(row.applies_when) for row in rows} == {True, False}
    for row in rows:
        named = {one for clause in clauses(row.source, editions) for one in clause.editions}
        assert {one.id for one in editions if row.applies_to(one)} == named, row.id


def test_what_is_based_on_an_edition_has_the_rows_of_it(
    register: requirements.Register, copied_editions: EditionFolder
) -> None:
    for edition in copied_editions.load_all():
        assert register.of(derived(copied_editions, edition.id)) == register.of(edition)


def test_another_fact_asks_for_other_rows(
    register: requirements.Register, copied_editions: EditionFolder, edition: Edition
) -> None:
    facts = (
        "status: { opted-out: inactive, sharing: active }\naudit: { claims: { scope: $remove } }\n"
    )
    rows = ids(register.of(derived(copied_editions, edition.id, facts)))
    before = ids(register.of(edition))
    assert (before - rows, rows - before) == ({"NDOP-165", "NDOP-185"}, {"NDOP-186"})


def test_a_row_leaves_out_what_it_says_not_of(
    register: requirements.Register, copied_editions: EditionFolder, edition: Edition
) -> None:
    """The nearest of the editions that a row names decides."""
    child = derived(copied_editions, edition.id)
    row = register["NDOP-082"]
    for editions, of_edition, of_child in (
        (("all",), True, True),
        (("all", "not derived"), True, False),
        ((edition.id,), True, True),
        ((edition.id, "not derived"), True, False),
        (("derived", f"not {edition.id}"), False, True),
        (("noom-draft",), False, False),
    ):
        changed = replace(row, editions=editions)
        assert changed.applies_to(edition) == of_edition, editions
        assert changed.applies_to(child) == of_child, editions


def test_an_edition_that_no_row_names_is_held_to_what_goes_by_facts(
    register: requirements.Register, copied_editions: EditionFolder, edition: Edition
) -> None:
    other = independent(copied_editions, edition.id)
    missing = ids(register.of(edition)) - ids(register.of(other))
    assert missing == {row.id for row in register.rows if edition.id in row.editions}
    assert missing <= ids(register.left_out_by_name(other))
    assert not register.names(other)
    assert register.names(edition)
    assert register.names(derived(copied_editions, edition.id))


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
    ("old", "new", "message"),
    [
        ("id,title,level", "id,title,lvl", ":1: expected the columns"),
        (",SHALL,", ",MUST,", "expected SHALL, SHOULD or MAY, found 'MUST'"),
        ("\nNDOP-002,", "\nNDOP-001,", "NDOP-001 stands here twice"),
        (
            ",all,proxy,",
            ",all,prxy,",
            "applies_when: expected one of active-means-opted-out, actor, ",
        ),
        (",all,not policy,", ",all,no policy,", "found 'no policy'"),
        (",all,proxy,", ",,proxy,", "editions: expected all or ids of editions, found ''"),
        (",all,proxy,", ",not noom-draft,,", "editions: expected all or ids"),
    ],
)
def test_a_broken_register_is_told(
    layout: Layout, tmp_path: Path, old: str, new: str, message: str
) -> None:
    file = tmp_path / "requirements.csv"
    text = layout.requirements.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BuildError) as error:
        requirements.read(file)
    assert message in str(error.value)
    assert str(file) in str(error.value)
