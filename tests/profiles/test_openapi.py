"""The OpenAPI description of each edition: valid, reproducible, and true of its examples."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from ndop.conformance.suite.client import JSON
from ndop.editions import Edition, EditionFolder
from ndop.examples.files import examples_of
from ndop.examples.recordings import Recordings
from ndop.profiles import openapi
from ndop.system.layout import Layout, checkout
from ndop.validation import Validator


@pytest.fixture(params=EditionFolder.of(checkout()).ids())
def one(request: pytest.FixtureRequest, folder: EditionFolder) -> Edition:
    return folder.load(request.param)


@pytest.fixture
def description(one: Edition) -> dict[str, Any]:
    return openapi.describe(one)


@pytest.fixture
def consents(one: Edition, description: dict[str, Any]) -> Draft202012Validator:
    """What the description says of a body of a create."""
    registry: Registry[Any] = Registry().with_contents(
        [("urn:openapi", description)], default_specification=DRAFT202012
    )
    return Draft202012Validator(
        {"$ref": f"urn:openapi#/components/schemas/{one.consent.id}"}, registry=registry
    )


def examples(edition: Edition, recordings: Recordings, folder: str) -> dict[str, Any]:
    """Consents by the name of their example; those that are not JSON are left out."""
    return {
        one.name: one.resource
        for one in examples_of(edition, recordings)
        if one.folder == folder and one.resource.get("resourceType") == "Consent"
    }


def test_it_is_openapi(description: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(description).validate()


def test_it_is_what_is_committed(layout: Layout, one: Edition, description: dict[str, Any]) -> None:
    committed = layout.generated / one.id / openapi.FILE_NAME
    assert json.loads(committed.read_text(encoding="utf-8")) == description


def test_it_has_every_interaction_and_no_other(one: Edition, description: dict[str, Any]) -> None:
    ids: dict[str, list[str]] = {"api": [], "questions": []}
    for path, operations in description["paths"].items():
        of_api = "$" not in path and path.split("/")[1] in ("metadata", one.consent.type)
        ids["api" if of_api else "questions"] += [
            each["operationId"] for each in operations.values()
        ]
    assert sorted(ids["api"]) == sorted([openapi.CAPABILITIES, *one.interactions])
    conformance = one.conformance
    asked = [
        *(f"{kind}-{name}" for name in conformance.types for kind in ("read", "search")),
        *(
            f"{each.name}-{each.type}-{level}-{method.lower()}"
            for each in conformance.operations
            for level in each.levels
            for method in each.methods
        ),
    ]
    assert sorted(ids["questions"]) == sorted(asked)


def test_it_has_every_error_of_the_catalogue(one: Edition, description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    for situation, entry in one.errors.items():
        issue = schemas[f"issue.{situation}"]["properties"]
        assert issue["code"] == {"const": entry.issue}
    created = description["paths"]["/Consent"]["post"]["responses"]
    assert {"201", "400", "413", "415", "422"} <= created.keys()
    assert "409" not in created, "a new Consent has no version that it could be stale of"
    read = description["paths"]["/Consent/{id}"]["get"]["responses"]
    assert "415" not in read
    assert "404" in read


def test_every_valid_example_fits(
    recordings: Recordings, one: Edition, consents: Draft202012Validator
) -> None:
    valid = examples(one, recordings, "valid")
    assert len(valid) > 10
    for name, consent in valid.items():
        assert [error.message for error in consents.iter_errors(consent)] == [], name


@pytest.mark.slow
def test_what_does_not_fit_is_invalid(
    recordings: Recordings, one: Edition, consents: Draft202012Validator
) -> None:
    """The schema refuses nothing that a server takes, and much of what it refuses."""
    invalid = examples(one, recordings, "invalid")
    misfits = {name: body for name, body in invalid.items() if not consents.is_valid(body)}
    assert len(misfits) > len(invalid) / 3
    with Validator(one) as validator:
        for name, body in misfits.items():
            assert any(finding.invalidates for finding in validator.check(body)), name


def test_one_rule_more_is_one_rule_more_there(folder: EditionFolder, edition: Edition) -> None:
    """A fact that is changed in the edition changes the description."""
    facts = edition.model_dump()
    facts["structures"][0]["elements"]["Consent.identifier"] = {"max": 0}
    facts["interactions"].remove("update")
    changed = openapi.describe(Edition.model_validate(facts))
    assert changed["components"]["schemas"][edition.consent.id]["properties"]["identifier"] is False
    assert list(changed["paths"]["/Consent/{id}"]) == ["get"]
    content = changed["paths"]["/Consent"]["post"]["requestBody"]["content"]
    assert sorted(content) == sorted(edition.capability.formats)
    assert JSON in content
