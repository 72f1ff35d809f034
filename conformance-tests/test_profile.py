"""Area profile: what a Consent must look like (docs/specification.md, section 3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from fhir.resources.STU3.consent import Consent

from ndop.conformance.suite.client import JSON, XML, NdopClient
from ndop.conformance.suite.expectations import expect, expect_status, resource_of
from ndop.consents import Draft, adding, draft, having, without
from ndop.editions import Edition

Refuses = Callable[..., None]
Accepts = Callable[[Draft], None]

SOURCE = ("extension", 0, "valueCodeableConcept")
SOURCE_CODING = (*SOURCE, "coding", 0)
PURPOSE = ("purpose", 0)
CATEGORY_CODING = ("category", 0, "coding", 0)
ROLE_CODING = ("actor", 0, "role", "coding", 0)
PROXY = "Extension-NDOP-ProxyRole-1"
NIC = "Extension-NDOP-NICReference-1"
ACTOR_PERSON = "Extension-NDOP-ActorPerson-1"

Path = tuple[str | int, ...]


def codings_of(part: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of everything in a Consent that has a system and a code."""
    if isinstance(part, dict):
        if {"system", "code"} <= part.keys():
            yield path
        for key, value in part.items():
            yield from codings_of(value, (*path, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from codings_of(value, (*path, number))


def consent_id_of(location: str) -> str:
    return location.split("/Consent/")[1].split("/")[0]


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
    """SHALL: a Consent is held to the profile whatever meta.profile says."""
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


@pytest.mark.requirement("NDOP-004")
@pytest.mark.parametrize("times", [0, 2])
def test_opt_out_source_exactly_once(refuses: Refuses, times: int) -> None:
    """SHALL: the opt-out source extension stands exactly once."""

    def change(consent: Draft) -> Draft:
        source, *others = consent["extension"]
        extensions = [source] * times + others
        if extensions:
            return having(consent, "extension", value=extensions)
        return without(consent, "extension")

    refuses(change)


@pytest.mark.requirement("NDOP-005")
@pytest.mark.parametrize("shape", ["string", "text only", "two codings"])
def test_opt_out_source_value_is_one_coding(refuses: Refuses, shape: str) -> None:
    """SHALL: the opt-out source is a CodeableConcept with exactly one coding."""

    def change(consent: Draft) -> Draft:
        if shape == "string":
            plain = without(consent, *SOURCE)
            return having(plain, "extension", 0, "valueString", value="OP")
        if shape == "text only":
            return having(consent, *SOURCE, value={"text": "Online"})
        coding = consent["extension"][0]["valueCodeableConcept"]["coding"][0]
        return adding(consent, *SOURCE, "coding", value=coding)

    refuses(change)


@pytest.mark.requirement("NDOP-006")
@pytest.mark.parametrize("part", ["system", "code", "display"])
def test_opt_out_source_coding_is_complete(refuses: Refuses, part: str) -> None:
    """SHALL: the opt-out source coding has system, code and display."""
    refuses(lambda consent: without(consent, *SOURCE_CODING, part))


@pytest.mark.requirement("NDOP-007")
@pytest.mark.parametrize("sample", ["minimal", "maximal"])
def test_codings_have_no_version(edition: Edition, refuses: Refuses, sample: str) -> None:
    """SHALL: no coding that the edition describes has a version."""
    paths = list(codings_of(draft(edition, "9990000018", sample=sample)))
    assert len(paths) > 1
    for path in paths:
        refuses(
            lambda consent, path=path: having(consent, *path, "version", value="1"), sample=sample
        )


@pytest.mark.requirement("NDOP-007", "NDOP-010")
@pytest.mark.where(holds=lambda edition: "proxy" in edition.samples)
def test_proxy_role_coding_has_no_version(refuses: Refuses) -> None:
    """SHALL: the coding of the proxy role has no version."""
    path = ("extension", 1, "valueCodeableConcept", "coding", 0, "version")
    refuses(lambda consent: having(consent, *path, value="1"), sample="proxy")


@pytest.mark.requirement("NDOP-008")
def test_user_selected_is_not_allowed(edition: Edition, refuses: Refuses) -> None:
    """SHALL: userSelected is not allowed where the edition forbids it."""
    forbidden = {
        element_id for structure in edition.structures for element_id in structure.elements
    } & {
        "Consent.purpose.userSelected",
        "Consent.category.coding.userSelected",
        "Extension.value[x]:valueCodeableConcept.coding.userSelected",
    }
    assert forbidden
    for element_id in forbidden:
        path = {"purpose": PURPOSE, "category": CATEGORY_CODING}.get(
            element_id.split(".")[1], SOURCE_CODING
        )
        refuses(
            lambda consent, path=path: having(consent, *path, "userSelected", value=True),
            sample="maximal",
        )


@pytest.mark.requirement("NDOP-009")
def test_proxy_role_at_most_once(refuses: Refuses) -> None:
    """SHALL: the proxy role extension stands at most once."""
    refuses(
        lambda consent: adding(consent, "extension", value=consent["extension"][1]), sample="proxy"
    )


@pytest.mark.requirement("NDOP-010")
@pytest.mark.parametrize("shape", ["string", "no display", "no coding", "complex"])
def test_proxy_role_is_one_complete_coding(edition: Edition, refuses: Refuses, shape: str) -> None:
    """SHALL: the proxy role is a CodeableConcept with one complete coding."""
    value = ("extension", 1, "valueCodeableConcept")

    def change(consent: Draft) -> Draft:
        if shape == "string":
            return having(without(consent, *value), "extension", 1, "valueString", value="POA")
        if shape == "no display":
            return without(consent, *value, "coding", 0, "display")
        if shape == "no coding":
            return having(consent, *value, value={"text": "Power of Attorney"})
        url = edition.url(PROXY).replace("ProxyRole", "Proxy")
        role = {
            "url": "role",
            "valueCodeableConcept": consent["extension"][1]["valueCodeableConcept"],
        }
        return having(consent, "extension", 1, value={"url": url, "extension": [role]})

    refuses(change, sample="proxy")


@pytest.mark.requirement("NDOP-011")
@pytest.mark.parametrize("sample", ["minimal", "proxy"])
def test_nic_reference_goes_with_either_form(
    edition: Edition, patient: str, accepts: Accepts, sample: str
) -> None:
    """SHALL: a NIC reference may accompany a consenting party as well as a proxy."""
    reference = {"url": edition.url(NIC), "valueString": "NIC-1"}
    accepts(adding(draft(edition, patient, sample=sample), "extension", value=reference))


@pytest.mark.requirement("NDOP-011")
@pytest.mark.parametrize("shape", ["twice", "coded"])
def test_nic_reference_is_one_string(edition: Edition, refuses: Refuses, shape: str) -> None:
    """SHALL: the NIC reference is one string."""
    good = {"url": edition.url(NIC), "valueString": "NIC-1"}
    coded = {"url": edition.url(NIC), "valueCode": "NIC-1"}

    def change(consent: Draft) -> Draft:
        extensions = [good, good] if shape == "twice" else [coded]
        return having(consent, "extension", value=consent["extension"] + extensions)

    refuses(change)


@pytest.mark.requirement("NDOP-012")
@pytest.mark.parametrize("shape", ["once", "twice", "coded"])
def test_actor_person_is_one_string(
    edition: Edition, consent: Draft, accepts: Accepts, refuses: Refuses, shape: str
) -> None:
    """SHALL: the note on the person behind an actor is one string, at most once."""
    good = {"url": edition.url(ACTOR_PERSON), "valueString": "Preference stated by the mother"}
    coded = {"url": edition.url(ACTOR_PERSON), "valueCode": "mother"}
    extensions = {"once": [good], "twice": [good, good], "coded": [coded]}[shape]

    def change(consent: Draft) -> Draft:
        return having(consent, "actor", 0, "extension", value=extensions)

    if shape == "once":
        accepts(change(consent))
    else:
        refuses(change)


@pytest.mark.requirement("NDOP-013")
def test_business_identifier_is_accepted(consent: Draft, accepts: Accepts) -> None:
    """SHALL: an identifier with system and value is accepted."""
    identifier = {"system": "https://example.nhs.uk/preference", "value": "42"}
    accepts(having(consent, "identifier", value=identifier))


@pytest.mark.requirement("NDOP-013")
@pytest.mark.parametrize(
    "identifier",
    [
        {"value": "42"},
        {"system": "https://example.nhs.uk/preference"},
        {"system": "https://example.nhs.uk/preference", "value": "42", "use": "official"},
        {"system": "https://example.nhs.uk/preference", "value": "42", "type": {"text": "t"}},
        {"system": "https://example.nhs.uk/preference", "value": "42", "period": {"start": "2018"}},
        {
            "system": "https://example.nhs.uk/preference",
            "value": "42",
            "assigner": {"reference": "https://example.nhs.uk/Organization/X26"},
        },
    ],
    ids=["no system", "no value", "use", "type", "period", "assigner"],
)
def test_business_identifier_is_system_and_value(
    refuses: Refuses, identifier: dict[str, Any]
) -> None:
    """SHALL: an identifier has system and value and nothing else."""
    refuses(lambda consent: having(consent, "identifier", value=identifier))


@pytest.mark.requirement("NDOP-014")
def test_no_business_identifier(refuses: Refuses) -> None:
    """SHALL: a Consent has no identifier."""
    identifier = {"system": "https://example.nhs.uk/preference", "value": "42"}
    refuses(lambda consent: having(consent, "identifier", value=identifier))


@pytest.mark.requirement("NDOP-015")
def test_status_is_mandatory(refuses: Refuses) -> None:
    """SHALL: a Consent has a status."""
    refuses(lambda consent: without(consent, "status"), status={400, 422}, code=None)


@pytest.mark.requirement("NDOP-016")
@pytest.mark.parametrize("status", ["draft", "proposed", "rejected", "entered-in-error"])
def test_other_statuses_are_refused(refuses: Refuses, status: str) -> None:
    """SHALL: a status is active or inactive."""
    refuses(lambda consent: having(consent, "status", value=status))


@pytest.mark.requirement("NDOP-017")
@pytest.mark.parametrize(
    "shape", ["two", "two codings", "no system", "no code", "no display", "text"]
)
def test_category_is_at_most_one_complete_coding(refuses: Refuses, shape: str) -> None:
    """SHALL: a category is optional, at most one coding, complete, without text."""
    coding = ("category", 0, "coding")

    def change(consent: Draft) -> Draft:
        if shape == "two":
            return adding(consent, "category", value=consent["category"][0])
        if shape == "two codings":
            return adding(consent, *coding, value=consent["category"][0]["coding"][0])
        if shape == "text":
            return having(consent, "category", 0, "text", value="National Data Opt-out")
        return without(consent, *coding, 0, shape.removeprefix("no "))

    refuses(change, sample="maximal")


@pytest.mark.requirement("NDOP-017", "NDOP-018")
def test_category_may_be_left_out(consent: Draft, accepts: Accepts) -> None:
    """SHALL: a Consent without a category is accepted."""
    consent.pop("category", None)
    accepts(consent)


@pytest.mark.requirement("NDOP-018")
def test_category_needs_no_display(edition: Edition, patient: str, accepts: Accepts) -> None:
    """SHALL: a category without a display, as in every published example, is accepted."""
    accepts(without(draft(edition, patient, sample="maximal"), *CATEGORY_CODING, "display"))


@pytest.mark.requirement("NDOP-018")
@pytest.mark.parametrize("shape", ["two", "two codings", "no coding", "no system", "no code"])
def test_category_is_one_coding(refuses: Refuses, shape: str) -> None:
    """SHALL: a category that is sent is one, of one coding with system and code."""

    def change(consent: Draft) -> Draft:
        category = consent["category"][0]
        if shape == "two":
            return adding(consent, "category", value=category)
        if shape == "two codings":
            return adding(consent, "category", 0, "coding", value=category["coding"][0])
        if shape == "no coding":
            return having(consent, "category", 0, value={"text": "National Data Opt-out"})
        return without(consent, *CATEGORY_CODING, shape.removeprefix("no "))

    refuses(change, sample="maximal")


@pytest.mark.requirement("NDOP-019")
@pytest.mark.parametrize(
    "shape",
    ["absent", "two", "another code", "another system", "no system", "no code", "no display"],
)
def test_category_is_the_model(refuses: Refuses, shape: str) -> None:
    """SHALL: there is exactly one category, that of the model, with its display."""

    def change(consent: Draft) -> Draft:
        if shape == "absent":
            return without(consent, "category")
        if shape == "two":
            return adding(consent, "category", value=consent["category"][0])
        if shape == "another code":
            coding = {"code": "T2", "display": "Type-2 Opt-Out"}
            return having(
                consent, *CATEGORY_CODING, value={**consent["category"][0]["coding"][0], **coding}
            )
        if shape == "another system":
            system = "https://fhir.nhs.uk/ValueSet/noom-category-type-1"
            return having(consent, *CATEGORY_CODING, "system", value=system)
        return without(consent, *CATEGORY_CODING, shape.removeprefix("no "))

    refuses(change)


@pytest.mark.requirement("NDOP-020")
@pytest.mark.parametrize("shape", ["absent", "identifier only"])
def test_patient_reference_is_mandatory(refuses: Refuses, shape: str) -> None:
    """SHALL: a Consent refers to its patient."""
    identifier = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "1"}}
    refuses(
        lambda consent: (
            without(consent, "patient")
            if shape == "absent"
            else having(consent, "patient", value=identifier)
        )
    )


@pytest.mark.requirement("NDOP-021")
@pytest.mark.parametrize("reference", ["4505577104", "Patient/4505577104", "urn:uuid:4505577104"])
def test_patient_reference_is_absolute(refuses: Refuses, reference: str) -> None:
    """SHALL: the patient reference is an absolute http(s) URL."""
    refuses(lambda consent: having(consent, "patient", "reference", value=reference))


@pytest.mark.requirement("NDOP-022")
@pytest.mark.parametrize(
    "ending", ["450-557-7104", "450 557 7104", "450557710", "45055771044", "450557710X", ""]
)
def test_patient_reference_ends_in_ten_digits(
    edition: Edition, refuses: Refuses, ending: str
) -> None:
    """SHALL: the patient reference ends in an NHS number of ten digits."""
    reference = edition.patient.reference_to(ending)
    refuses(lambda consent: having(consent, "patient", "reference", value=reference))


@pytest.mark.requirement("NDOP-023")
def test_other_hosts_are_accepted(patient: str, consent: Draft, accepts: Accepts) -> None:
    """SHOULD: the PDS form is recommended, another host accepted."""
    reference = f"https://pds.example.org/STU3/Patient/{patient}"
    accepts(having(consent, "patient", "reference", value=reference))


def wrong_check_digit(nhs_number: str) -> str:
    return nhs_number[:9] + str((int(nhs_number[9]) + 1) % 10)


@pytest.mark.requirement("NDOP-024")
@pytest.mark.unclaimed("strict-nhs-number")
def test_wrong_check_digit_is_accepted(
    edition: Edition,
    new_patient: Callable[[], str],
    ndop: NdopClient,
) -> None:
    """SHALL: by default an NHS number with a wrong check digit is accepted."""
    for _ in range(10):
        response = ndop.create(draft(edition, wrong_check_digit(new_patient())))
        if response.status_code != 422 or "DUPLICATE_REJECTED" not in response.text:
            break
    expect_status(response, 201)


@pytest.mark.requirement("NDOP-025")
@pytest.mark.claim("strict-nhs-number")
def test_strict_server_refuses_a_wrong_check_digit(edition: Edition, refuses: Refuses) -> None:
    """SHALL: with the strict option a wrong check digit is an error."""

    def change(consent: Draft) -> Draft:
        wrong = wrong_check_digit(consent["patient"]["reference"][-10:])
        reference = edition.patient.reference_to(wrong)
        text = json.dumps(consent).replace(consent["patient"]["reference"], reference)
        return cast("Draft", json.loads(text))

    refuses(change, status=400, issue="value", code="INVALID_NHS_NUMBER")


@pytest.mark.requirement("NDOP-026")
@pytest.mark.parametrize(
    ("place", "child"),
    [
        pytest.param(("patient",), "identifier", id="patient.identifier"),
        pytest.param(("patient",), "display", id="patient.display"),
        pytest.param(("organization", 0), "identifier", id="organization.identifier"),
        pytest.param(("organization", 0), "display", id="organization.display"),
        pytest.param(("actor", 0, "reference"), "identifier", id="actor.reference.identifier"),
        pytest.param(
            ("actor", 0, "reference"),
            "display",
            id="actor.reference.display",
            marks=pytest.mark.where(
                holds=lambda edition: "Consent.actor.reference.display" in edition.consent.elements
            ),
        ),
    ],
)
def test_references_are_only_references(refuses: Refuses, place: Path, child: str) -> None:
    """SHALL: references have no identifier and, where the edition says so, no display."""
    values = {"identifier": {"value": "1"}, "display": "Somebody"}
    refuses(lambda consent: having(consent, *place, child, value=values[child]))


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


@pytest.mark.requirement("NDOP-028")
def test_date_time_is_mandatory(refuses: Refuses) -> None:
    """SHALL: a Consent has a dateTime."""
    refuses(lambda consent: without(consent, "dateTime"))


@pytest.mark.requirement("NDOP-029")
@pytest.mark.parametrize("value", ["2017-04-01", "2017-04", "2017"])
def test_date_time_has_date_and_time(refuses: Refuses, value: str) -> None:
    """SHALL: a dateTime has a full date and a time."""
    refuses(lambda consent: having(consent, "dateTime", value=value))


@pytest.mark.requirement("NDOP-030")
def test_date_time_has_a_zone(refuses: Refuses) -> None:
    """SHALL: a dateTime with a time has a time zone."""
    refuses(
        lambda consent: having(consent, "dateTime", value="2017-02-01T11:15:33"),
        status={400, 422},
        code=None,
    )


@pytest.mark.requirement("NDOP-031")
@pytest.mark.parametrize("value", ["1987-01-23T24:00:00+00:00", "1987/01/23T21:33:00+00:00"])
def test_date_time_is_a_real_instant(refuses: Refuses, value: str) -> None:
    """SHALL: hour 24 and dates with slashes are refused."""
    refuses(lambda consent: having(consent, "dateTime", value=value), status={400, 422}, code=None)


@pytest.mark.requirement("NDOP-032")
def test_minute_precision_is_recorded(
    ndop: NdopClient, consent: Draft, note: Callable[[str], None]
) -> None:
    """MAY: a dateTime without seconds is accepted or refused; recorded, not scored."""
    response = ndop.create(having(consent, "dateTime", value="1988-11-11T11:45+00:00"))
    expect_status(response, 201, 400, 422)
    note(f"a dateTime without seconds: {response.status_code}")


@pytest.mark.requirement("NDOP-033")
@pytest.mark.parametrize(
    "parties",
    [
        ["{patient}", "{patient}"],
        ["https://example.org/STU3/Practitioner/G1231231"],
        [None],
        ["https://demographics.spineservices.nhs.uk/STU3/Patient/450-557-7104"],
        ["4505577104"],
    ],
    ids=["two", "practitioner", "identifier only", "hyphens", "bare number"],
)
def test_consenting_party_is_one_patient(refuses: Refuses, parties: list[str | None]) -> None:
    """SHALL: the consenting party is one absolute reference to a patient."""

    def change(consent: Draft) -> Draft:
        patient = consent["patient"]["reference"]
        value = [
            {"identifier": {"value": "1"}}
            if party is None
            else {"reference": party.format(patient=patient)}
            for party in parties
        ]
        return having(consent, "consentingParty", value=value)

    refuses(change)


@pytest.mark.requirement("NDOP-034")
def test_not_both_party_and_proxy(refuses: Refuses) -> None:
    """SHALL: a Consent does not name both a consenting party and a proxy."""
    refuses(
        lambda consent: having(consent, "consentingParty", value=[consent["patient"]]),
        sample="proxy",
    )


@pytest.mark.requirement("NDOP-035")
def test_not_neither_party_nor_proxy(refuses: Refuses) -> None:
    """SHALL: a Consent names a consenting party or a proxy."""
    refuses(lambda consent: without(consent, "consentingParty"))


@pytest.mark.requirement("NDOP-036")
def test_no_consenting_party(refuses: Refuses) -> None:
    """SHALL: a Consent has no consentingParty."""
    refuses(lambda consent: having(consent, "consentingParty", value=[consent["patient"]]))


@pytest.mark.requirement("NDOP-037")
def test_no_actor(refuses: Refuses) -> None:
    """SHALL: a Consent has no actor."""

    def change(consent: Draft) -> Draft:
        role = {"coding": [{"system": "http://hl7.org/fhir/v3/ParticipationType", "code": "INF"}]}
        return having(consent, "actor", value=[{"role": role, "reference": consent["patient"]}])

    refuses(change)


@pytest.mark.requirement("NDOP-038")
def test_actor_is_mandatory(refuses: Refuses) -> None:
    """SHALL: a Consent has an actor."""
    refuses(lambda consent: without(consent, "actor"))


@pytest.mark.requirement("NDOP-038")
def test_number_of_actors(
    edition: Edition, consent: Draft, refuses: Refuses, accepts: Accepts
) -> None:
    """SHALL: there are as many actors as the edition allows: one, or any number."""

    def two_actors(consent: Draft) -> Draft:
        return adding(consent, "actor", value=consent["actor"][0])

    if edition.constrained("Consent.actor").max == 1:
        refuses(two_actors)
    else:
        accepts(two_actors(consent))


@pytest.mark.requirement("NDOP-039")
@pytest.mark.parametrize(
    "shape", ["no role", "no coding", "two codings", "no system", "no code", "GP", "foreign system"]
)
def test_actor_is_the_informant(refuses: Refuses, shape: str) -> None:
    """SHALL: the role of an actor is one coding, informant (INF)."""

    def change(consent: Draft) -> Draft:
        if shape == "no role":
            return without(consent, "actor", 0, "role")
        if shape == "no coding":
            return having(consent, "actor", 0, "role", value={"text": "informant"})
        if shape == "two codings":
            coding = consent["actor"][0]["role"]["coding"][0]
            return adding(consent, "actor", 0, "role", "coding", value=coding)
        if shape == "GP":
            return having(consent, *ROLE_CODING, "code", value="GP")
        if shape == "foreign system":
            system = "http://hl7.org/fhir/v3/RoleClass"
            return having(consent, *ROLE_CODING, "system", value=system)
        return without(consent, *ROLE_CODING, shape.removeprefix("no "))

    refuses(change)


@pytest.mark.requirement("NDOP-039")
def test_display_of_the_actors_role(
    edition: Edition, consent: Draft, refuses: Refuses, accepts: Accepts
) -> None:
    """SHALL: the display of the role is as mandatory as the edition says."""

    def change(consent: Draft) -> Draft:
        return without(consent, *ROLE_CODING, "display")

    if "Consent.actor.role.coding.display" in edition.consent.elements:
        refuses(change)
    else:
        accepts(change(consent))


@pytest.mark.requirement("NDOP-040")
@pytest.mark.parametrize(
    "reference",
    [None, "G1231231", "Practitioner/G1231231", "urn:uuid:2f5a6d4a-4d8f-4b1c-9f53-5f0b8f3d4c11"],
    ids=["none", "bare code", "relative", "urn"],
)
def test_actor_reference_is_absolute(refuses: Refuses, reference: str | None) -> None:
    """SHALL: an actor is referred to by an absolute URL."""
    value = {"display": "Somebody"} if reference is None else {"reference": reference}
    refuses(lambda consent: having(consent, "actor", 0, "reference", value=value))


@pytest.mark.requirement("NDOP-040")
@pytest.mark.parametrize("kind", ["Patient", "Practitioner", "Organization"])
def test_kind_of_actor(
    edition: Edition, consent: Draft, refuses: Refuses, accepts: Accepts, kind: str
) -> None:
    """SHALL: an actor is a patient or practitioner, or an organization where the edition says."""
    targets = edition.constrained("Consent.actor.reference").targets
    assert any(target.endswith("/Patient") for target in targets)

    def change(consent: Draft) -> Draft:
        url = f"https://directory.spineservices.nhs.uk/STU3/{kind}/G1231231"
        return having(consent, "actor", 0, "reference", value={"reference": url})

    if any(target.endswith(f"/{kind}") for target in targets):
        accepts(change(consent))
    else:
        refuses(change)


@pytest.mark.requirement("NDOP-041")
@pytest.mark.parametrize(
    "organizations",
    [
        [],
        ["https://example.org/Organization/1", "https://example.org/Organization/2"],
        [None],
        ["NHS Choices"],
    ],
    ids=["none", "two", "identifier only", "a name"],
)
def test_one_custodian(refuses: Refuses, organizations: list[str | None]) -> None:
    """SHALL: a Consent has one organization, by an absolute reference."""

    def change(consent: Draft) -> Draft:
        if not organizations:
            return without(consent, "organization")
        value = [
            {"identifier": {"value": "X26"}} if reference is None else {"reference": reference}
            for reference in organizations
        ]
        return having(consent, "organization", value=value)

    refuses(change)


@pytest.mark.requirement("NDOP-042")
def test_another_custodian_is_accepted(consent: Draft, accepts: Accepts) -> None:
    """SHOULD: the custodian is NHS Digital; another is accepted."""
    other = "https://directory.spineservices.nhs.uk/STU3/Organization/E123123"
    accepts(having(consent, "organization", 0, "reference", value=other))


@pytest.mark.requirement("NDOP-043")
@pytest.mark.parametrize(
    "reference",
    [
        "https://directory.spineservices.nhs.uk/STU3/Organization/E123123",
        "https://proxy.sds.nhs.uk/X26",
    ],
)
def test_custodian_is_fixed(refuses: Refuses, reference: str) -> None:
    """SHALL: the custodian is NHS Digital, by its directory address."""
    refuses(lambda consent: having(consent, "organization", 0, "reference", value=reference))


@pytest.mark.requirement("NDOP-044")
@pytest.mark.parametrize("shape", ["none", "two", "authority only"])
def test_one_policy_with_uri(refuses: Refuses, shape: str) -> None:
    """SHALL: a Consent has one policy, and that has a uri."""

    def change(consent: Draft) -> Draft:
        if shape == "none":
            return without(consent, "policy")
        if shape == "two":
            return adding(consent, "policy", value=consent["policy"][0])
        return having(consent, "policy", 0, value={"authority": "https://www.gov.uk/"})

    refuses(change)


@pytest.mark.requirement("NDOP-045")
def test_policy_authority(
    edition: Edition, consent: Draft, refuses: Refuses, accepts: Accepts
) -> None:
    """SHALL: the authority of a policy is as mandatory as the edition says."""
    authority = edition.consent.elements.get("Consent.policy.authority")

    def change(consent: Draft) -> Draft:
        return having(consent, "policy", 0, value={"uri": consent["policy"][0]["uri"]})

    if authority is not None and authority.min == 1:
        refuses(change)
    else:
        accepts(change(consent))


@pytest.mark.requirement("NDOP-046")
def test_policy_uri_is_not_resolved(consent: Draft, accepts: Accepts) -> None:
    """SHOULD: a policy uri that leads to a home page is accepted; it is not resolved."""
    accepts(having(consent, "policy", 0, "uri", value="https://www.gov.uk"))


@pytest.mark.requirement("NDOP-047")
def test_no_policy_rule(refuses: Refuses) -> None:
    """SHALL: a Consent has no policyRule."""
    rule = "http://hl7.org/fhir/ConsentPolicy/opt-out"
    refuses(lambda consent: having(consent, "policyRule", value=rule))


@pytest.mark.requirement("NDOP-048")
@pytest.mark.parametrize("shape", ["none", "policy instead", "both"])
def test_policy_rule_instead_of_policy(refuses: Refuses, shape: str) -> None:
    """SHALL: a Consent has a policyRule and no policy."""
    policy = [{"authority": "https://www.gov.uk/", "uri": "https://www.gov.uk/opt-outs"}]

    def change(consent: Draft) -> Draft:
        kept = consent if shape == "both" else without(consent, "policyRule")
        return kept if shape == "none" else having(kept, "policy", value=policy)

    refuses(change)


@pytest.mark.requirement("NDOP-048")
def test_policy_rule_is_accepted(consent: Draft, accepts: Accepts) -> None:
    """SHALL: a Consent with a policyRule is accepted."""
    accepts(having(consent, "policyRule", value="http://hl7.org/fhir/ConsentPolicy/opt-out"))


@pytest.mark.requirement("NDOP-049")
@pytest.mark.parametrize("times", [0, 2])
def test_one_purpose(refuses: Refuses, times: int) -> None:
    """SHALL: a Consent has exactly one purpose."""

    def change(consent: Draft) -> Draft:
        if times == 0:
            return without(consent, "purpose")
        return adding(consent, "purpose", value=consent["purpose"][0])

    refuses(change)


@pytest.mark.requirement("NDOP-050")
@pytest.mark.parametrize("part", ["system", "code", "display"])
def test_purpose_coding_is_complete(refuses: Refuses, part: str) -> None:
    """SHALL: the purpose has system, code and display."""
    refuses(lambda consent: without(consent, *PURPOSE, part))


@pytest.mark.requirement("NDOP-052")
def test_content_is_kept(ndop: NdopClient, edition: Edition, patient: str) -> None:
    """SHALL: what is sent in XML comes back unchanged in JSON."""
    sent = draft(edition, patient, sample="maximal")
    model = Consent.model_validate(sent)

    created = ndop.post(model.model_dump_xml(), XML)

    expect_status(created, 201)
    path = f"Consent/{consent_id_of(created.headers['location'])}"
    found = resource_of(ndop.get(path, headers={"Accept": JSON}), "Consent")
    found.pop("id")
    found["meta"] = {"profile": found["meta"]["profile"]}
    expect("the Consent as it comes back", found, sent)


@pytest.mark.requirement("NDOP-053")
def test_unknown_extension_is_recorded(
    ndop: NdopClient, consent: Draft, note: Callable[[str], None]
) -> None:
    """MAY: an extension that the edition does not define; recorded, not scored."""
    extension = {"url": "https://example.org/extension", "valueString": "x"}
    response = ndop.create(adding(consent, "extension", value=extension))
    expect_status(response, 201, 422)
    note(f"an unknown extension: {response.status_code}")
