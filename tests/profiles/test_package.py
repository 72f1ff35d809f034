from __future__ import annotations

import io
import json
import tarfile

import pytest

from ndop.editions import Edition
from ndop.profiles.package import pack
from ndop.system.layout import Layout


@pytest.fixture
def artefacts(edition: Edition, layout: Layout) -> dict[str, bytes]:
    folder = layout.generated / edition.id
    return {file.name: file.read_bytes() for file in folder.glob("*.json")}


def test_a_package_is_the_same_byte_for_byte(edition: Edition, artefacts: dict[str, bytes]) -> None:
    backwards = dict(reversed(artefacts.items()))
    assert pack(edition, artefacts) == pack(edition, backwards)


def test_what_is_in_a_package(edition: Edition, artefacts: dict[str, bytes]) -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(edition, artefacts))) as archive:
        files = {
            member.name: archive.extractfile(member).read()  # type: ignore[union-attr]
            for member in archive.getmembers()
        }
        assert {(member.mtime, member.uid, member.uname) for member in archive} == {(0, 0, "")}
    manifest = json.loads(files["package/package.json"])
    assert manifest["name"] == edition.package
    assert manifest["version"] == edition.version
    assert manifest["fhirVersions"] == ["3.0.1"]
    assert manifest["dependencies"] == {"hl7.fhir.r3.core": "3.0.2"}
    assert {"title", "url", "date", "author", "maintainers", "license"} <= manifest.keys()
    examples = json.loads(files["package/example/.index.json"])
    assert {entry["filename"] for entry in examples["files"]} == {
        f"Consent-sample-{name}.json" for name in edition.samples
    }
    guide = json.loads(artefacts[f"ImplementationGuide-{edition.package}.json"])
    listed_in_guide = {
        one["sourceReference"]["reference"].replace("/", "-")
        for one in guide["package"][0]["resource"]
    }
    in_package = {name.removesuffix(".json") for name in files if name.startswith("package/")}
    resources = {name.removeprefix("package/").removeprefix("example/") for name in in_package}
    not_listed = {"package", ".index", "other/edition", "other/openapi", guide_name(edition)}
    assert listed_in_guide == resources - not_listed
    index = json.loads(files["package/.index.json"])
    listed = {entry["filename"] for entry in index["files"]}
    others = {"edition.json", "openapi.json"}
    assert listed == artefacts.keys() - others
    assert all(files[f"package/{name}"] == artefacts[name] for name in listed)
    assert all(files[f"package/other/{name}"] == artefacts[name] for name in others)


def guide_name(edition: Edition) -> str:
    return f"ImplementationGuide-{edition.package}"
