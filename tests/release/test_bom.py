"""The bills of materials of this checkout: valid, complete, and all licences allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from ndop.java import modules
from ndop.release import bom, licences
from ndop.system.layout import Layout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bills(
    layout: Layout, tmp_path_factory: pytest.TempPathFactory, progress: Progress
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sbom")
    return {file.stem: file for file in bom.write(layout, folder, progress)}


def test_both_are_cyclonedx(bills: dict[str, Path]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    for file in bills.values():
        assert validator.validate_str(file.read_text(encoding="utf-8")) is None


def test_every_jar_of_the_server_is_listed(bills: dict[str, Path], built: Layout) -> None:
    own, *jars = modules.class_path(built, modules.SERVER)
    listed = {
        "-".join(one.purl.rpartition("/")[2].split("@"))
        for one in bom.read_components(bills["java"])
    }
    assert own.stem == "ndop-fhir-server"
    assert {jar.stem for jar in jars} - listed == set()
    assert len(jars) > 100


def test_what_the_extension_contains_is_listed(bills: dict[str, Path]) -> None:
    packages = {one.package for one in bom.read_components(bills["java"])}
    assert "pkg:maven/com.nimbusds/nimbus-jose-jwt" in packages


def test_every_pinned_package_is_listed(bills: dict[str, Path], layout: Layout) -> None:
    pins = (layout.root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.partition("==")[0] for line in pins if "==" in line}
    listed = {
        one.package.rpartition("/")[2].lower().replace(".", "-").replace("_", "-")
        for one in bom.read_components(bills["python"])
    }
    assert len(pinned) > 50
    assert {name.lower().replace(".", "-").replace("_", "-") for name in pinned} - listed == set()


def test_every_licence_is_allowed(bills: dict[str, Path]) -> None:
    parts = [one for file in bills.values() for one in bom.read_components(file)]
    assert licences.read().violations(parts) == []
