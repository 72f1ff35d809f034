"""An example of a team's own tests: what *our* portal relies on.

pytest docs/own-tests --ndop-base-url http://127.0.0.1:8080/fhir
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import consent_id_of, expect, expect_status, resource_of
from ndop.consents import Draft
from ndop.editions import Edition


def test_a_change_of_mind_is_found_at_once(
    ndop: NdopClient, edition: Edition, patient: str, consent: Draft
) -> None:
    """A patient opts out and back in; the next search finds the change."""
    # POST /Consent
    created = ndop.create(consent)
    expect_status(created, 201)

    # PUT /Consent/…
    consent_id = consent_id_of(created)
    changed = {**consent, "id": consent_id, "status": edition.status.sharing}
    expect_status(ndop.update(changed, consent_id), 200)

    # GET /Consent?patient=…
    found = ndop.get("Consent", params={"patient": edition.patient.reference_to(patient)})

    bundle = resource_of(found, "Bundle")
    expect("total", bundle["total"], 1)
    expect("status", bundle["entry"][0]["resource"]["status"], edition.status.sharing)


@pytest.mark.requirement("NDOP-086")
def test_pressing_the_button_twice(
    ndop: NdopClient, consent: Draft, assert_spine_error: Callable[..., None]
) -> None:
    """The second create is refused as a duplicate, which our portal explains to the user."""
    ndop.create(consent)

    # POST /Consent, same patient
    response = ndop.create(consent)

    assert_spine_error(response, status=422, issue="duplicate", code="DUPLICATE_REJECTED")
