"""Area update: what is refused and changes nothing (docs/specification.md, section 5.4)."""

from __future__ import annotations

import json
import uuid

import pytest

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import assert_spine_error, expect, expect_status
from ndop.consents import Draft, having
from ndop.editions import Edition
from support import UNREADABLE, CountConsents, Read, Store, etag_of


@pytest.mark.requirement("NDOP-114")
@pytest.mark.parametrize("shape", ["none", "another"])
def test_body_id_is_mandatory(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, read: Read, shape: str
) -> None:
    """SHALL: an update without the id of the URL in the body is refused."""
    current = stored(consent)
    changed = having(current, "id", value=str(uuid.uuid4())) if shape == "another" else consent
    response = ndop.update(changed, current["id"])
    assert_spine_error(edition, response, status=400, issue="invalid", code="BAD_REQUEST")
    expect("the stored Consent", read(current["id"]), current)


@pytest.mark.requirement("NDOP-115")
def test_update_does_not_create(ndop: NdopClient, edition: Edition, consent: Draft) -> None:
    """SHALL: an update of an unknown id creates nothing."""
    unknown = str(uuid.uuid4())
    response = ndop.update(having(consent, "id", value=unknown), unknown)
    assert_spine_error(
        edition, response, status={404, 405}, code={"NO_RECORD_FOUND", "MSG_RESOURCE_ID_FAIL"}
    )
    expect_status(ndop.get(f"Consent/{unknown}"), 404)


@pytest.mark.requirement("NDOP-116")
def test_update_without_an_id(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, count_consents: CountConsents
) -> None:
    """SHALL: PUT to the type is refused."""
    response = ndop.request(
        "PUT", "Consent", body=json.dumps(consent), headers={"Content-Type": JSON}
    )
    assert_spine_error(
        edition, response, status=405, issue="forbidden", code="MSG_RESOURCE_ID_FAIL"
    )
    expect("number of Consents", count_consents(patient), 0)


@pytest.mark.requirement("NDOP-116")
def test_conditional_update(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, count_consents: CountConsents
) -> None:
    """SHALL: PUT to the type with search criteria is refused."""
    response = ndop.request(
        "PUT",
        "Consent",
        params={"patient": edition.patient.reference_to(patient)},
        body=json.dumps(consent),
        headers={"Content-Type": JSON},
    )
    assert_spine_error(edition, response, status={400, 405})
    expect("number of Consents", count_consents(patient), 0)


@pytest.mark.requirement("NDOP-117")
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<Consent xmlns='http://hl7.org/fhir'><status value='act", XML),
        ('{"resourceType": "Consent", "status": ', JSON),
        ("", JSON),
    ],
    ids=["truncated XML", "broken JSON", "empty"],
)
def test_update_that_cannot_be_read(
    ndop: NdopClient,
    edition: Edition,
    consent: Draft,
    stored: Store,
    read: Read,
    body: str,
    content_type: str,
) -> None:
    """SHALL: an update whose body cannot be read is refused."""
    current = stored(consent)
    tag = {"If-Match": etag_of(current)}
    response = ndop.put(body, current["id"], content_type, headers=tag)
    assert_spine_error(
        edition,
        response,
        status=400,
        issue={"invalid", "structure"},
        code=UNREADABLE,
    )
    expect("the stored Consent", read(current["id"]), current)


@pytest.mark.requirement("NDOP-118")
def test_update_that_breaks_a_rule(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, read: Read
) -> None:
    """SHALL: an update that breaks the profile leaves the stored version current."""
    current = stored(consent)
    response = ndop.update(having(current, "status", value="proposed"), current["id"])
    assert_spine_error(edition, response, status=422, issue="invalid", code="INVALID_RESOURCE")
    expect("the stored Consent", read(current["id"]), current)
