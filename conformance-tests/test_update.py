"""Area update: changing one's mind (docs/specification.md, section 5.4)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fhirpy import SyncFHIRClient

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_status,
    expect_that,
    resource_of,
)
from ndop.consents import Draft, draft, having
from ndop.editions import Edition

Store = Callable[[Draft], dict[str, Any]]
NewPatient = Callable[[], str]

NARRATIVE = '<div xmlns="http://www.w3.org/1999/xhtml">The preference of a patient</div>'


@pytest.fixture
def read(ndop: NdopClient) -> Callable[[str], dict[str, Any]]:
    """Reads the current version."""

    def by_id(consent_id: str) -> dict[str, Any]:
        return resource_of(ndop.get(f"Consent/{consent_id}"), "Consent")

    return by_id


Read = Callable[[str], dict[str, Any]]


@pytest.mark.requirement("NDOP-112")
def test_update_replaces_the_whole(
    ndop: NdopClient, edition: Edition, patient: str, stored: Store, read: Read
) -> None:
    """SHALL: an update replaces the resource and answers its address."""
    generated = {"status": "generated", "div": NARRATIVE}
    before = stored({**draft(edition, patient, sample="maximal"), "text": generated})
    after = {**draft(edition, patient), "id": before["id"], "status": edition.status.sharing}

    response = ndop.update(after, before["id"])

    expect_status(response, 200)
    location = response.headers.get("location", "")
    named = location.split("/Consent/")[-1].split("/")[0]
    expect("id in Location", named, before["id"])
    found = read(before["id"])
    for name in ("versionId", "lastUpdated"):
        expect_that(
            f"meta.{name}", found["meta"][name] != before["meta"][name], "new", "the old one"
        )
    optional = before.keys() - after.keys() - {"meta"}
    assert optional
    expect("optional elements that are still there", sorted(optional & found.keys()), [])
    expect("status", found["status"], edition.status.sharing)


@pytest.mark.requirement("NDOP-112")
@pytest.mark.unclaimed("require-if-match")  # fhirpy does not send If-Match
def test_update_through_a_client_library(
    fhir: SyncFHIRClient, edition: Edition, consent: Draft, stored: Store, read: Read
) -> None:
    """SHALL: fhirpy changes a Consent that it found."""
    current = stored(consent)
    found = fhir.reference("Consent", current["id"]).to_resource()
    found["status"] = edition.status.sharing
    found.save()
    expect("status", read(current["id"])["status"], edition.status.sharing)


@pytest.mark.requirement("NDOP-113")
def test_change_of_mind_keeps_the_id(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: each change is a new version of the same Consent."""
    current = stored(having(consent, "status", value="active"))
    for status in ("inactive", "active"):
        expect_status(ndop.update(having(current, "status", value=status), current["id"]), 200)
    history = resource_of(ndop.get(f"Consent/{current['id']}/_history"), "Bundle")
    versions = [entry["resource"] for entry in history["entry"]]
    expect(
        "statuses, newest first",
        [one["status"] for one in versions],
        ["active", "inactive", "active"],
    )
    expect("ids", {one["id"] for one in versions}, {current["id"]})


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
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, total: Callable[[str], int]
) -> None:
    """SHALL: PUT to the type is refused."""
    response = ndop.request(
        "PUT", "Consent", body=json.dumps(consent), headers={"Content-Type": JSON}
    )
    assert_spine_error(
        edition, response, status=405, issue="forbidden", code="MSG_RESOURCE_ID_FAIL"
    )
    expect("number of Consents", total(patient), 0)


@pytest.mark.requirement("NDOP-116")
def test_conditional_update(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, total: Callable[[str], int]
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
    expect("number of Consents", total(patient), 0)


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
    tag = {"If-Match": f'W/"{current["meta"]["versionId"]}"'}
    response = ndop.put(body, current["id"], content_type, headers=tag)
    assert_spine_error(
        edition,
        response,
        status=400,
        issue={"invalid", "structure"},
        code={"BAD_REQUEST", "MESSAGE_NOT_WELL_FORMED"},
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


@pytest.mark.requirement("NDOP-119")
def test_update_may_not_create_a_duplicate(
    ndop: NdopClient,
    edition: Edition,
    new_patient: NewPatient,
    stored: Store,
    read: Read,
    one_patient_a_token: bool,
) -> None:
    """SHALL: an update that would leave a patient with two Consents is refused."""
    first, second = stored(draft(edition, new_patient())), stored(draft(edition, new_patient()))
    response = ndop.update(having(first, "patient", value=second["patient"]), first["id"])
    if one_patient_a_token:
        assert_spine_error(edition, response, status=(400, 404))
    else:
        assert_spine_error(
            edition, response, status=422, code={"DUPLICATE_REJECTED", "INVALID_RESOURCE"}
        )
    expect("the stored Consent", read(first["id"]), first)


@pytest.mark.requirement("NDOP-119")
@pytest.mark.where(holds=lambda edition: len(edition.purposes) > 1)
def test_update_may_not_take_the_place_of_another_purpose(
    ndop: NdopClient, edition: Edition, patient: str, stored: Store, read: Read
) -> None:
    """SHALL: an update to a question that the patient has answered already is a duplicate."""
    consents = [
        stored(draft(edition, patient, purpose=purpose)) for purpose in edition.purpose_codings()
    ]
    one, other = consents
    response = ndop.update(having(one, "purpose", value=other["purpose"]), one["id"])
    assert_spine_error(edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")
    for consent in consents:
        expect("the Consent after the refused update", read(consent["id"]), consent)


@pytest.mark.requirement("NDOP-120")
def test_the_other_purpose_stays_as_it_is(
    ndop: NdopClient, edition: Edition, patient: str, stored: Store, read: Read
) -> None:
    """SHALL: the update of one purpose's Consent leaves the other's untouched."""
    one, other = (
        stored(draft(edition, patient, purpose=purpose)) for purpose in edition.purpose_codings()
    )
    expect_status(ndop.update(having(one, "status", value=edition.status.sharing), one["id"]), 200)
    expect("the updated Consent's status", read(one["id"])["status"], edition.status.sharing)
    expect("the other Consent", read(other["id"]), other)


@pytest.mark.requirement("NDOP-121")
def test_stale_if_match(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, read: Read
) -> None:
    """SHALL: an update based on a version that is not the current one is refused."""
    first = stored(having(consent, "status", value="active"))
    for status in ("inactive", "active"):
        expect_status(ndop.update(having(first, "status", value=status), first["id"]), 200)
    current = read(first["id"])
    stale = f'W/"{first["meta"]["versionId"]}"'
    changed = having(first, "status", value="inactive")

    response = ndop.update(changed, first["id"], **{"If-Match": stale})

    assert_spine_error(edition, response, status=409, issue="conflict", code="PRECONDITION_FAILED")
    expect("the stored Consent", read(first["id"]), current)


@pytest.mark.requirement("NDOP-121")
@pytest.mark.parametrize("tag", ['W/"no-such-version"', 'W/"99999999999999999999"', "nonsense"])
def test_if_match_of_no_version(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, read: Read, tag: str
) -> None:
    """SHALL: an update based on a version that never was is refused."""
    current = stored(consent)
    response = ndop.update(current, current["id"], **{"If-Match": tag})
    assert_spine_error(edition, response, status=409, issue="conflict", code="PRECONDITION_FAILED")
    expect("the stored Consent", read(current["id"]), current)


@pytest.mark.requirement("NDOP-121")
def test_current_if_match(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: an update based on the current version is stored."""
    current = stored(having(consent, "status", value="active"))
    tag = f'W/"{current["meta"]["versionId"]}"'
    changed = having(current, "status", value="inactive")
    expect_status(ndop.update(changed, current["id"], **{"If-Match": tag}), 200)


@pytest.mark.requirement("NDOP-122")
@pytest.mark.unclaimed("require-if-match")
def test_if_match_is_optional(ndop: NdopClient, consent: Draft, stored: Store) -> None:
    """SHALL: by default an update without If-Match is stored."""
    current = stored(having(consent, "status", value="active"))
    expect_status(ndop.update(having(current, "status", value="inactive"), current["id"]), 200)


@pytest.mark.requirement("NDOP-122")
@pytest.mark.claim("require-if-match")
def test_if_match_can_be_required(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, read: Read
) -> None:
    """SHALL: with the option on, an update without If-Match is refused."""
    current = stored(having(consent, "status", value="active"))
    changed = json.dumps(having(current, "status", value="inactive"))
    response = ndop.put(changed, current["id"], JSON)
    assert_spine_error(edition, response, status=412, issue="required", code="PRECONDITION_FAILED")
    expect("the stored Consent", read(current["id"]), current)


@pytest.mark.requirement("NDOP-123")
def test_date_time_follows_the_change(
    ndop: NdopClient, consent: Draft, stored: Store, read: Read
) -> None:
    """SHOULD: the dateTime that the client sets to the moment of the change is stored."""
    current = stored(consent)
    later = "2026-02-03T04:05:06+00:00"
    expect_status(ndop.update(having(current, "dateTime", value=later), current["id"]), 200)
    expect("dateTime", read(current["id"])["dateTime"], later)


@pytest.mark.requirement("NDOP-205")
def test_a_consent_stays_with_its_patient(
    ndop: NdopClient,
    edition: Edition,
    new_patient: NewPatient,
    stored: Store,
    read: Read,
    one_patient_a_token: bool,
) -> None:
    """SHALL: an update may not give a Consent to another NHS number."""
    current = stored(draft(edition, new_patient()))
    other = {"reference": edition.patient.reference_to(new_patient())}
    response = ndop.update(having(current, "patient", value=other), current["id"])
    if one_patient_a_token:
        assert_spine_error(edition, response, status=(400, 404))
    else:
        assert_spine_error(edition, response, status=422, issue="invalid", code="INVALID_RESOURCE")
    expect("the stored Consent", read(current["id"]), current)


@pytest.mark.requirement("NDOP-205")
def test_the_host_of_a_patient_may_change(
    ndop: NdopClient, patient: str, consent: Draft, stored: Store
) -> None:
    """SHALL: the same NHS number under another host is the same patient."""
    current = stored(consent)
    elsewhere = {"reference": f"https://other.example/Patient/{patient}"}
    expect_status(ndop.update(having(current, "patient", value=elsewhere), current["id"]), 200)
