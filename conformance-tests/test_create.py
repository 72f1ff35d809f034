"""Area create: registering a preference (docs/specification.md, section 5.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fhir.resources.STU3.consent import Consent
from fhirpy import SyncFHIRClient

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_one_of,
    expect_status,
    expect_that,
    json_of,
    resource_of,
)
from ndop.consents import Draft, draft, having
from ndop.editions import Edition

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

Total = Callable[[str], int]
Store = Callable[[Draft], dict[str, Any]]


def consent_id_of(response: httpx.Response) -> str:
    expect_that("Location", "location" in response.headers, "present", "absent")
    return str(response.headers["location"]).split("/Consent/")[-1].split("/")[0]


@pytest.mark.requirement("NDOP-082")
def test_create(ndop: NdopClient, consent: Draft) -> None:
    """SHALL: a valid Consent is stored and named in Location."""
    response = ndop.create(consent)

    expect_status(response, 201)
    form = rf"{re.escape(ndop.base_url)}/Consent/[^/]+(/_history/[^/]+)?"
    location = response.headers.get("location", "")
    expect_that("Location", re.fullmatch(form, location) is not None, form, location)
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
    ndop: NdopClient, edition: Edition, new_patient: Callable[[], str]
) -> None:
    """SHALL: the server makes UUIDs, not derived from the NHS number."""
    numbers = [new_patient(), new_patient()]
    ids = [consent_id_of(ndop.create(draft(edition, number))) for number in numbers]
    for consent_id, number in zip(ids, numbers, strict=True):
        expect_that("id", UUID.fullmatch(consent_id) is not None, "a UUID", consent_id)
        expect_that("id", number not in consent_id, "no NHS number", consent_id)
    expect_that("ids of two Consents", ids[0] != ids[1], "different", ids)


@pytest.mark.requirement("NDOP-084")
def test_version_data_is_the_servers(ndop: NdopClient, consent: Draft) -> None:
    """SHALL: versionId and lastUpdated are made by the server; values sent are ignored."""
    meta = {"versionId": "99", "lastUpdated": "2001-01-01T00:00:00Z"}
    created = ndop.create(having(consent, "meta", value=meta))
    expect_status(created, 201)

    found = resource_of(ndop.get(f"Consent/{consent_id_of(created)}"), "Consent")["meta"]

    for name, sent in meta.items():
        expect_that(f"meta.{name}", bool(found.get(name)), "present", "absent")
        expect_that(f"meta.{name}", found[name] != sent, "the server's own", found[name])


@pytest.mark.requirement("NDOP-085")
def test_client_may_not_choose_the_id(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, total: Total
) -> None:
    """SHALL: a POST with an id in the body is refused and stores nothing."""
    chosen = "5a1b6c1e-5a8f-4a07-9a87-d6b1f0f0a001"
    response = ndop.create(having(consent, "id", value=chosen))
    assert_spine_error(
        edition, response, status=405, issue="forbidden", code="MSG_RESOURCE_ID_FAIL"
    )
    expect("number of Consents", total(patient), 0)


@pytest.mark.requirement("NDOP-085")
def test_client_may_not_choose_the_id_in_xml(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, total: Total
) -> None:
    """SHALL: the same in XML."""
    chosen = having(consent, "id", value="5a1b6c1e-5a8f-4a07-9a87-d6b1f0f0a002")
    response = ndop.post(Consent.model_validate(chosen).model_dump_xml(), XML)
    assert_spine_error(
        edition, response, status=405, issue="forbidden", code="MSG_RESOURCE_ID_FAIL"
    )
    expect("number of Consents", total(patient), 0)


@pytest.mark.requirement("NDOP-086")
def test_second_consent_for_a_patient_is_rejected(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store
) -> None:
    """SHALL: a patient has at most one Consent, whatever the second says."""
    first = stored(consent)
    second = having(consent, "status", value=edition.status.sharing)

    response = ndop.create(second)

    assert_spine_error(edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")
    after = resource_of(ndop.get(f"Consent/{first['id']}"), "Consent")
    expect("the stored Consent", after, first)


@pytest.mark.requirement("NDOP-087")
def test_one_consent_per_patient_and_purpose(
    ndop: NdopClient, edition: Edition, patient: str
) -> None:
    """SHALL: each purpose has a Consent of its own, and a second for it is refused."""
    for purpose in edition.purpose_codings():
        expect_status(ndop.create(draft(edition, patient, purpose=purpose)), 201)
    for purpose in edition.purpose_codings():
        response = ndop.create(draft(edition, patient, purpose=purpose))
        assert_spine_error(
            edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED"
        )


@pytest.mark.requirement("NDOP-088")
def test_inactive_consents_count(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store
) -> None:
    """SHALL: an inactive Consent counts for the duplicate rule."""
    current = stored(consent)
    expect_status(ndop.update(having(current, "status", value="inactive"), current["id"]), 200)

    response = ndop.create(consent)

    assert_spine_error(edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")


def outcomes_of_a_race(ndop: NdopClient, consents: list[Draft]) -> list[httpx.Response]:
    """All at once, each from a thread of its own."""
    with ThreadPoolExecutor(len(consents)) as pool:
        return list(pool.map(ndop.create, consents))


@pytest.mark.requirement("NDOP-089")
def test_duplicate_rule_under_concurrency(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, total: Total
) -> None:
    """SHALL: of POSTs that arrive together exactly one succeeds."""
    responses = outcomes_of_a_race(ndop, [consent] * 10)

    statuses = sorted(response.status_code for response in responses)
    expect("statuses of ten creates at once", statuses, [201] + [422] * 9)
    for response in responses:
        if response.status_code != 201:
            assert_spine_error(
                edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED"
            )
    expect("number of Consents", total(patient), 1)


@pytest.mark.requirement("NDOP-087", "NDOP-089")
def test_duplicate_rule_of_each_purpose_under_concurrency(
    ndop: NdopClient, edition: Edition, patient: str, total: Total
) -> None:
    """SHALL: of POSTs for each purpose that arrive together exactly one a purpose succeeds."""
    purposes = edition.purpose_codings()
    consents = [draft(edition, patient, purpose=purpose) for purpose in purposes] * 5
    statuses = sorted(answer.status_code for answer in outcomes_of_a_race(ndop, consents))
    succeeded, refused = len(purposes), len(consents) - len(purposes)
    expect("statuses of creates at once", statuses, [201] * succeeded + [422] * refused)
    expect("number of Consents", total(patient), succeeded)


@pytest.mark.requirement("NDOP-090")
@pytest.mark.parametrize("form", ["json", "xml"])
def test_guide_example_is_accepted(
    ndop: NdopClient, edition: Edition, patient: str, form: str
) -> None:
    """SHALL: the guide's first example is accepted, here for a patient of the test range."""
    sent = draft(edition, patient, sample="guide")
    body = Consent.model_validate(sent).model_dump_xml() if form == "xml" else None
    response = ndop.post(body, XML) if body else ndop.create(sent)
    expect_status(response, 201)


@pytest.mark.requirement("NDOP-090")
@pytest.mark.unclaimed("strict-nhs-number")
def test_guide_example_is_accepted_with_its_own_patient(
    ndop: NdopClient, edition: Edition, note: Callable[[str], None]
) -> None:
    """SHALL: the example's own NHS number, which fails the check digit, is accepted."""
    response = ndop.create(draft(edition, "6105551234", sample="guide"))
    if response.status_code == 422:
        # Its patient may have a Consent from an earlier run; then it is valid all the same.
        assert_spine_error(edition, response, status=422, code="DUPLICATE_REJECTED")
        note("the patient of the example has a Consent already")
    else:
        expect_status(response, 201)


@pytest.mark.requirement("NDOP-091")
def test_both_guide_examples_are_accepted(ndop: NdopClient, edition: Edition, patient: str) -> None:
    """SHALL: the guide's two examples are accepted, together, here for one synthetic patient."""
    for purpose in edition.purpose_codings():
        sent = draft(edition, patient, sample="guide", purpose=purpose)
        body = Consent.model_validate(sent).model_dump_xml()
        expect_status(ndop.post(body, XML), 201)


@pytest.mark.requirement("NDOP-092")
@pytest.mark.parametrize("why", ["invalid", "unreadable", "with an id", "of another type"])
def test_refused_creates_leave_no_trace(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, total: Total, why: str
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
    expect("number of Consents", total(patient), 0)
    reference = edition.patient.reference_to(patient)
    history = ndop.get("Consent/_history", params={"patient": reference})
    expect("versions in the history", resource_of(history, "Bundle")["total"], 0)


@pytest.mark.requirement("NDOP-095")
def test_conditional_create_is_refused(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, total: Total
) -> None:
    """SHOULD: a POST with If-None-Exist is refused rather than treated as a plain create."""
    condition = f"patient={edition.patient.reference_to(patient)}"
    response = ndop.create(consent, **{"If-None-Exist": condition})
    assert_spine_error(edition, response, status={*range(400, 500), 501})
    expect("number of Consents", total(patient), 0)


@pytest.mark.requirement("NDOP-203")
@pytest.mark.parametrize(
    "other",
    [
        "http://other.example/Patient/{}",
        "https://other.example/a/longer/path/Patient/{}",
        "http://demographics.spineservices.nhs.uk/STU3/Patient/{}",
    ],
    ids=["host", "path", "scheme"],
)
def test_the_nhs_number_is_the_patient(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft, other: str
) -> None:
    """SHALL: the same NHS number under another host, path or scheme is the same patient."""
    expect_status(ndop.create(consent), 201)
    elsewhere = having(consent, "patient", "reference", value=other.format(patient))
    response = ndop.create(elsewhere)
    assert_spine_error(edition, response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")


@pytest.mark.requirement("NDOP-203", "NDOP-089")
def test_the_nhs_number_is_the_patient_under_concurrency(
    ndop: NdopClient, patient: str, consent: Draft
) -> None:
    """SHALL: of POSTs for one NHS number under two hosts that arrive together one succeeds."""
    reference = f"http://other.example/Patient/{patient}"
    elsewhere = having(consent, "patient", "reference", value=reference)
    responses = outcomes_of_a_race(ndop, [consent, elsewhere] * 5)
    statuses = sorted(response.status_code for response in responses)
    expect("statuses of ten creates at once", statuses, [201] + [422] * 9)
    codes = {
        json_of(response)["issue"][0]["details"]["coding"][0]["code"]
        for response in responses
        if response.status_code == 422
    }
    expect("codes of the refusals", codes, {"DUPLICATE_REJECTED"})
