"""What is published: which artefacts, what their differentials say, what is required."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fhir.resources.STU3 import get_fhir_model_class

from ndop.profiles.render import FHIR_VERSION
from ndop.system.layout import Layout

#: What each edition's Reference page lists, and what the specification adds (NDOP-196).
LISTED = {
    "ndop-1.1.0": {
        "StructureDefinition/NDOP-Consent-1",
        "StructureDefinition/Extension-NDOP-NICReference-1",
        "StructureDefinition/Extension-NDOP-OptOutSource-1",
        "StructureDefinition/Extension-NDOP-ProxyRole-1",
        "StructureDefinition/NHSDigital-CapabilityStatement-1",
        "StructureDefinition/Spine-OperationOutcome-1",
        "ValueSet/NDOP-OptOutCategory-1",
        "ValueSet/NDOP-OptOutSource-1",
        "ValueSet/NDOP-ProxyRole-1",
        "ValueSet/NDOP-Purpose-1",
        "ValueSet/Spine-ErrorOrWarningCode-1",
        "CodeSystem/NDOP-OptOutCategory-1",
        "CodeSystem/NDOP-OptOutSource-1",
        "CodeSystem/NDOP-ProxyRole-1",
        "CodeSystem/Spine-ErrorOrWarningCode-1",
        "CapabilityStatement/NDOP-CapabilityStatement-1",
    },
    "ndop-0.0.9-alpha": {
        "StructureDefinition/NDOP-Consent-1",
        "StructureDefinition/Extension-NDOP-ActorPerson-1",
        "StructureDefinition/Extension-NDOP-OptOutSource-1",
        "StructureDefinition/Spine-OperationOutcome-1",
        "ValueSet/NDOP-Category-1",
        "ValueSet/NDOP-OptOutSource-1",
        "ValueSet/NDOP-Preferences-1",
        "ValueSet/Spine-ErrorOrWarningCode-1",
        "CodeSystem/NDOP-Categories-1",
        "CodeSystem/NDOP-OptOutSource-1",
        "CodeSystem/NDOP-PreferenceCodes-1",
        "CodeSystem/Spine-ErrorOrWarningCode-1",
        "CapabilityStatement/NDOP-CapabilityStatement-1",
    },
    "noom-draft": {
        "StructureDefinition/NOOM-Consent-1",
        "StructureDefinition/Extension-SourceOfOptOut-1",
        "StructureDefinition/Spine-OperationOutcome-1",
        "ValueSet/noom-category-1",
        "ValueSet/noom-preferences-1",
        "ValueSet/opt-out-source-1",
        "ValueSet/Spine-ErrorOrWarningCode-1",
        "CodeSystem/noom-categories-1",
        "CodeSystem/noom-preference-codes-1",
        "CodeSystem/opt-out-source-codesystem-1",
        "CodeSystem/Spine-ErrorOrWarningCode-1",
        "CapabilityStatement/NOOM-CapabilityStatement-1",
    },
}

EDITIONS = pytest.mark.parametrize("edition_id", sorted(LISTED))


def artefacts(layout: Layout, edition_id: str) -> dict[str, dict[str, Any]]:
    """The generated artefacts of an edition, by type and id."""
    files = (layout.generated / edition_id).glob("*-*.json")
    found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {f"{one['resourceType']}/{one['id']}": one for one in found}


def profiles(layout: Layout, edition_id: str) -> list[dict[str, Any]]:
    return [
        one for name, one in artefacts(layout, edition_id).items() if "StructureDefinition/" in name
    ]


def test_every_published_edition_is_looked_at(published_ids: list[str]) -> None:
    assert published_ids == sorted(LISTED)


@EDITIONS
def test_every_listed_artefact_is_there(layout: Layout, edition_id: str) -> None:
    """NDOP-196"""
    found = artefacts(layout, edition_id)
    assert LISTED[edition_id] - found.keys() == set()
    kinds = {one["kind"] for one in found.values() if one["resourceType"] == "CapabilityStatement"}
    assert kinds == {"requirements", "instance"}


@EDITIONS
def test_differentials_say_what_they_mean(layout: Layout, edition_id: str) -> None:
    """NDOP-197: cardinalities of slices, fixed values and bindings stand there themselves."""
    for profile in profiles(layout, edition_id):
        assert profile["fhirVersion"] == FHIR_VERSION
        snapshot = {one["id"]: one for one in profile["snapshot"]["element"]}
        for element in profile["differential"]["element"]:
            place = f"{profile['id']}: {element['id']}"
            assert element["id"].split(".")[0] == profile["type"], place
            assert element["path"].split(".")[0] == profile["type"], place
            if "sliceName" in element and element["path"].endswith(".extension"):
                assert {"min", "max"} <= element.keys(), place
            said = {
                key: value
                for key, value in element.items()
                if key in ("min", "max", "binding") or key.startswith("fixed")
            }
            made = {key: snapshot[element["id"]].get(key) for key in said}
            assert made == said, place


def test_the_source_extension_says_its_cardinality(layout: Layout) -> None:
    """NDOP-197: the published differential leaves it to the snapshot."""
    consent = artefacts(layout, "ndop-1.1.0")["StructureDefinition/NDOP-Consent-1"]
    (source,) = [
        one
        for one in consent["differential"]["element"]
        if one["id"] == "Consent.extension:optOutSource"
    ]
    assert (source["min"], source["max"]) == (1, "1")


def test_the_purpose_has_a_value_set(layout: Layout) -> None:
    """NDOP-199"""
    found = artefacts(layout, "ndop-1.1.0")
    include = found["ValueSet/NDOP-Purpose-1"]["compose"]["include"]
    coded = {(one["system"], code["code"]) for one in include for code in one["concept"]}
    assert ("http://snomed.info/sct", "370856009") in coded
    displays = {code["display"] for one in include for code in one["concept"]}
    assert displays == {"Limiting access to confidential patient information"}
    consent = found["StructureDefinition/NDOP-Consent-1"]
    (purpose,) = [one for one in consent["snapshot"]["element"] if one["id"] == "Consent.purpose"]
    assert purpose["binding"]["strength"] == "extensible"
    assert purpose["binding"]["valueSetUri"] == found["ValueSet/NDOP-Purpose-1"]["url"]


@pytest.mark.parametrize("edition_id", ["ndop-1.1.0", "ndop-0.0.9-alpha"])
def test_the_statement_of_requirements(layout: Layout, edition_id: str) -> None:
    """NDOP-201"""
    found = artefacts(layout, edition_id)
    statement = found["CapabilityStatement/NDOP-CapabilityStatement-1"]
    assert statement["kind"] == "requirements"
    for name in ("name", "version", "description", "copyright"):
        assert statement[name], name
    assert statement["publisher"] == "NHS Digital"
    (contact,) = statement["contact"]
    assert contact["name"] == "Interoperability Team"
    assert contact["telecom"] == [
        {"system": "email", "value": "interoperabilityteam@nhs.net", "use": "work"}
    ]
    assert not {"software", "implementation"} & statement.keys()
    profile = found["StructureDefinition/NHSDigital-CapabilityStatement-1"]
    # `ndop build` validates every artefact against the profiles that it names.
    assert statement["meta"]["profile"] == [profile["url"]]


def xml_of(layout: Layout, edition_id: str) -> dict[str, bytes]:
    with tarfile.open(layout.in_xml / f"{edition_id}.tgz") as archive:
        return {
            Path(member.name).stem: archive.extractfile(member).read()  # type: ignore[union-attr]
            for member in archive.getmembers()
        }


@pytest.mark.slow
@EDITIONS
def test_every_artefact_is_published_in_xml_and_in_json(built: Layout, edition_id: str) -> None:
    """NDOP-200: well-formed, of base STU3, and with equal content."""
    in_xml = xml_of(built, edition_id)
    in_json = {
        file.stem: file.read_bytes() for file in (built.generated / edition_id).glob("*-*.json")
    }
    assert in_xml.keys() == in_json.keys()
    assert len(in_xml) > 10
    for name, xml in in_xml.items():
        model = get_fhir_model_class(name.partition("-")[0])
        from_xml = model.model_validate_xml(xml)
        from_json = model.model_validate_json(in_json[name])
        # fhir.resources does not read ids of elements in XML: they are compared by themselves.
        ids = [one.get("id") for one in ET.fromstring(xml).iter() if one.get("id")]
        assert ids == ids_in(json.loads(in_json[name])), name
        assert without_ids(from_xml.model_dump()) == without_ids(from_json.model_dump()), name


def ids_in(part: Any, *, top: bool = True) -> list[str]:
    """The ids of elements, but that of the resource, in order."""
    if isinstance(part, list):
        return [one for item in part for one in ids_in(item, top=False)]
    if not isinstance(part, dict):
        return []
    own = [] if top or "id" not in part else [part["id"]]
    return own + [one for item in part.values() for one in ids_in(item, top=False)]


def without_ids(part: Any, *, top: bool = True) -> Any:
    if isinstance(part, list):
        return [without_ids(item, top=False) for item in part]
    if not isinstance(part, dict):
        return part
    return {key: without_ids(item, top=False) for key, item in part.items() if top or key != "id"}
