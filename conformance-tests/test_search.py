"""Area search: looking a preference up (docs/specification.md, section 5.1)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fhir.resources.STU3.bundle import Bundle

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_contains,
    expect_present,
    expect_status,
    expect_that,
    expect_valid,
    resource_of,
)
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from support import NewPatient, Note, Store, resources_in


@pytest.fixture
def search(ndop: NdopClient) -> Callable[..., dict[str, Any]]:
    """Searches and returns the searchset."""

    def by(**parameters: str) -> dict[str, Any]:
        response = ndop.get("Consent", params=parameters)
        expect_status(response, 200)
        bundle = resource_of(response, "Bundle")
        expect("Bundle.type", bundle.get("type"), "searchset")
        return bundle

    return by


Search = Callable[..., dict[str, Any]]


@pytest.mark.requirement("NDOP-099")
def test_search_without_a_match(edition: Edition, patient: str, search: Search) -> None:
    """SHALL: the search for a patient without a Consent is an empty searchset."""
    bundle = search(patient=edition.patient.reference_to(patient))
    expect("total", bundle.get("total"), 0)
    expect_that("entry", "entry" not in bundle, found="present", expected="absent")


@pytest.mark.requirement("NDOP-100")
def test_search_by_patient(
    edition: Edition, new_patient: NewPatient, stored: Store, search: Search
) -> None:
    """SHALL: the search finds the Consents of this patient and of nobody else."""
    one, other = new_patient(), new_patient()
    for nhs_number in (one, other):
        stored(draft(edition, nhs_number))

    found = resources_in(search(patient=edition.patient.reference_to(one)))

    references = [consent["patient"]["reference"] for consent in found]
    expect("patients found", references, [edition.patient.reference_to(one)])


@pytest.mark.requirement("NDOP-101")
def test_largest_result(edition: Edition, ndop: NdopClient, patient: str, search: Search) -> None:
    """SHALL: a patient has at most as many Consents as there are questions."""
    for _ in range(2):
        for purpose in edition.purpose_codings():
            ndop.create(draft(edition, patient, purpose=purpose))
    bundle = search(patient=edition.patient.reference_to(patient))
    expect("total", bundle["total"], len(edition.purposes))


@pytest.mark.requirement("NDOP-102")
def test_search_ignores_the_status(
    edition: Edition, ndop: NdopClient, patient: str, consent: Draft, stored: Store, search: Search
) -> None:
    """SHALL: an inactive Consent is found, in its current version only."""
    current = stored(consent)
    expect_status(ndop.update(having(current, "status", value="inactive"), current["id"]), 200)
    found = resources_in(search(patient=edition.patient.reference_to(patient)))
    expect("statuses found", [one["status"] for one in found], ["inactive"])


@pytest.mark.requirement("NDOP-103")
def test_shape_of_the_searchset(
    edition: Edition, ndop: NdopClient, patient: str, consent: Draft, stored: Store, search: Search
) -> None:
    """SHALL: the answer is a searchset with total, self link and complete entries."""
    current = stored(consent)

    bundle = search(patient=edition.patient.reference_to(patient))

    expect_valid(Bundle, json.dumps(bundle))
    expect("total", bundle.get("total"), 1)
    relations = [link.get("relation") for link in bundle.get("link", [])]
    expect_contains("link", relations, "self")
    (entry,) = bundle["entry"]
    expect("fullUrl", entry.get("fullUrl"), f"{ndop.base_url}/Consent/{current['id']}")
    expect("search.mode", entry.get("search", {}).get("mode"), "match")
    expect("resource", entry["resource"], current)
    for name in ("versionId", "lastUpdated"):
        expect_present(f"meta.{name}", entry["resource"]["meta"].get(name))


@pytest.mark.requirement("NDOP-104")
def test_search_by_id(
    edition: Edition, new_patient: NewPatient, stored: Store, search: Search
) -> None:
    """SHALL: _id finds that Consent; with a patient, both must match."""
    owner, other = new_patient(), new_patient()
    current = stored(draft(edition, owner))

    found = resources_in(search(_id=current["id"]))
    expect("ids found", [one["id"] for one in found], [current["id"]])
    expect("total for an unknown id", search(_id=str(uuid.uuid4()))["total"], 0)
    for nhs_number, total in ((owner, 1), (other, 0)):
        reference = edition.patient.reference_to(nhs_number)
        expect(
            "total for id and patient", search(_id=current["id"], patient=reference)["total"], total
        )


@pytest.mark.requirement("NDOP-105")
@pytest.mark.parametrize("form", ["code", "system and code"])
def test_search_by_purpose(
    edition: Edition, patient: str, stored: Store, search: Search, form: str
) -> None:
    """SHALL: purpose narrows the search to the Consent for that question."""
    codings = edition.purpose_codings()
    ids = [stored(draft(edition, patient, purpose=purpose))["id"] for purpose in codings]
    reference = edition.patient.reference_to(patient)
    for purpose, consent_id in zip(codings, ids, strict=True):
        value = purpose.code if form == "code" else f"{purpose.system}|{purpose.code}"
        found = resources_in(search(patient=reference, purpose=value))
        expect(f"ids found for {purpose.code}", [one["id"] for one in found], [consent_id])
    expect("total for another code", search(patient=reference, purpose="HRESCH")["total"], 0)


@pytest.mark.requirement("NDOP-106")
def test_search_by_category(edition: Edition, patient: str, stored: Store, search: Search) -> None:
    """SHALL: category narrows the search."""
    consent = draft(edition, patient, sample="maximal")
    current = stored(consent)
    code = consent["category"][0]["coding"][0]["code"]
    reference = edition.patient.reference_to(patient)
    found = resources_in(search(patient=reference, category=code))
    expect(f"ids found for {code}", [one["id"] for one in found], [current["id"]])
    expect("total for T2", search(patient=reference, category="T2")["total"], 0)


@pytest.mark.requirement("NDOP-107")
@pytest.mark.parametrize(
    "name",
    [
        "status",
        *(
            pytest.param(
                name,
                marks=pytest.mark.where(
                    holds=lambda edition, name=name: name not in edition.search.parameters
                ),
            )
            for name in ("purpose", "category")
        ),
    ],
)
def test_further_parameters_are_recorded(
    edition: Edition,
    ndop: NdopClient,
    patient: str,
    consent: Draft,
    stored: Store,
    note: Note,
    name: str,
) -> None:
    """MAY: further search parameters; recorded, not scored."""
    stored(consent)
    reference = edition.patient.reference_to(patient)
    response = ndop.get("Consent", params={"patient": reference, name: "active"})
    expect_status(response, 200, 400, 422)
    note(f"the parameter {name}: {response.status_code}")


@pytest.mark.requirement("NDOP-108")
@pytest.mark.parametrize(
    "value",
    [
        "https://demographics.spineservices.nhs.uk//45055771aaaa",
        "https://demographics.spineservices.nhs.uk/STU3/Patient/450-557-7104",
        "nobody",
    ],
)
def test_malformed_patient_value(edition: Edition, ndop: NdopClient, value: str) -> None:
    """SHOULD: a patient value that is not a reference finds nothing and is not an error."""
    response = ndop.get("Consent", params={"patient": value})
    if response.status_code == 400:
        assert_spine_error(edition, response, status=400, issue="value", code="INVALID_NHS_NUMBER")
    else:
        expect_status(response, 200)
        expect("total", resource_of(response, "Bundle")["total"], 0)


@pytest.mark.requirement("NDOP-109")
def test_bare_nhs_number_is_recorded(
    ndop: NdopClient, patient: str, consent: Draft, stored: Store, note: Note
) -> None:
    """MAY: the search with a bare NHS number; recorded, not scored."""
    stored(consent)
    response = ndop.get("Consent", params={"patient": patient})
    expect_status(response, 200)
    note(f"a bare NHS number: total {resource_of(response, 'Bundle')['total']}")


@pytest.mark.requirement("NDOP-110")
def test_search_needs_a_patient_or_an_id(edition: Edition, ndop: NdopClient) -> None:
    """SHOULD: a search with neither patient nor _id is refused and discloses nothing."""
    response = ndop.get("Consent")
    assert_spine_error(edition, response, status=400, issue="invalid", code="BAD_REQUEST")


@pytest.mark.requirement("NDOP-111")
def test_unsupported_parameter(
    edition: Edition, ndop: NdopClient, patient: str, note: Note
) -> None:
    """SHOULD: an unsupported parameter is refused."""
    parameters = {"patient": edition.patient.reference_to(patient), "colour": "red"}
    response = ndop.get("Consent", params=parameters)
    note(f"an unsupported parameter: {response.status_code}")
    if response.status_code != 200:
        assert_spine_error(edition, response, status={400, 422})


@pytest.mark.requirement("NDOP-204")
def test_search_goes_by_the_nhs_number(
    edition: Edition, patient: str, consent: Draft, stored: Store, search: Search
) -> None:
    """SHALL: the search finds a Consent that was stored under another host, as it was sent."""
    elsewhere = f"https://other.example/base/Patient/{patient}"
    stored(having(consent, "patient", "reference", value=elsewhere))
    found = resources_in(search(patient=edition.patient.reference_to(patient)))
    expect("references found", [one["patient"]["reference"] for one in found], [elsewhere])
