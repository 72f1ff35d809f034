"""Area profile: actor (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Draft, adding, having, without
from ndop.editions import Edition
from support import Accepts, Refuses

ROLE_CODING = ("actor", 0, "role", "coding", 0)


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
    """SHALL: the display of the role is mandatory where the edition says so."""

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
    """SHALL: an actor is a patient, a practitioner or, if the edition says so, an organization."""
    targets = edition.constrained("Consent.actor.reference").targets
    assert any(target.endswith("/Patient") for target in targets)

    def change(consent: Draft) -> Draft:
        url = f"https://directory.spineservices.nhs.uk/STU3/{kind}/G1231231"
        return having(consent, "actor", 0, "reference", value={"reference": url})

    if any(target.endswith(f"/{kind}") for target in targets):
        accepts(change(consent))
    else:
        refuses(change)
