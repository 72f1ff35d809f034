"""Area create: the guide's own examples (docs/specification.md, section 5.2)."""

from __future__ import annotations

import pytest

from ndop.conformance.suite.client import XML, NdopClient
from ndop.conformance.suite.expectations import assert_spine_error, expect_status
from ndop.consents import draft
from ndop.editions import Edition
from support import Note, as_xml


@pytest.mark.requirement("NDOP-090")
@pytest.mark.parametrize("form", ["json", "xml"])
def test_guide_example_is_accepted(
    ndop: NdopClient, edition: Edition, patient: str, form: str
) -> None:
    """SHALL: the guide's first example is accepted, here for a patient in the test range."""
    sent = draft(edition, patient, sample="guide")
    response = ndop.post(as_xml(sent), XML) if form == "xml" else ndop.create(sent)
    expect_status(response, 201)


@pytest.mark.requirement("NDOP-090")
@pytest.mark.unclaimed("strict-nhs-number")
def test_guide_example_is_accepted_with_its_own_patient(
    ndop: NdopClient, edition: Edition, note: Note
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
    """SHALL: the guide's two examples are both accepted, here for one synthetic patient."""
    for purpose in edition.purpose_codings():
        sent = draft(edition, patient, sample="guide", purpose=purpose)
        expect_status(ndop.post(as_xml(sent), XML), 201)
