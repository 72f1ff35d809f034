from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import ndop
from ndop.editions import Edition, EditionFolder
from ndop.profiles import build
from ndop.system.errors import BuildError, OutOfDateError
from ndop.system.layout import Layout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow


@pytest.fixture
def copied(built: Layout, tmp_path: Path) -> Layout:
    """A checkout whose profiles a test may break; the Java half is the real one."""
    shutil.copytree(built.root / "profiles", tmp_path / "profiles")
    (tmp_path / "plugin").symlink_to(built.plugin)
    (tmp_path / "build").mkdir()
    shutil.copytree(built.build / "stamps", tmp_path / "build" / "stamps")
    return replace(built, root=tmp_path)


def editions_of(layout: Layout) -> list[Edition]:
    return EditionFolder.of(layout).load_all()


def test_what_is_committed_is_up_to_date(built: Layout, progress: Progress) -> None:
    build.check(built, editions_of(built), progress)


def test_a_difference_is_named_with_the_command_that_mends_it(
    copied: Layout, progress: Progress
) -> None:
    folder = copied.generated / "ndop-1.1.0"
    (folder / "ValueSet-NDOP-ProxyRole-1.json").unlink()
    (folder / "stray.json").write_text("{}")
    changed = folder / "CodeSystem-NDOP-ProxyRole-1.json"
    changed.write_text(changed.read_text().replace("GUARDIAN", "MOTHER"))
    (copied.generated / "of-nobody").mkdir()

    with pytest.raises(OutOfDateError) as error:
        build.check(copied, editions_of(copied), progress)

    message = str(error.value)
    assert "ValueSet-NDOP-ProxyRole-1.json: is missing" in message
    assert "stray.json: nothing makes it" in message
    assert "CodeSystem-NDOP-ProxyRole-1.json: differs" in message
    assert "of-nobody: no such edition" in message
    assert "Run 'ndop build'" in message
    assert error.value.exit_status == 1


def test_a_changed_fact_changes_snapshot_and_package(copied: Layout, progress: Progress) -> None:
    build.build(copied, editions_of(copied), copied.generated, progress)
    before = (copied.packages / "ndop-1.1.0.tgz").read_bytes()
    file = copied.editions / "ndop-1.1.0.yaml"
    file.write_text(file.read_text().replace("short: The patient, by NHS number", "short: Who"))

    build.build(copied, editions_of(copied), copied.generated, progress)

    profile = json.loads(
        (copied.generated / "ndop-1.1.0/StructureDefinition-NDOP-Consent-1.json").read_text()
    )
    (element,) = [one for one in profile["snapshot"]["element"] if one["id"] == "Consent.patient"]
    assert element["short"] == "Who"
    assert (copied.packages / "ndop-1.1.0.tgz").read_bytes() != before


def test_an_artefact_that_breaks_base_fhir_is_refused(copied: Layout, progress: Progress) -> None:
    file = copied.templates / "CodeSystem.xml.j2"
    file.write_text(file.read_text().replace('<content value="complete"/>', ""))
    with pytest.raises(BuildError, match=r"CodeSystem-NDOP-ProxyRole-1.*content"):
        build.generate(copied, editions_of(copied), progress)


def test_nothing_is_done_twice(copied: Layout, progress: Progress) -> None:
    build.build_if_stale(copied, editions_of(copied), progress)
    package = copied.packages / "ndop-1.1.0.tgz"
    times = package.stat().st_mtime_ns
    rendered = (copied.build / "rendered").stat().st_mtime_ns
    build.build_if_stale(copied, editions_of(copied), progress)
    assert package.stat().st_mtime_ns == times
    assert (copied.build / "rendered").stat().st_mtime_ns == rendered


@pytest.mark.parametrize(
    "edited",
    ["src/ndop/editions/model.py", "src/ndop/profiles/render.py", "profiles/shared/spine.yaml"],
)
def test_an_edit_of_what_profiles_are_made_from_makes_them_stale(
    copied: Layout, edited: str
) -> None:
    package = copied.root / "src" / "ndop"
    shutil.copytree(Path(ndop.__file__).parent, package)
    before = build.sources_fingerprint(copied, package)
    assert before == build.sources_fingerprint(copied)
    file = copied.root / edited
    file.write_text(file.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    assert build.sources_fingerprint(copied, package) != before
