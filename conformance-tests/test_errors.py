"""Area errors: how a request is refused (docs/specification.md, section 6)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    consent_id_of,
    expect,
    expect_contains,
    expect_present,
    expect_status,
    expect_that,
    json_of,
    resource_of,
)
from ndop.consents import Draft, having, without
from ndop.editions import Edition
from support import UNREADABLE, CountConsents, Store


@pytest.fixture
def errors(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store
) -> Callable[[], Iterator[tuple[str, httpx.Response]]]:
    """Errors of many kinds, each with a name."""

    def each() -> Iterator[tuple[str, httpx.Response]]:
        current = stored(consent)
        path = f"Consent/{current['id']}"
        unknown = str(uuid.uuid4())
        yield "a second create", ndop.create(consent)
        yield "an invalid create", ndop.create(without(consent, "purpose"))
        yield "an unreadable create", ndop.post("{", JSON)
        yield "a create with an id", ndop.create(having(consent, "id", value="1"))
        yield "a read of an unknown id", ndop.get(f"Consent/{unknown}")
        yield "a read of an unknown version", ndop.get(f"{path}/_history/9999")
        yield "an update of an unknown id", ndop.update({**consent, "id": unknown}, unknown)
        yield "an update without an id in the body", ndop.update(consent, current["id"])
        stale = {"If-Match": 'W/"none"'}
        yield "an update of a stale version", ndop.update(current, current["id"], **stale)
        yield "a search without parameters", ndop.get("Consent")
        yield "a history without a patient", ndop.get("Consent/_history")
        yield "a delete", ndop.request("DELETE", path)
        yield "another type", ndop.get("Patient/1")
        yield "an operation", ndop.get("Consent/$foo")
        yield "a body of another media type", ndop.post("x", "text/plain")

    return each


Errors = Callable[[], Iterator[tuple[str, httpx.Response]]]


@pytest.mark.requirement("NDOP-134", "NDOP-135")
def test_errors_are_spine_operation_outcomes(edition: Edition, errors: Errors) -> None:
    """SHALL: every error is an OperationOutcome in Spine's form, with a Spine code."""
    for _, response in errors():
        assert_spine_error(edition, response, status={*range(400, 500), 501})


@pytest.mark.requirement("NDOP-136")
def test_displays_are_the_code_systems(edition: Edition, errors: Errors) -> None:
    """SHOULD: the display of an error code is the code system's."""
    for name, response in errors():
        for issue in json_of(response)["issue"]:
            coding = issue["details"]["coding"][0]
            display = edition.error_codes.concepts.get(coding["code"])
            expect(f"display of {coding['code']} ({name})", coding["display"], display)


@pytest.mark.requirement("NDOP-137")
def test_errors_have_id_profile_and_diagnostics(edition: Edition, errors: Errors) -> None:
    """SHOULD: an error has an id, its profile and diagnostics without a stack trace."""
    profile = edition.structure(edition.outcome).url
    for name, response in errors():
        outcome = json_of(response)
        expect_present(f"id ({name})", outcome.get("id"))
        profiles = outcome.get("meta", {}).get("profile", [])
        expect_contains(f"meta.profile ({name})", profiles, profile)
        for issue in outcome["issue"]:
            text = issue.get("diagnostics", "")
            expect_present(f"diagnostics ({name})", text)
            for trace in ("Exception", "\tat ", "HAPI-"):
                expect_that(
                    f"diagnostics ({name})", trace not in text, found=text, expected=f"no {trace!r}"
                )


@pytest.mark.requirement("NDOP-138")
@pytest.mark.parametrize("path", ["extension", "purpose", "organization", "patient"])
def test_no_element_specific_codes(
    ndop: NdopClient, edition: Edition, consent: Draft, path: str
) -> None:
    """SHALL: content errors of single elements all have the generic code."""
    response = ndop.create(without(consent, path))
    assert_spine_error(edition, response, status=422, issue="invalid", code="INVALID_RESOURCE")
    codes = {issue["details"]["coding"][0]["code"] for issue in json_of(response)["issue"]}
    expect("codes of all issues", codes, {"INVALID_RESOURCE"})


@pytest.mark.requirement("NDOP-139")
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", JSON),
        ("", XML),
        ('{"resourceType": "Consent", "status"', JSON),
        ("<Consent xmlns='http://hl7.org/fhir'><status", XML),
        ('{"resourceType": "Patient"}', JSON),
        ("<Patient xmlns='http://hl7.org/fhir'/>", XML),
        ("[]", JSON),
        ("null", JSON),
        ('"Consent"', JSON),
        ('{"resourceType": "Unheard"}', JSON),
        ('{"status": "active"}', JSON),
    ],
    ids=[
        "empty JSON",
        "empty XML",
        "truncated JSON",
        "truncated XML",
        "Patient in JSON",
        "Patient in XML",
        "a list",
        "null",
        "a string",
        "an unknown type",
        "no type",
    ],
)
def test_unreadable_create(
    ndop: NdopClient, edition: Edition, body: str, content_type: str
) -> None:
    """SHALL: a body that is not a Consent is refused as unreadable."""
    response = ndop.post(body, content_type)
    assert_spine_error(
        edition, response, status=400, issue={"invalid", "structure"}, code=UNREADABLE
    )


@pytest.mark.requirement("NDOP-139")
def test_unknown_element(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, count_consents: CountConsents
) -> None:
    """SHALL: a body with an element unknown to FHIR is refused."""
    response = ndop.create(having(consent, "favouriteColour", value="blue"))
    assert_spine_error(edition, response, status={400, 422})
    expect("number of Consents", count_consents(patient), 0)


@pytest.mark.requirement("NDOP-140")
def test_delete_is_not_supported(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, stored: Store
) -> None:
    """SHALL: delete, plain or with criteria, is refused and removes nothing."""
    current = stored(consent)
    path = f"Consent/{current['id']}"
    reference = {"patient": edition.patient.reference_to(patient)}
    for response in (
        ndop.request("DELETE", path),
        ndop.request("DELETE", "Consent", params=reference),
    ):
        assert_spine_error(edition, response, status={400, 405, 501})
    expect("the stored Consent", resource_of(ndop.get(path), "Consent"), current)


@pytest.mark.requirement("NDOP-141")
def test_patch_is_not_supported(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store
) -> None:
    """SHALL: patch is refused and changes nothing."""
    current = stored(consent)
    path = f"Consent/{current['id']}"
    patch = json.dumps([{"op": "replace", "path": "/status", "value": "inactive"}])
    headers = {"Content-Type": "application/json-patch+json"}
    response = ndop.request("PATCH", path, body=patch, headers=headers)
    assert_spine_error(edition, response, status={400, 405, 415, 501})
    expect("the stored Consent", resource_of(ndop.get(path), "Consent"), current)


@pytest.mark.requirement("NDOP-142")
@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_batch_and_transaction_are_not_supported(
    ndop: NdopClient,
    edition: Edition,
    patient: str,
    consent: Draft,
    count_consents: CountConsents,
    kind: str,
) -> None:
    """SHALL: a Bundle at the base is refused and stores nothing."""
    entry = {"resource": consent, "request": {"method": "POST", "url": "Consent"}}
    bundle = {"resourceType": "Bundle", "type": kind, "entry": [entry]}
    response = ndop.request("POST", "", body=json.dumps(bundle), headers={"Content-Type": JSON})
    assert_spine_error(edition, response, status={*range(400, 500), 501})
    expect("number of Consents", count_consents(patient), 0)


@pytest.mark.requirement("NDOP-143")
@pytest.mark.parametrize(
    "path",
    ["Patient/1", "Patient", "Organization", "Consent/$foo", "$foo", "Consent/1/$meta"],
)
def test_other_types_and_operations(ndop: NdopClient, edition: Edition, path: str) -> None:
    """SHALL: another resource type or an unknown operation is refused."""
    response = ndop.get(path)
    assert_spine_error(
        edition,
        response,
        status={404, 501},
        issue={"not-found", "not-supported"},
        code={"NO_RECORD_FOUND", "NOT_IMPLEMENTED"},
    )


@pytest.mark.requirement("NDOP-149")
def test_informational_outcomes(ndop: NdopClient, edition: Edition, consent: Draft) -> None:
    """SHALL: an outcome that a client asks for with Prefer is informational."""
    prefer = {"Prefer": "return=OperationOutcome"}
    created = ndop.create(consent, **prefer)
    expect_status(created, 201)
    consent_id = consent_id_of(created)
    updated = ndop.update({**consent, "id": consent_id, "status": "inactive"}, consent_id, **prefer)
    for response, status, code in (
        (created, 201, "RESOURCE_CREATED"),
        (updated, 200, "RESOURCE_UPDATED"),
    ):
        assert_spine_error(edition, response, status=status, issue="informational", code=code)
        severity = json_of(response)["issue"][0]["severity"]
        expect("issue[0].severity", severity, "information")


@pytest.mark.requirement("NDOP-209")
@pytest.mark.parametrize("path", ["", "/"])
@pytest.mark.parametrize("accept", [JSON, XML, "*/*"])
def test_the_base_address(ndop: NdopClient, edition: Edition, path: str, accept: str) -> None:
    """SHOULD: the base itself is not found, and the answer says where the statement is."""
    response = ndop.get(path, headers={"Accept": accept})
    assert_spine_error(edition, response, status=404, issue="not-found", code="NO_RECORD_FOUND")
    expect_contains("diagnostics", response.text, "metadata")


@pytest.mark.requirement("NDOP-209")
def test_the_base_address_in_a_browser(ndop: NdopClient) -> None:
    """SHOULD: a browser that asks for the base is not told of a fault of the server."""
    response = ndop.get("", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    expect_that(
        "HTTP status", response.status_code < 500, found=response.status_code, expected="below 500"
    )
