"""The published and the generated profiles give the same verdict, except where explained.

The tests take the beginning of each corpus; `make parity` compares all of it.
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
from ndop.assurance.corpus import SEED
from ndop.assurance.corpus.mutated_consents import MutatedConsent, corpus
from ndop.assurance.parity import explanations, page
from ndop.assurance.parity.explanations import Explanation, Explanations, Spelling
from ndop.assurance.parity.profile_verdicts import (
    ProfileParity,
    compare_profiles,
    require_published,
)
from ndop.assurance.parity.server_verdicts import ServerVerdict, incomplete_findings
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
    results = compare_profiles(built, corpora)
    assert list(results) == published_ids
    for result in results.values():
        assert [str(one) for one in result.unexplained] == []
        assert len(result.verdicts) == COUNT
        accepted = sum(one.generated_accepts for one in result.verdicts)
        assert COUNT / 20 < accepted < COUNT / 2
        assert all(
            one.generated_accepts for one in result.verdicts if one.mutated.kind == "unchanged"
        )


@pytest.mark.slow
def test_a_different_verdict_is_found(
    built: Layout, published: Path, edition: Edition, patient: str, tmp_path: Path
) -> None:
    """The generated profile asks less in one place, more in another, and lacks an explanation."""
    layout = replace(built, root=tmp_path / "checkout", published_folder=published)
    shutil.copytree(built.root / "profiles", layout.root / "profiles")
    for name in ("plugin", "build"):
        (layout.root / name).symlink_to(built.root / name)
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
    mutated = [MutatedConsent(name, "of this test", one) for name, one in consents.items()]

    result = compare_profiles(layout, [(edition, mutated)])[edition.id]

    assert {(one.refused_by, one.mutated.name) for one in result.unexplained} == {
        ("published", "no dateTime"),
        ("generated", "identifier"),
        ("generated", "unknown code"),
    }
    assert "D-05" in {one.because for one in result.unused}


def change(folder: Path, path: str, name: str, value: object) -> None:
    file = folder / "StructureDefinition-NDOP-Consent-1.json"
    profile = json.loads(file.read_text(encoding="utf-8"))
    elements = [one for one in profile["snapshot"]["element"] if one["path"] == path]
    assert elements
    for element in elements:
        element[name] = value
    file.write_text(json.dumps(profile), encoding="utf-8")


def test_without_the_published_profiles(
    layout: Layout, folder: EditionFolder, tmp_path: Path
) -> None:
    editions = folder.load_all()
    clone = replace(layout, root=tmp_path / "clone", published_folder=None)
    with pytest.raises(MissingReferenceError, match=r"nothing to compare\s+with.*--published"):
        require_published(clone, editions)
    elsewhere = replace(layout, published_folder=tmp_path)
    for edition in editions[:-1]:
        (tmp_path / edition.id).mkdir()
    with pytest.raises(MissingReferenceError, match=f"of {editions[-1].id} are not here"):
        require_published(elsewhere, editions)
    (tmp_path / editions[-1].id).mkdir()
    require_published(elsewhere, editions)


def test_every_explanation_names_a_recorded_reason(
    layout: Layout, published_ids: list[str]
) -> None:
    specification = (layout.root / "docs/specification.md").read_text(encoding="utf-8")
    for edition_id in published_ids:
        known = explanations.read(layout.verdicts, edition_id)
        assert known.objections
        entries: list[Spelling | Explanation] = [*known.spellings, *known.objections]
        for one in entries:
            assert f'<a id="{one.because.lower()}"></a>' in specification


def objection(rule: str, path: str = "Consent.purpose[0]", message: str = "is wrong") -> Finding:
    return Finding("error", path, 1, 1, rule, message)


EXPLAINED = Explanation(
    because="E-03", objects="published", rules=("known-*",), elements=("Consent.purpose",), why="x"
)
ADDED = Explanation(because="D-15", objects="generated", rules=("ndop-*",), why="x")
MUTATED = MutatedConsent("one", "kind", {"url": "https://example.org/ours/1"})


def parity_of(
    published: Sequence[Finding], generated: Sequence[Finding], spelling: Spelling | None = None
) -> ProfileParity:
    known = Explanations(objections=(EXPLAINED, ADDED), spellings=(spelling,) if spelling else ())
    result = ProfileParity("an-edition", known)
    unaltered = [objection("name")] if spelling else published
    result.add(MUTATED, unaltered, published, generated)
    return result


@pytest.mark.parametrize(
    ("published", "generated", "unexplained", "reasons"),
    [
        # Both accept, or both refuse.
        ([], [], None, []),
        (["min"], ["min"], None, []),
        (["min"], ["max"], None, []),
        # One side refuses, for an explained reason.
        (["known-error"], [], None, ["E-03"]),
        ([], ["ndop-rule"], None, ["D-15"]),
        (["known-error"], ["ndop-rule"], None, ["D-15", "E-03"]),
        # An explained reason does not hide another.
        (["known-error", "min"], [], "published", []),
        (["known-error"], ["min"], "generated", []),
        ([], ["ndop-rule", "min"], "generated", []),
        (["min"], [], "published", []),
        ([], ["min"], "generated", []),
        # Both refuse, for whatever reasons.
        (["known-error", "min"], ["ndop-rule"], None, []),
        (["known-error"], ["known-error"], None, []),
    ],
)
def test_what_counts_as_the_same_verdict(
    published: list[str], generated: list[str], unexplained: str | None, reasons: list[str]
) -> None:
    result = parity_of([*map(objection, published)], [*map(objection, generated)])
    assert [one.refused_by for one in result.unexplained] == ([unexplained] if unexplained else [])
    assert sorted(one.because for one in result.explained) == reasons


def test_another_spelling_is_a_reason() -> None:
    spelling = Spelling(
        because="E-51",
        generated="https://example.org/ours",
        published="https://example.org/theirs",
        why="x",
    )
    result = parity_of([], [], spelling)
    assert list(result.explained) == [spelling]
    assert not result.verdicts[0].published_accepts
    known = Explanations(spellings=(spelling,))
    assert known.in_published_spelling(MUTATED.consent) == {"url": "https://example.org/theirs/1"}


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
    none, refused = frozenset[str](), frozenset({"NO"})
    result = parity_of([objection("known-error")], [])
    incomplete = validation.Finding("error", "is wrong", code="NO")
    verdicts = [
        ServerVerdict(MUTATED, 201, "", "", none, ()),
        ServerVerdict(MUTATED, 422, "", "There is one already.", none, ()),
        ServerVerdict(MUTATED, 422, "NO", "It is wrong.", refused, (incomplete,)),
        ServerVerdict(MUTATED, 422, "NO", "It is wrong.", refused, ()),
        ServerVerdict(MUTATED, 201, "", "", refused, ()),
    ]
    text = page.render([result], {"an-edition": verdicts}, 0)
    assert list(incomplete_findings(verdicts)) == [incomplete]
    assert "## an-edition" in text
    assert "Consents on which server and validator differ: 2." in text
    assert (
        "| accepted | 3 |\n| `NO` | 2 |\n| `DUPLICATE_REJECTED`, counted as accepted | 1 |" in text
    )
    assert "| kind | 1 | 0 | 1 | 1 |" in text
    assert "| E-03 | published | 1 | x |" in text


def test_the_committed_page_has_every_published_edition(
    layout: Layout, published_ids: list[str]
) -> None:
    text = layout.parity_page.read_text(encoding="utf-8")
    assert text.startswith(page.render([], {}, SEED))
    for edition_id in published_ids:
        assert f"## {edition_id}\n" in text
    sections = re.findall(
        r"^Different verdicts without an explanation: (\d+)\.", text, re.MULTILINE
    )
    assert sections == ["0"] * len(published_ids)
    assert text.count("Consents on which server and validator differ: 0.") == len(published_ids)
