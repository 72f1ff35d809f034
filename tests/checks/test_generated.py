"""Generated files that are out of date: every kind at once, and the command that mends them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ndop.checks.generated import generated_problems, results_schema, results_schema_text
from ndop.editions import Edition, EditionFolder
from ndop.examples import files as examples
from ndop.examples.recordings import EVERY_EDITION, Recordings
from ndop.system.layout import Layout


@pytest.fixture
def copied(layout: Layout, edition: Edition, tmp_path: Path) -> Layout:
    """Profiles, examples of the default edition, and the schema, for a test to break."""
    shutil.copytree(layout.root / "profiles", tmp_path / "profiles")
    for file in (tmp_path / "profiles" / "editions").iterdir():
        if file.stem != edition.id:
            file.unlink()
            shutil.rmtree(tmp_path / "profiles" / "generated" / file.stem)
    copied = Layout(tmp_path)
    copied.recordings.parent.mkdir(parents=True)
    recorded = Recordings.read(layout.recordings).texts
    Recordings({name: recorded[name] for name in (edition.id, EVERY_EDITION)}).write(
        copied.recordings
    )
    examples.build(copied, [edition])
    results_schema(copied).parent.mkdir(parents=True)
    shutil.copy(results_schema(layout), results_schema(copied))
    return copied


def problems_of(layout: Layout) -> list[str]:
    editions = EditionFolder.of(layout).load_all()
    return [str(problem) for problem in generated_problems(layout, editions)]


def test_what_is_committed_is_up_to_date(layout: Layout) -> None:
    assert problems_of(layout) == []


def test_recordings_of_an_edition_that_is_gone_are_reported(copied: Layout, layout: Layout) -> None:
    shutil.copy(layout.recordings, copied.recordings)
    assert "found 'noom-draft'\n    Remove its recordings." in "".join(problems_of(copied))


def test_every_kind_is_reported_at_once(copied: Layout, edition: Edition) -> None:
    profile = copied.generated / edition.id / f"StructureDefinition-{edition.profile}.json"
    artefact = json.loads(profile.read_bytes())
    artefact["differential"]["element"][1]["min"] = 7
    profile.write_text(json.dumps(artefact), encoding="utf-8")
    (copied.generated / edition.id / "openapi.json").write_text("{}", encoding="utf-8")
    (copied.generated / edition.id / "stray.json").write_text("{}", encoding="utf-8")
    (copied.generated / "nobodys").mkdir()
    (copied.examples / edition.id / "valid" / "manifest.json").unlink()
    results_schema(copied).write_text("{}", encoding="utf-8")

    found = problems_of(copied)

    assert [problem.partition(":")[0] for problem in found] == [
        "profiles/generated/nobodys",
        f"profiles/generated/{edition.id}",
        "examples",
        "src/ndop/conformance/report",
    ]
    assert f"StructureDefinition-{edition.profile}.json differs" in found[1]
    assert "openapi.json differs" in found[1]
    assert "stray.json nothing makes it" in found[1]
    assert f"{edition.id}/valid/manifest.json is missing" in found[2]
    assert all("Run 'ndop build' and commit" in problem for problem in found[1:])


@pytest.mark.parametrize(
    ("name", "old", "new", "stale"),
    [
        (
            "editions/ndop-1.1.0.yaml",
            "Consent.policy: { min: 1, max: 1",
            "Consent.policy: { min: 1, max: 2",
            "StructureDefinition-NDOP-Consent-1.json",
        ),
        (
            "shared/spine.yaml",
            "BAD_REQUEST: Bad request",
            "BAD_REQUEST: Worse request",
            "CodeSystem-Spine-ErrorOrWarningCode-1.json",
        ),
        (
            "templates/ValueSet.xml.j2",
            "<ValueSet xmlns",
            "<ValueSet id='x' xmlns",
            "ValueSet-NDOP-OptOutCategory-1.json",
        ),
        ("editions/ndop-1.1.0.yaml", "lifetime: 300", "lifetime: 301", "edition.json"),
    ],
)
def test_a_changed_source_makes_its_artefact_stale(
    copied: Layout, name: str, old: str, new: str, stale: str
) -> None:
    file = copied.root / "profiles" / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    (problem, *_) = problems_of(copied)
    assert problem.startswith("profiles/generated/ndop-1.1.0: out of date: ")
    assert f"{stale} differs" in problem


def test_the_schema_is_written_as_it_is_checked(copied: Layout) -> None:
    results_schema(copied).write_text(results_schema_text(), encoding="utf-8")
    assert problems_of(copied) == []
