"""Area create: registering a preference (docs/specification.md, section 5.2)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fhirpy import SyncFHIRClient

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    consent_id_of,
    expect,
    expect_one_of,
    expect_present,
    expect_status,
    expect_that,
    resource_of,
)
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from support import CountConsents, NewPatient, as_xml

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@pytest.mark.requirement("NDOP-082")
def test_create(ndop: NdopClient, consent: Draft) -> None:
    """SHALL: a valid Consent is stored and named in Location."""
    response = ndop.create(consent)

    expect_status(response, 201)
    form = rf"{re.escape(ndop.base_url)}/Consent/[^/]+(/_history/[^/]+)?"
    location = response.headers.get("location", "")
    expect_that("Location", bool(re.fullmatch(form, location)), found=location, expected=form)
    path = location.removeprefix(f"{ndop.base_url}/")
    expect(
        "status of the stored Consent",
        resource_of(ndop.get(path), "Consent")["status"],
        consent["status"],
    )


@pytest.mark.requirement("NDOP-082")
def test_create_through_a_client_library(
    fhir: SyncFHIRClient, edition: Edition, patient: str
) -> None:
    """SHALL: fhirpy creates a Consent and finds it again."""
    created = fhir.resource("Consent", **draft(edition, patient))
    created.save()

    reference = edition.patient.reference_to(patient)
    found = fhir.resources("Consent").search(patient=reference).fetch()

    expect("ids found", [one.id for one in found], [created.id])


@pytest.mark.requirement("NDOP-083")
def test_ids_are_uuids_of_the_server(
    ndop: NdopClient, edition: Edition, new_patient: NewPatient
) -> None:
    """SHALL: ids are UUIDs that the server assigns, not derived from the NHS number."""
    numbers = [new_patient(), new_patient()]
    ids = [consent_id_of(ndop.create(draft(edition, number))) for number in numbers]
    for consent_id, number in zip(ids, numbers, strict=True):
        expect_that("id", bool(UUID.fullmatch(consent_id)), found=consent_id, expected="a UUID")
        expect_that("id", number not in consent_id, found=consent_id, expected="no NHS number")
    expect_that("ids of two Consents", ids[0] != ids[1], found=ids, expected="different")


@pytest.mark.requirement("NDOP-084")
def test_version_data_is_the_servers(ndop: NdopClient, consent: Draft) -> None:
    """SHALL: versionId and lastUpdated are assigned by the server; values sent are ignored."""
    meta = {"versionId": "99", "lastUpdated": "2001-01-01T00:00:00Z"}
    created = ndop.create(having(consent, "meta", value=meta))
    expect_status(created, 201)

    found = resource_of(ndop.get(f"Consent/{consent_id_of(created)}"), "Consent")["meta"]

    for name, sent in meta.items():
        expect_present(f"meta.{name}", found.get(name))
        expect_that(
            f"meta.{name}", found[name] != sent, found=found[name], expected="the server's own"
        )


@pytest.mark.requirement("NDOP-085")
def test_client_may_not_choose_the_id(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, count_consents: CountConsents
) -> None:
    """SHALL: a POST with an id in the body is refused and stores nothing."""
    chosen = "5a1b6c1e-5a8f-4a07-9a87-d6b1f0f0a001"
    response = ndop.create(having(consent, "id", value=chosen))
    assert_spine_error(
        edition, response, status=405, issue="forbidden", code="MSG_RESOURCE_ID_FAIL"
    )
    expect("number of Consents", count_consents(patient), 0)


@pytest.mark.requirement("NDOP-085")
def test_client_may_not_choose_the_id_in_xml(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, count_consents: CountConsents
) -> None:
    """SHALL: a POST with an id in a body in XML is refused and stores nothing."""
    chosen = having(consent, "id", value="5a1b6c1e-5a8f-4a07-9a87-d6b1f0f0a002")
    response = ndop.post(as_xml(chosen), XML)
    assert_spine_error(
        edition, response, status=405, issue="forbidden", code="MSG_RESOURCE_ID_FAIL"
    )
    expect("number of Consents", count_consents(patient), 0)


@pytest.mark.requirement("NDOP-092")
@pytest.mark.parametrize("why", ["invalid", "unreadable", "with an id", "of another type"])
def test_refused_creates_leave_no_trace(
    ndop: NdopClient,
    edition: Edition,
    patient: str,
    consent: Draft,
    count_consents: CountConsents,
    why: str,
) -> None:
    """SHALL: after a refused create neither search nor history shows anything."""
    if why == "unreadable":
        response = ndop.post('{"resourceType":"Consent",', JSON)
    else:
        changes: dict[str, dict[str, Any]] = {
            "invalid": {"purpose": []},
            "with an id": {"id": "42"},
            "of another type": {"resourceType": "Patient"},
        }
        response = ndop.create({**consent, **changes[why]})
    expect_one_of("kind of status", response.status_code // 100, [4])
    expect("number of Consents", count_consents(patient), 0)
    reference = edition.patient.reference_to(patient)
    history = ndop.get("Consent/_history", params={"patient": reference})
    expect("versions in the history", resource_of(history, "Bundle")["total"], 0)


@pytest.mark.requirement("NDOP-095")
def test_conditional_create_is_refused(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, count_consents: CountConsents
) -> None:
    """SHOULD: a POST with If-None-Exist is refused rather than treated as a plain create."""
    condition = f"patient={edition.patient.reference_to(patient)}"
    response = ndop.create(consent, **{"If-None-Exist": condition})
    assert_spine_error(edition, response, status={*range(400, 500), 501})
    expect("number of Consents", count_consents(patient), 0)
