"""Area capability: the statement at metadata (docs/specification.md, section 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from fhir.resources.STU3.capabilitystatement import CapabilityStatement
from fhir.resources.STU3.codesystem import CodeSystem
from fhir.resources.STU3.structuredefinition import StructureDefinition
from fhir.resources.STU3.valueset import ValueSet

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_contains,
    expect_one_of,
    expect_present,
    expect_status,
    expect_that,
    expect_valid,
    resource_of,
)
from ndop.conformance.suite.plugin.fixtures import SkipTest
from ndop.consents import Draft
from ndop.editions import Edition
from ndop.editions.model import Artefact, Structure
from ndop.editions.model import CodeSystem as Codes
from support import Note, resources_in

MODELS: dict[str, Any] = {
    "StructureDefinition": StructureDefinition,
    "ValueSet": ValueSet,
    "CodeSystem": CodeSystem,
}


@pytest.fixture
def statement(ndop: NdopClient) -> dict[str, Any]:
    """The server's statement."""
    response = ndop.get("metadata")
    expect_status(response, 200)
    return resource_of(response, "CapabilityStatement")


@pytest.fixture
def consent_entry(statement: dict[str, Any]) -> dict[str, Any]:
    """What it says of Consent."""
    entries = [
        resource
        for rest in statement.get("rest", [])
        for resource in rest.get("resource", [])
        if resource.get("type") == "Consent"
    ]
    expect("number of entries for Consent", len(entries), 1)
    return cast("dict[str, Any]", entries[0])


@pytest.fixture
def published(
    edition: Edition, statement: dict[str, Any], skip_test: SkipTest
) -> list[tuple[str, Artefact]]:
    """The artefacts of the types that the server declares, with their types."""
    declared = {
        resource.get("type")
        for rest in statement.get("rest", [])
        for resource in rest.get("resource", [])
    }
    if not declared & set(edition.conformance.types):
        skip_test(
            "needs a server that declares conformance resources",
            remedy="none: a server need not answer questions about its profiles (D-30)",
        )
    lists: dict[str, Sequence[Artefact]] = {
        "StructureDefinition": edition.structures,
        "ValueSet": edition.value_sets,
        "CodeSystem": edition.code_systems,
    }
    return [
        (name, one) for name, artefacts in lists.items() if name in declared for one in artefacts
    ]


@pytest.mark.requirement("NDOP-066")
def test_statement_is_served_in_json_and_xml(ndop: NdopClient) -> None:
    """SHALL: metadata returns a CapabilityStatement, in JSON and in XML."""
    response = ndop.get("metadata")
    expect_status(response, 200)
    expect_valid(CapabilityStatement, response.content)

    response = ndop.get("metadata", headers={"Accept": XML})
    expect_status(response, 200)
    expect_valid(CapabilityStatement, response.content, "xml")


@pytest.mark.requirement("NDOP-067")
@pytest.mark.parametrize("path", ["", "/"])
def test_options_on_the_base(ndop: NdopClient, path: str) -> None:
    """SHOULD: OPTIONS on the base URL returns the same statement."""
    response = ndop.request("OPTIONS", path)
    expect_status(response, 200)
    resource_of(response, "CapabilityStatement")


@pytest.mark.requirement("NDOP-068")
def test_fhir_version(statement: dict[str, Any], note: Note) -> None:
    """SHALL: fhirVersion is 3.0.1."""
    expect_one_of("fhirVersion", statement.get("fhirVersion"), ["3.0.1", "3.0.2"])
    if statement["fhirVersion"] == "3.0.2":
        note("warning: fhirVersion is 3.0.2, the technical correction of 3.0.1")


@pytest.mark.requirement("NDOP-069")
def test_statement_is_an_instance(edition: Edition, statement: dict[str, Any]) -> None:
    """SHALL: the statement is an instance of the edition's published statement."""
    expect("kind", statement.get("kind"), "instance")
    instantiates = statement.get("instantiates", [])
    expect_contains("instantiates", instantiates, edition.capability.url)


@pytest.mark.requirement("NDOP-070")
def test_header_elements(edition: Edition, statement: dict[str, Any]) -> None:
    """SHALL: the statement has the mandatory header elements."""
    for name in ("url", "name", "status", "date", "publisher", "copyright"):
        expect_present(name, statement.get(name))
    expect("acceptUnknown", statement.get("acceptUnknown"), "no")
    contacts = [
        contact
        for contact in statement.get("contact", [])
        if contact.get("name") and contact.get("telecom")
    ]
    expect_that(
        "contact with name and telecom", bool(contacts), found="none", expected="at least one"
    )
    profile = "https://fhir.nhs.uk/STU3/StructureDefinition/NHSDigital-CapabilityStatement-1"
    if profile in statement.get("meta", {}).get("profile", []):
        expect("publisher", statement["publisher"], edition.publication.publisher)


@pytest.mark.requirement("NDOP-071")
def test_formats(statement: dict[str, Any]) -> None:
    """SHALL: both formats of STU3 are declared."""
    for name in ("application/fhir+xml", "application/fhir+json"):
        expect_contains("format", statement.get("format", []), name)


@pytest.mark.requirement("NDOP-072")
def test_one_rest_entry(
    edition: Edition, statement: dict[str, Any], consent_entry: dict[str, Any]
) -> None:
    """SHALL: there is one rest entry, for a server, and it names the profile of Consent."""
    expect("number of rest entries", len(statement.get("rest", [])), 1)
    expect("rest.mode", statement["rest"][0].get("mode"), "server")
    profile = consent_entry.get("profile", {}).get("reference")
    expect("profile of Consent", profile, edition.consent.url)


@pytest.mark.requirement("NDOP-073")
def test_required_interactions(edition: Edition, consent_entry: dict[str, Any]) -> None:
    """SHALL: the interactions that the edition requires are declared."""
    declared = [interaction.get("code") for interaction in consent_entry.get("interaction", [])]
    for code in edition.capability.required_interactions:
        expect_contains("declared interactions", declared, code)


@pytest.mark.requirement("NDOP-074")
def test_statement_matches_behaviour(
    ndop: NdopClient,
    edition: Edition,
    patient: str,
    consent: Draft,
    consent_entry: dict[str, Any],
    stored: Callable[[Draft], dict[str, Any]],
) -> None:
    """SHALL: exactly the interactions that work are declared."""
    declared = {interaction.get("code") for interaction in consent_entry.get("interaction", [])}
    current = stored(consent)
    path = f"Consent/{current['id']}"
    reference = {"patient": edition.patient.reference_to(patient)}
    version = current["meta"]["versionId"]
    works = {
        "create": True,
        "read": ndop.get(path).is_success,
        "vread": ndop.get(f"{path}/_history/{version}").is_success,
        "update": ndop.update(current, current["id"]).is_success,
        "history-instance": ndop.get(f"{path}/_history").is_success,
        "history-type": ndop.get("Consent/_history", params=reference).is_success,
        "search-type": ndop.get("Consent", params=reference).is_success,
        "patch": ndop.request(
            "PATCH",
            path,
            body="[]",
            headers={"Content-Type": "application/json-patch+json"},
        ).is_success,
        "delete": ndop.request("DELETE", path).is_success,
    }
    for code, done in works.items():
        expect(f"the interaction {code} is declared", code in declared, done)


@pytest.mark.requirement("NDOP-075")
def test_versioning(consent_entry: dict[str, Any]) -> None:
    """SHALL: versions are kept and can be read."""
    expect("versioning", consent_entry.get("versioning"), "versioned")
    expect("readHistory", consent_entry.get("readHistory"), True)


@pytest.mark.requirement("NDOP-076")
def test_no_client_ids(consent_entry: dict[str, Any]) -> None:
    """SHALL: an update does not create."""
    expect("updateCreate", consent_entry.get("updateCreate"), False)


@pytest.mark.requirement("NDOP-077")
def test_no_conditional_interactions(consent_entry: dict[str, Any]) -> None:
    """SHALL: no conditional interaction is declared."""
    for name in ("conditionalCreate", "conditionalUpdate"):
        expect_one_of(name, consent_entry.get(name), [False, None])
    for name in ("conditionalRead", "conditionalDelete"):
        expect_one_of(name, consent_entry.get(name), ["not-supported", None])


@pytest.mark.requirement("NDOP-078", "NDOP-079")
def test_search_parameters(edition: Edition, consent_entry: dict[str, Any]) -> None:
    """SHALL: the edition's search parameters are declared, with their types."""
    declared = {
        parameter.get("name"): parameter.get("type")
        for parameter in consent_entry.get("searchParam", [])
    }
    for name, parameter in edition.search.parameters.items():
        expect(f"type of the search parameter {name}", declared.get(name), parameter.type)


@pytest.mark.requirement("NDOP-080")
def test_cors(ndop: NdopClient, statement: dict[str, Any]) -> None:
    """SHOULD: CORS is declared and works."""
    security = statement["rest"][0].get("security", {})
    expect("rest.security.cors", security.get("cors"), True)
    response = ndop.get("metadata", headers={"Origin": "https://portal.example.nhs.uk"})
    allowed = response.headers.get("access-control-allow-origin")
    expect_present("Access-Control-Allow-Origin", allowed)


@pytest.mark.requirement("NDOP-081")
def test_profiles_and_guide(edition: Edition, statement: dict[str, Any]) -> None:
    """SHOULD: the profiles and the guide are listed."""
    listed = [profile.get("reference") for profile in statement.get("profile", [])]
    for structure in edition.structures:
        if structure.type in ("Consent", "Extension"):
            expect_contains("profile", listed, structure.url)
    guides = statement.get("implementationGuide", [])
    expect_contains("implementationGuide", guides, edition.capability.guide)


@pytest.mark.requirement("NDOP-206")
def test_every_artefact_can_be_read(
    ndop: NdopClient, published: list[tuple[str, Artefact]]
) -> None:
    """SHALL: each profile, value set and code system can be read, in JSON and in XML."""
    for resource_type, artefact in published:
        path = f"{resource_type}/{artefact.id}"
        response = ndop.get(path)
        expect_status(response, 200)
        found = resource_of(response, resource_type)
        expect(f"url of {path}", found.get("url"), artefact.url)
        expect(f"version of {path}", found.get("version"), artefact.version)
        _expect_content(path, found, artefact)

        response = ndop.get(path, headers={"Accept": XML})
        expect_status(response, 200)
        expect_valid(MODELS[resource_type], response.content, "xml")


def _expect_content(path: str, found: dict[str, Any], artefact: Artefact) -> None:
    """The content that tells the artefact from any other of its type."""
    if isinstance(artefact, Structure):
        elements = [one.get("id") for one in found.get("snapshot", {}).get("element", [])]
        expect_that(f"snapshot of {path}", bool(elements), found="none", expected="elements")
        for element_id in artefact.elements:
            expect_contains(f"differential of {path}", _ids(found), element_id)
    elif isinstance(artefact, Codes):
        concepts = {one.get("code"): one.get("display") for one in found.get("concept", [])}
        expect(f"concepts of {path}", concepts, artefact.concepts)
    else:
        included = found.get("compose", {}).get("include", [])
        expect_present(f"compose.include of {path}", included)


def _ids(structure: dict[str, Any]) -> list[Any]:
    return [one.get("id") for one in structure.get("differential", {}).get("element", [])]


@pytest.mark.requirement("NDOP-206")
def test_every_artefact_can_be_found(
    ndop: NdopClient, published: list[tuple[str, Artefact]]
) -> None:
    """SHALL: each is found by its url, with and without the version, by its name and by its id."""
    for resource_type, artefact in published:
        name = artefact.name or artefact.id
        for parameter, value in (
            ("url", artefact.url),
            ("url", f"{artefact.url}|{artefact.version}"),
            ("name", name),
            ("_id", artefact.id),
        ):
            response = ndop.get(resource_type, params={parameter: value})
            expect_status(response, 200)
            bundle = resource_of(response, "Bundle")
            expect("type of the Bundle", bundle.get("type"), "searchset")
            urls = [one.get("url") for one in resources_in(bundle)]
            expect_contains(f"{resource_type} found by {parameter} {value}", urls, artefact.url)
            if parameter == "url":
                expect(f"total for {value}", bundle.get("total"), 1)


@pytest.mark.requirement("NDOP-206")
def test_what_is_not_published_is_not_found(
    ndop: NdopClient, edition: Edition, published: list[tuple[str, Artefact]]
) -> None:
    """SHALL: another url or version finds nothing, and another id is not there."""
    resource_type, artefact = published[0]
    for url in (f"{artefact.url}-unknown", f"{artefact.url}|0.0.0"):
        bundle = resource_of(ndop.get(resource_type, params={"url": url}), "Bundle")
        expect(f"total for {url}", bundle.get("total"), 0)
    response = ndop.get(f"{resource_type}/unknown")
    assert_spine_error(edition, response, status=404, issue="not-found", code="NO_RECORD_FOUND")


@pytest.mark.requirement("NDOP-206")
def test_artefacts_cannot_be_changed(
    ndop: NdopClient, edition: Edition, published: list[tuple[str, Artefact]]
) -> None:
    """SHALL: no client creates, updates or deletes them."""
    for resource_type in dict.fromkeys(one for one, _ in published):
        artefact = next(one for name, one in published if name == resource_type)
        path = f"{resource_type}/{artefact.id}"
        body = ndop.get(path).content
        typed = {"Content-Type": JSON}
        for response in (
            ndop.request("POST", resource_type, body=body, headers=typed),
            ndop.request("PUT", path, body=body, headers=typed),
            ndop.request("DELETE", path),
        ):
            assert_spine_error(
                edition, response, status=405, issue="not-supported", code="NOT_IMPLEMENTED"
            )
