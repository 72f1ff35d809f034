"""Faults in validation against the profile (NDOP-001 to NDOP-052)."""

from __future__ import annotations

import re

from ndop.assurance.mutation.faults.consents import (
    codings_in,
    extensions_in,
    first_coding,
    nic_references_in,
    number_of,
    patient_of,
    proxies_in,
    sources_in,
)
from ndop.assurance.mutation.messages import Request, Resource
from ndop.assurance.mutation.model import Fault, ReferenceServer, accepts, refuses, rewrites_body
from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.editions import Edition

_ABSOLUTE = re.compile(r"https?://")
_FORBIDDEN = ("period", "action", "securityLabel", "dataPeriod", "data", "except")


def _source_coding(consent: Resource, edition: Edition) -> Resource:
    return first_coding(sources_in(consent, edition)[0]["valueCodeableConcept"])


def _role(consent: Resource) -> Resource:
    role: Resource = consent["actor"][0]["role"]
    return role


def _requires_authority(edition: Edition) -> bool:
    element = edition.consent.elements.get("Consent.policy.authority")
    return element is not None and element.min == 1


def _requires_display_of_role(edition: Edition) -> bool:
    return "Consent.actor.role.coding.display" in edition.consent.elements


def _has_one_actor(edition: Edition) -> bool:
    return edition.constrained("Consent.actor").max == 1


def _has_two_actors(consent: Resource, _edition: Edition) -> bool:
    return len(consent["actor"]) == 2


def _has_role_without_display(consent: Resource, _edition: Edition) -> bool:
    return "display" not in first_coding(_role(consent))


def _without_organization(consent: Resource, _request: Request, _server: ReferenceServer) -> None:
    consent.pop("organization", None)


FAULTS: list[Fault] = [
    refuses(
        "refuses what is optional",
        "NDOP-001",
        lambda c, _e: "profile" in c.get("meta", {}),
    ),
    accepts(
        "holds a Consent to its profile only where it names it",
        "NDOP-002",
        lambda c, e: not sources_in(c, e) and "profile" not in c.get("meta", {}),
    ),
    accepts("accepts no opt-out source", "NDOP-004", lambda c, e: not sources_in(c, e)),
    accepts("accepts two opt-out sources", "NDOP-004", lambda c, e: len(sources_in(c, e)) == 2),
    accepts(
        "accepts an opt-out source in words",
        "NDOP-005",
        lambda c, e: "text" in sources_in(c, e)[0].get("valueCodeableConcept", {}),
    ),
    accepts(
        "accepts an opt-out source of two codings",
        "NDOP-005",
        lambda c, e: len(sources_in(c, e)[0]["valueCodeableConcept"]["coding"]) == 2,
    ),
    accepts(
        "accepts an opt-out source without a display",
        "NDOP-006",
        lambda c, e: "display" not in _source_coding(c, e),
    ),
    accepts(
        "accepts the version of a purpose", "NDOP-007", lambda c, _e: "version" in c["purpose"][0]
    ),
    accepts(
        "accepts the version of a proxy role",
        "NDOP-007",
        lambda c, e: "version" in first_coding(proxies_in(c, e)[0]["valueCodeableConcept"]),
        applies_to=lambda edition: edition.proxy is not None,
    ),
    accepts(
        "accepts userSelected",
        "NDOP-008",
        lambda c, _e: any("userSelected" in coding for coding in codings_in(c)),
    ),
    accepts("accepts two proxy roles", "NDOP-009", lambda c, e: len(proxies_in(c, e)) == 2),
    accepts(
        "accepts a proxy role in words",
        "NDOP-010",
        lambda c, e: "coding" not in proxies_in(c, e)[0]["valueCodeableConcept"],
    ),
    accepts(
        "accepts two NIC references", "NDOP-011", lambda c, e: len(nic_references_in(c, e)) == 2
    ),
    refuses(
        "refuses a NIC reference beside a proxy",
        "NDOP-011",
        lambda c, e: bool(nic_references_in(c, e) and proxies_in(c, e)),
    ),
    accepts(
        "accepts two notes on an actor",
        "NDOP-012",
        lambda c, e: len(extensions_in(c["actor"][0], e, "Extension-NDOP-ActorPerson-1")) == 2,
    ),
    accepts(
        "accepts the period of an identifier", "NDOP-013", lambda c, _e: "period" in c["identifier"]
    ),
    refuses("refuses an identifier", "NDOP-013", lambda c, _e: "identifier" in c),
    accepts("accepts an identifier", "NDOP-014", lambda c, _e: "identifier" in c),
    accepts("accepts no status", "NDOP-015", lambda c, _e: "status" not in c),
    accepts(
        "accepts a Consent that is only proposed",
        "NDOP-016",
        lambda c, _e: c["status"] == "proposed",
    ),
    accepts("accepts two categories", "NDOP-017", lambda c, _e: len(c["category"]) == 2),
    refuses("refuses no category", "NDOP-017", lambda c, _e: "category" not in c),
    refuses("refuses no category, as was published", "NDOP-018", lambda c, _e: "category" not in c),
    accepts(
        "accepts a category of two codings",
        "NDOP-018",
        lambda c, _e: len(c["category"][0]["coding"]) == 2,
    ),
    refuses(
        "refuses a category without a display",
        "NDOP-018",
        lambda c, _e: "display" not in first_coding(c["category"][0]),
    ),
    accepts("accepts no category", "NDOP-019", lambda c, _e: "category" not in c),
    accepts(
        "accepts the category of another programme",
        "NDOP-019",
        lambda c, e: (
            first_coding(c["category"][0])["code"]
            != first_coding(e.samples["minimal"]["category"][0])["code"]
        ),
    ),
    accepts("accepts no reference to the patient", "NDOP-020", lambda c, _e: not patient_of(c)),
    accepts(
        "accepts a bare NHS number",
        "NDOP-021",
        lambda c, _e: bool(patient_of(c)) and _ABSOLUTE.match(patient_of(c)) is None,
    ),
    accepts("accepts an NHS number with hyphens", "NDOP-022", lambda c, _e: "-" in number_of(c)),
    accepts(
        "accepts an NHS number of nine digits", "NDOP-022", lambda c, _e: len(number_of(c)) == 9
    ),
    refuses(
        "refuses a wrong check digit",
        "NDOP-024",
        lambda c, _e: not has_valid_check_digit(number_of(c)),
        situation="invalid-nhs-number",
    ),
    accepts(
        "accepts a wrong check digit",
        "NDOP-025",
        lambda c, _e: not has_valid_check_digit(number_of(c)),
        claims=("strict-nhs-number",),
    ),
    accepts(
        "accepts the display of a patient", "NDOP-026", lambda c, _e: "display" in c["patient"]
    ),
    *(
        accepts(
            f"accepts the element {element}",
            "NDOP-027",
            lambda c, _e, element=element: element in c,  # type: ignore[misc]
        )
        for element in _FORBIDDEN
    ),
    accepts("accepts no dateTime", "NDOP-028", lambda c, _e: "dateTime" not in c),
    accepts("accepts a date without a time", "NDOP-029", lambda c, _e: "T" not in c["dateTime"]),
    accepts(
        "accepts a time without a zone",
        "NDOP-030",
        lambda c, _e: re.search(r"T.*(Z|[+-]\d\d:\d\d)$", c["dateTime"]) is None,
    ),
    accepts("accepts the hour 24", "NDOP-031", lambda c, _e: "T24:" in c["dateTime"]),
    accepts(
        "accepts two consenting parties", "NDOP-033", lambda c, _e: len(c["consentingParty"]) == 2
    ),
    accepts(
        "accepts a practitioner as consenting party",
        "NDOP-033",
        lambda c, _e: "/Practitioner/" in c["consentingParty"][0]["reference"],
    ),
    accepts(
        "accepts both a consenting party and a proxy",
        "NDOP-034",
        lambda c, e: "consentingParty" in c and bool(proxies_in(c, e)),
    ),
    accepts(
        "accepts neither a consenting party nor a proxy",
        "NDOP-035",
        lambda c, e: "consentingParty" not in c and not proxies_in(c, e),
    ),
    accepts("accepts a consenting party", "NDOP-036", lambda c, _e: "consentingParty" in c),
    accepts("accepts an actor", "NDOP-037", lambda c, _e: "actor" in c),
    accepts("accepts no actor", "NDOP-038", lambda c, _e: "actor" not in c),
    accepts("accepts two actors", "NDOP-038", _has_two_actors, applies_to=_has_one_actor),
    refuses(
        "refuses two actors",
        "NDOP-038",
        _has_two_actors,
        applies_to=lambda edition: not _has_one_actor(edition),
    ),
    accepts(
        "accepts a role without a display",
        "NDOP-039",
        _has_role_without_display,
        applies_to=_requires_display_of_role,
    ),
    refuses(
        "refuses a role without a display",
        "NDOP-039",
        _has_role_without_display,
        applies_to=lambda edition: not _requires_display_of_role(edition),
    ),
    accepts(
        "accepts another role of the actor",
        "NDOP-039",
        lambda c, e: (
            first_coding(_role(c))["code"] != first_coding(_role(e.samples["minimal"]))["code"]
        ),
    ),
    accepts(
        "accepts a relative reference to the actor",
        "NDOP-040",
        lambda c, _e: _ABSOLUTE.match(c["actor"][0]["reference"]["reference"]) is None,
    ),
    refuses(
        "refuses a practitioner as actor",
        "NDOP-040",
        lambda c, _e: "/Practitioner/" in c["actor"][0]["reference"]["reference"],
    ),
    accepts("accepts two custodians", "NDOP-041", lambda c, _e: len(c["organization"]) == 2),
    accepts(
        "accepts another custodian",
        "NDOP-043",
        lambda c, e: c["organization"][0]["reference"] != e.custodian,
    ),
    accepts("accepts two policies", "NDOP-044", lambda c, _e: len(c["policy"]) == 2),
    accepts(
        "accepts a policy without an authority",
        "NDOP-045",
        lambda c, _e: "authority" not in c["policy"][0],
        applies_to=_requires_authority,
    ),
    refuses(
        "refuses a policy without an authority",
        "NDOP-045",
        lambda c, _e: "authority" not in c["policy"][0],
        applies_to=lambda edition: not _requires_authority(edition),
    ),
    accepts("accepts a policyRule", "NDOP-047", lambda c, _e: "policyRule" in c),
    accepts("accepts a policy", "NDOP-048", lambda c, _e: "policy" in c),
    refuses("refuses a policyRule", "NDOP-048", lambda c, _e: "policyRule" in c),
    accepts("accepts no purpose", "NDOP-049", lambda c, _e: "purpose" not in c),
    accepts("accepts two purposes", "NDOP-049", lambda c, _e: len(c["purpose"]) == 2),
    accepts(
        "accepts a purpose without a display",
        "NDOP-050",
        lambda c, _e: "display" not in c["purpose"][0],
    ),
    rewrites_body(
        "forgets the organization", "NDOP-052", lambda r: r.is_read, _without_organization
    ),
]
