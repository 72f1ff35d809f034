"""The published and the generated profiles give the same verdict, but for what is explained.

A fixed part of the corpora; `make parity` has the whole.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ndop import validation
from ndop.assurance.parity import explanations, page, served, verdicts
from ndop.assurance.parity.explanations import Explanation, Explanations, Spelling
from ndop.assurance.parity.mutations import Mutated, corpus
from ndop.assurance.parity.served import Served
from ndop.assurance.parity.verdicts import Parity
from ndop.consents import draft, having, without
from ndop.editions import Edition, EditionFolder
from ndop.java.toolkit import Finding
from ndop.system.errors import MissingReferenceError
from ndop.system.layout import Layout

COUNT = 150


@pytest.mark.slow
def test_the_verdict_is_the_published_one(
    built: Layout, published: Path, folder: EditionFolder, published_ids: list[str]
) -> None:
    corpora = [(one, corpus(one, count=COUNT)) for one in map(folder.load, published_ids)]
    outcomes = verdicts.judge(built, corpora)
    assert list(outcomes) == published_ids
    for outcome in outcomes.values():
        assert [str(one) for one in outcome.unexplained] == []
        assert len(outcome.judged) == COUNT
        accepted = sum(one.generated_accepts for one in outcome.judged)
        assert COUNT / 20 < accepted < COUNT / 2
        assert all(
            one.generated_accepts for one in outcome.judged if one.mutated.kind == "unchanged"
        )


@pytest.mark.slow
def test_a_different_verdict_is_found(
    built: Layout, published: Path, edition: Edition, patient: str, tmp_path: Path
) -> None:
    """Of a generated profile that asks less in one place, more in another, and has no excuse."""
    layout = replace(built, root=tmp_path / "checkout")
    shutil.copytree(built.root / "profiles", layout.root / "profiles")
    for name in ("plugin", "build"):
        (layout.root / name).symlink_to(built.root / name)
    (tmp_path / "shared").mkdir()
    layout.published.symlink_to(published)
    change(layout.generated / edition.id, "Consent.dateTime", "min", 0)
    change(layout.generated / edition.id, "Consent.identifier", "max", "0")
    text = layout.verdicts.read_text(encoding="utf-8")
    assert "says: Unknown code" in text
    layout.verdicts.write_text(text.replace("says: Unknown code", "says: Nothing"), "utf-8")
    consent = draft(edition, patient)
    consents = {
        "as it is": consent,
        "no dateTime": without(consent, "dateTime"),
        "identifier": having(consent, "identifier", value={"system": "urn:x", "value": "1"}),
        "no purpose": without(consent, "purpose"),
        "unknown code": having(consent, "purpose", 0, "system", value=edition.code_systems[0].url),
    }
    mutated = [Mutated(name, "of this test", one) for name, one in consents.items()]

    outcome = verdicts.judge(layout, [(edition, mutated)])[edition.id]

    assert {(one.refused_by, one.mutated.name) for one in outcome.unexplained} == {
        ("published", "no dateTime"),
        ("generated", "identifier"),
        ("generated", "unknown code"),
    }
    assert "D-05" in {one.because for one in outcome.unused}


def change(folder: Path, path: str, name: str, value: object) -> None:
    file = folder / "StructureDefinition-NDOP-Consent-1.json"
    profile = json.loads(file.read_text(encoding="utf-8"))
    elements = [one for one in profile["snapshot"]["element"] if one["path"] == path]
    assert elements
    for element in elements:
        element[name] = value
    file.write_text(json.dumps(profile), encoding="utf-8")


def test_without_the_published_profiles(layout: Layout, tmp_path: Path) -> None:
    with pytest.raises(MissingReferenceError, match="nothing to compare with"):
        verdicts.insist_on_published(replace(layout, root=tmp_path / "clone"))


def test_every_explanation_names_a_recorded_reason(
    layout: Layout, published_ids: list[str]
) -> None:
    decisions = (layout.root / "docs/adr/0002-decisions.md").read_text(encoding="utf-8")
    for edition_id in published_ids:
        known = explanations.read(layout.verdicts, edition_id)
        assert known.objections
        entries: list[Spelling | Explanation] = [*known.spellings, *known.objections]
        for one in entries:
            own = one.because.startswith("D-") and int(one.because[2:]) > 12
            assert not own or f"| {one.because} |" in decisions


def objection(rule: str, path: str = "Consent.purpose[0]", message: str = "is wrong") -> Finding:
    return Finding("error", path, 1, 1, rule, message)


EXPLAINED = Explanation(
    because="E-03", objects="published", rules=("known-*",), elements=("Consent.purpose",), why="x"
)
ADDED = Explanation(because="D-15", objects="generated", rules=("ndop-*",), why="x")
MUTATED = Mutated("one", "kind", {"url": "https://example.org/ours/1"})


def compared(
    published: Sequence[Finding], generated: Sequence[Finding], spelling: Spelling | None = None
) -> Parity:
    known = Explanations(objections=(EXPLAINED, ADDED), spellings=(spelling,) if spelling else ())
    outcome = Parity("of-nobody", known)
    as_it_is = [objection("name")] if spelling else published
    verdicts.compare(outcome, MUTATED, as_it_is, published, generated)
    return outcome


@pytest.mark.parametrize(
    ("published", "generated", "unexplained", "reasons"),
    [
        # Both accept, or both refuse.
        ([], [], None, []),
        (["min"], ["min"], None, []),
        (["min"], ["max"], None, []),
        # One side refuses for a reason that is known.
        (["known-error"], [], None, ["E-03"]),
        ([], ["ndop-rule"], None, ["D-15"]),
        (["known-error"], ["ndop-rule"], None, ["D-15", "E-03"]),
        # A reason that is known hides nothing.
        (["known-error", "min"], [], "published", []),
        (["known-error"], ["min"], "generated", []),
        ([], ["ndop-rule", "min"], "generated", []),
        (["min"], [], "published", []),
        ([], ["min"], "generated", []),
        # What the published profile refuses is refused, for whatever reason.
        (["known-error", "min"], ["ndop-rule"], None, []),
        (["known-error"], ["known-error"], None, []),
    ],
)
def test_what_counts_as_the_same_verdict(
    published: list[str], generated: list[str], unexplained: str | None, reasons: list[str]
) -> None:
    outcome = compared([*map(objection, published)], [*map(objection, generated)])
    assert [one.refused_by for one in outcome.unexplained] == ([unexplained] if unexplained else [])
    assert sorted(one.because for one in outcome.explained) == reasons


def test_another_word_is_a_reason() -> None:
    spelling = Spelling(
        because="E-51",
        generated="https://example.org/ours",
        published="https://example.org/theirs",
        why="x",
    )
    outcome = compared([], [], spelling)
    assert list(outcome.explained) == [spelling]
    assert not outcome.judged[0].published_accepts
    known = Explanations(spellings=(spelling,))
    assert known.spelt_as_published(MUTATED.consent) == {"url": "https://example.org/theirs/1"}


@pytest.mark.parametrize(
    ("rule", "path", "message", "covered"),
    [
        ("known-error", "Consent.purpose[3]", "says so", True),
        ("known-error", "Consent.purpose[0].code", "says so", False),
        ("other", "Consent.purpose[0]", "says so", False),
        ("known-error", "Consent.purpose[0]", "says nothing", False),
    ],
)
def test_what_an_explanation_covers(rule: str, path: str, message: str, covered: bool) -> None:
    entry = EXPLAINED.model_copy(update={"says": "so$"})
    assert entry.covers(objection(rule, path, message)) is covered


def test_the_page_has_every_number() -> None:
    outcome = compared([objection("known-error")], [])
    bare = validation.Finding("error", "is wrong", code="NO")
    answers = [
        Served(MUTATED, 201, "", "", ()),
        Served(MUTATED, 422, "", "There is one already.", ()),
        Served(MUTATED, 422, "NO", "It is wrong.", (bare,)),
        Served(MUTATED, 422, "NO", "It is wrong.", ()),
    ]
    text = page.render([outcome], {"of-nobody": answers}, 0)
    assert list(served.unexplained(answers)) == [bare]
    assert "## of-nobody" in text
    assert "Server and validator differ on: 1." in text
    assert (
        "| accepted | 2 |\n| `NO` | 2 |\n| `DUPLICATE_REJECTED`, counted as accepted | 1 |" in text
    )
    assert "| kind | 1 | 0 | 1 | 1 |" in text
    assert "| E-03 | published | 1 | x |" in text


def test_the_committed_page_tells_of_every_published_edition(
    layout: Layout, published_ids: list[str]
) -> None:
    text = layout.parity_page.read_text(encoding="utf-8")
    for edition_id in published_ids:
        assert f"## {edition_id}\n" in text
    sections = re.findall(r"^## ", text, re.MULTILINE)
    assert text.count("Different without an explanation: 0.") == len(sections)
    assert text.count("Server and validator differ on: 0.") == len(sections)
