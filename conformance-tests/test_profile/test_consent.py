"""Area profile: the Consent as a whole (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import consent_id_of, expect, expect_status, resource_of
from ndop.consents import Draft, adding, draft, having, without
from ndop.editions import Edition
from support import Accepts, Note, Refuses, as_xml, content_of


@pytest.mark.requirement("NDOP-001")
@pytest.mark.parametrize("sample", ["minimal", "maximal"])
def test_conforming_consents_are_accepted(
    edition: Edition, patient: str, accepts: Accepts, sample: str
) -> None:
    """SHALL: the smallest Consent and one with every optional element are accepted."""
    accepts(draft(edition, patient, sample=sample))


@pytest.mark.requirement("NDOP-002")
@pytest.mark.parametrize("claimed", [None, "base", "unknown"])
def test_validation_is_not_opt_in(edition: Edition, refuses: Refuses, claimed: str | None) -> None:
    """SHALL: a Consent is validated against the profile, whatever meta.profile says."""
    profiles = {
        None: [],
        "base": [edition.consent.base],
        "unknown": ["https://example.org/StructureDefinition/of-nobody"],
    }[claimed]

    def change(consent: Draft) -> Draft:
        broken = without(consent, "extension")
        meta = {**consent.get("meta", {}), "profile": profiles}
        return {**broken, "meta": meta} if profiles else broken

    refuses(change)


@pytest.mark.requirement("NDOP-003")
def test_profile_claim_is_kept(edition: Edition, consent: Draft, accepts: Accepts) -> None:
    """SHOULD: meta.profile is accepted and kept."""
    accepts(having(consent, "meta", value={"profile": [edition.consent.url]}))


@pytest.mark.requirement("NDOP-027")
@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("period", {"start": "2018-01-01"}),
        (
            "action",
            [{"coding": [{"system": "http://hl7.org/fhir/consentaction", "code": "disclose"}]}],
        ),
        ("sourceReference", {"reference": "https://example.org/DocumentReference/1"}),
        ("securityLabel", [{"system": "http://hl7.org/fhir/v3/Confidentiality", "code": "N"}]),
        ("dataPeriod", {"start": "2018-01-01"}),
        (
            "data",
            [{"meaning": "instance", "reference": {"reference": "https://example.org/Patient/1"}}],
        ),
        ("except", [{"type": "deny"}]),
    ],
    ids=["period", "action", "source", "securityLabel", "dataPeriod", "data", "except"],
)
def test_elements_that_may_not_be_used(refuses: Refuses, element: str, value: object) -> None:
    """SHALL: elements that the edition rules out are refused."""
    refuses(lambda consent: having(consent, element, value=value))


@pytest.mark.requirement("NDOP-052")
def test_content_is_kept(ndop: NdopClient, edition: Edition, patient: str) -> None:
    """SHALL: what is sent in XML comes back unchanged in JSON."""
    sent = draft(edition, patient, sample="maximal")

    # POST /Consent in XML
    created = ndop.post(as_xml(sent), XML)
    expect_status(created, 201)

    # GET /Consent/[id], in JSON
    response = ndop.get(f"Consent/{consent_id_of(created)}", headers={"Accept": JSON})

    expect("the Consent as it comes back", content_of(resource_of(response, "Consent")), sent)


@pytest.mark.requirement("NDOP-053")
def test_unknown_extension_is_recorded(ndop: NdopClient, consent: Draft, note: Note) -> None:
    """MAY: an extension that the edition does not define; recorded, not scored."""
    extension = {"url": "https://example.org/extension", "valueString": "x"}
    response = ndop.create(adding(consent, "extension", value=extension))
    expect_status(response, 201, 422)
    note(f"an unknown extension: {response.status_code}")
