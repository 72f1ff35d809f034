from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ndop.editions import EditionFolder
from ndop.system.layout import Layout
from tests.profiles.comparison import Comparison, compare, read_explanations


def comparison(layout: Layout, published: Path, generated: Path, edition_id: str) -> Comparison:
    explanations = read_explanations(layout.root / "profiles" / "differences.yaml", edition_id)
    return compare(published / edition_id, generated / edition_id, explanations)


def test_every_difference_from_what_was_published_is_explained(
    layout: Layout, published: Path, published_ids: list[str]
) -> None:
    """NDOP-051, NDOP-054, NDOP-055, NDOP-064, NDOP-195."""
    for edition_id in published_ids:
        outcome = comparison(layout, published, layout.generated, edition_id)
        assert outcome.elements > 300, edition_id
        assert [str(one) for one in outcome.unexplained] == []
        assert outcome.unused == []


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "StructureDefinition-NDOP-Consent-1.json",
            '"mustSupport" : true',
            '"mustSupport" : false',
            "Consent.status: mustSupport: published true, generated nothing",
        ),
        (
            "CodeSystem-NDOP-ProxyRole-1.json",
            "Power of Attorney",
            "Power",
            "POA: display: published Power of Attorney, generated Power",
        ),
        (
            "ValueSet-NDOP-OptOutSource-1.json",
            "CodeSystem/NDOP-OptOutSource-1",
            "CodeSystem/Other",
            "concepts: published all, generated nothing",
        ),
    ],
)
def test_a_new_difference_is_found(
    layout: Layout, published: Path, tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    generated = Path(shutil.copytree(layout.generated, tmp_path / "generated"))
    artefact = generated / "ndop-1.1.0" / file
    text = artefact.read_text(encoding="utf-8")
    if old not in text:  # HAPI writes no blank before the colon
        old, new = old.replace(" :", ":"), new.replace(" :", ":")
    assert old in text
    artefact.write_text(text.replace(old, new), encoding="utf-8")
    outcome = comparison(layout, published, generated, "ndop-1.1.0")
    assert any(expected in str(one) for one in outcome.unexplained)


def test_a_missing_artefact_is_found(layout: Layout, published: Path, tmp_path: Path) -> None:
    generated = Path(shutil.copytree(layout.generated, tmp_path / "generated"))
    (generated / "ndop-1.1.0" / "ValueSet-NDOP-ProxyRole-1.json").unlink()
    outcome = comparison(layout, published, generated, "ndop-1.1.0")
    assert any("artefact: published present" in str(one) for one in outcome.unexplained)


def test_every_explanation_names_a_recorded_reason(
    layout: Layout, published_ids: list[str]
) -> None:
    docs = layout.root / "docs"
    specification = (docs / "specification.md").read_text(encoding="utf-8")
    for edition_id in published_ids:
        for one in read_explanations(layout.root / "profiles/differences.yaml", edition_id):
            record, _, number = one.because.partition("ADR ")
            if record:
                assert f'<a id="{one.because.lower()}"></a>' in specification
            else:
                assert list(docs.glob(f"adr/{number.zfill(4)}-*.md"))


def test_every_canonical_resolves(layout: Layout, folder: EditionFolder) -> None:
    """NDOP-198: what an artefact refers to is in the package or in base STU3."""
    for edition in folder.load_all():
        known = {one.url for one in edition.artefacts()}
        for file in (layout.generated / edition.id).glob("StructureDefinition-*.json"):
            profile = json.loads(file.read_text(encoding="utf-8"))
            for element in profile["differential"]["element"]:
                value_set = element.get("binding", {}).get("valueSetUri")
                profiles = [one.get("profile") for one in element.get("type", [])]
                for url in filter(None, [value_set, *profiles]):
                    assert url in known or url.startswith("http://hl7.org/fhir/")
