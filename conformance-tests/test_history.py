"""Area history: earlier versions (docs/specification.md, section 5.5)."""

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
    expect_present,
    expect_status,
    expect_that,
    expect_valid,
    resource_of,
)
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from support import NewPatient, Store, resources_in


@pytest.fixture
def changed_twice(ndop: NdopClient, stored: Store) -> Callable[[Draft], list[dict[str, Any]]]:
    """Stores a Consent, changes it twice, and returns its versions, oldest first."""

    def versions(consent: Draft) -> list[dict[str, Any]]:
        stored_versions = [stored(having(consent, "status", value="active"))]
        for status in ("inactive", "active"):
            changed = having(stored_versions[0], "status", value=status)
            expect_status(ndop.update(changed, stored_versions[0]["id"]), 200)
            stored_versions.append(
                resource_of(ndop.get(f"Consent/{stored_versions[0]['id']}"), "Consent")
            )
        return stored_versions

    return versions


ChangedTwice = Callable[[Draft], list[dict[str, Any]]]


@pytest.fixture
def history(ndop: NdopClient) -> Callable[..., dict[str, Any]]:
    """Asks for the history at a path and returns the Bundle."""

    def at(path: str, **parameters: str) -> dict[str, Any]:
        response = ndop.get(path, params=parameters)
        expect_status(response, 200)
        bundle = resource_of(response, "Bundle")
        expect("Bundle.type", bundle.get("type"), "history")
        return bundle

    return at


History = Callable[..., dict[str, Any]]


@pytest.mark.requirement("NDOP-124")
def test_history_of_a_patient(
    edition: Edition, new_patient: NewPatient, changed_twice: ChangedTwice, history: History
) -> None:
    """SHALL: the history by patient has every version for this patient and for nobody else."""
    one, other = new_patient(), new_patient()
    versions = changed_twice(draft(edition, one))
    changed_twice(draft(edition, other))

    bundle = history("Consent/_history", patient=edition.patient.reference_to(one))

    expect("total", bundle.get("total"), 3)
    expect("versions, newest first", resources_in(bundle), list(reversed(versions)))


@pytest.mark.requirement("NDOP-125")
def test_history_entry_by_version(
    edition: Edition, patient: str, consent: Draft, changed_twice: ChangedTwice, history: History
) -> None:
    """SHALL: versionId selects one version; an unknown one selects none."""
    versions = changed_twice(consent)
    reference = edition.patient.reference_to(patient)
    for version in versions:
        version_id = version["meta"]["versionId"]
        bundle = history("Consent/_history", patient=reference, versionId=version_id)
        expect("versions", resources_in(bundle), [version])
    empty = history("Consent/_history", patient=reference, versionId="9999")
    expect("total for an unknown version", empty.get("total"), 0)


@pytest.mark.requirement("NDOP-126")
def test_history_by_purpose(
    edition: Edition, patient: str, changed_twice: ChangedTwice, history: History
) -> None:
    """SHALL: purpose narrows the history of a patient to that question."""
    reference = edition.patient.reference_to(patient)
    versions = {
        purpose.code: changed_twice(draft(edition, patient, purpose=purpose))
        for purpose in edition.purpose_codings()
    }
    for code, stored_versions in versions.items():
        bundle = history("Consent/_history", patient=reference, purpose=code)
        expect(
            f"versions of {code}, newest first",
            resources_in(bundle),
            list(reversed(stored_versions)),
        )
    total = history("Consent/_history", patient=reference).get("total")
    expect(
        "total without a purpose",
        total,
        sum(len(stored_versions) for stored_versions in versions.values()),
    )
    empty = history("Consent/_history", patient=reference, purpose="HRESCH")
    expect("total for another code", empty.get("total"), 0)


@pytest.mark.requirement("NDOP-127")
def test_history_without_a_match(edition: Edition, patient: str, history: History) -> None:
    """SHALL: the history of a patient without a Consent is empty, not an error."""
    bundle = history("Consent/_history", patient=edition.patient.reference_to(patient))
    expect("total", bundle.get("total"), 0)


@pytest.mark.requirement("NDOP-128")
def test_history_needs_a_patient(ndop: NdopClient, edition: Edition) -> None:
    """SHOULD: a type-level history without a patient is refused and discloses nothing."""
    response = ndop.get("Consent/_history")
    assert_spine_error(edition, response, status=400, issue="invalid", code="BAD_REQUEST")


@pytest.mark.requirement("NDOP-129")
def test_history_of_one_consent(
    consent: Draft, changed_twice: ChangedTwice, history: History
) -> None:
    """SHALL: the history of a Consent has all its versions."""
    versions = changed_twice(consent)
    bundle = history(f"Consent/{versions[0]['id']}/_history")
    expect("versions, newest first", resources_in(bundle), list(reversed(versions)))


@pytest.mark.requirement("NDOP-129")
def test_history_of_an_unknown_consent(ndop: NdopClient, edition: Edition) -> None:
    """SHALL: the history of an id that does not exist is an error."""
    response = ndop.get(f"Consent/{uuid.uuid4()}/_history")
    assert_spine_error(edition, response, status=404, issue="not-found", code="NO_RECORD_FOUND")


@pytest.mark.requirement("NDOP-130", "NDOP-133")
def test_read_one_version(ndop: NdopClient, consent: Draft, changed_twice: ChangedTwice) -> None:
    """SHALL: each version can be read, unchanged by later updates."""
    for version in changed_twice(consent):
        response = ndop.get(f"Consent/{version['id']}/_history/{version['meta']['versionId']}")
        expect_status(response, 200)
        expect("the version", resource_of(response, "Consent"), version)


@pytest.mark.requirement("NDOP-131")
@pytest.mark.parametrize("version_id", ["9999", "no-such-version"])
def test_unknown_version(
    ndop: NdopClient, edition: Edition, consent: Draft, stored: Store, version_id: str
) -> None:
    """SHALL: a version or an id that does not exist is an error."""
    known = stored(consent)["id"]
    for consent_id in (known, str(uuid.uuid4())):
        response = ndop.get(f"Consent/{consent_id}/_history/{version_id}")
        assert_spine_error(edition, response, status=404, issue="not-found", code="NO_RECORD_FOUND")


@pytest.mark.requirement("NDOP-132")
@pytest.mark.parametrize("level", ["type", "instance"])
def test_shape_of_a_history_bundle(
    ndop: NdopClient,
    edition: Edition,
    patient: str,
    consent: Draft,
    changed_twice: ChangedTwice,
    history: History,
    level: str,
) -> None:
    """SHALL: entries are newest first, with fullUrl, version and request."""
    versions = changed_twice(consent)
    bundle = (
        history("Consent/_history", patient=edition.patient.reference_to(patient))
        if level == "type"
        else history(f"Consent/{versions[0]['id']}/_history")
    )
    expect_valid(Bundle, json.dumps(bundle))
    methods = [entry.get("request", {}).get("method") for entry in bundle["entry"]]
    expect("request.method", methods, ["PUT", "PUT", "POST"])
    for entry in bundle["entry"]:
        full_url = entry.get("fullUrl", "")
        start = f"{ndop.base_url}/Consent/{versions[0]['id']}"
        expect_that("fullUrl", full_url.startswith(start), found=full_url, expected=start)
        expect_present("request.url", entry["request"].get("url"))
        for name in ("versionId", "lastUpdated"):
            expect_present(f"meta.{name}", entry["resource"]["meta"].get(name))


@pytest.mark.requirement("NDOP-204")
def test_history_goes_by_the_nhs_number(
    edition: Edition, patient: str, consent: Draft, stored: Store, history: History
) -> None:
    """SHALL: the history finds a Consent that was stored under another host."""
    elsewhere = f"https://other.example/base/Patient/{patient}"
    stored(having(consent, "patient", "reference", value=elsewhere))
    bundle = history("Consent/_history", patient=edition.patient.reference_to(patient))
    references = [version["patient"]["reference"] for version in resources_in(bundle)]
    expect("references found", references, [elsewhere])
