"""What an edition can be asked for by name: `applies_when` in the register of requirements goes by
these names, so that a row need not list the editions that it applies to.

A feature is a fact of structure (is there a proxy, how many questions are asked), not one that a
requirement is about: a row that applied wherever its own rule stands in the YAML would vanish
with the rule, and no test would miss either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from ndop.editions.model import Edition

#: Whether an edition has a feature.
Feature = Callable[[Edition], bool]

#: Claims of tokens that requirements are about.
_CLAIMS = (
    "iss",
    "sub",
    "aud",
    "iat",
    "exp",
    "reason_for_request",
    "scope",
    "requested_scopes",
    "requested_record",
    "requesting_system",
    "requesting_patient",
    "requesting_actor",
)


def _allows(element_id: str) -> Feature:
    """The profile does not forbid an element of Consent."""

    def holds(edition: Edition) -> bool:
        element = edition.consent.elements.get(element_id)
        return element is None or element.max != 0

    return holds


def _purpose_is_bound(strength: Literal["required", "extensible"]) -> Feature:
    def holds(edition: Edition) -> bool:
        element = edition.consent.elements.get("Consent.purpose")
        binding = None if element is None else element.binding
        return binding is not None and binding.strength == strength

    return holds


def _asks_for_claim(name: str) -> Feature:
    return lambda edition: name in edition.audit.claims


def _has_one_consent_per_purpose(edition: Edition) -> bool:
    return any(one.expression == "Consent.purpose" for one in edition.identity.parameters)


FEATURES: Mapping[str, Feature] = {
    # what a Consent says
    "proxy": lambda edition: edition.proxy is not None,
    "consenting-party": _allows("Consent.consentingParty"),
    "actor": _allows("Consent.actor"),
    "identifier": _allows("Consent.identifier"),
    "policy": _allows("Consent.policy"),
    "active-means-opted-out": lambda edition: edition.status.opted_out == "active",
    "several-purposes": lambda edition: len(edition.purposes) > 1,
    "required-purpose-binding": _purpose_is_bound("required"),
    "extensible-purpose-binding": _purpose_is_bound("extensible"),
    # which Consents there can be
    "one-consent-per-patient": lambda edition: len(edition.identity.parameters) == 1,
    "one-consent-per-purpose": _has_one_consent_per_purpose,
    # how they are found
    "search-by-purpose": lambda edition: "purpose" in edition.search.parameters,
    "search-by-category": lambda edition: "category" in edition.search.parameters,
    "history-by-version": lambda edition: bool(edition.history and edition.history.version),
    "history-by-purpose": lambda edition: bool(
        edition.history and "purpose" in edition.history.filters
    ),
    # what the capability statement says
    "capability-profile": lambda edition: edition.capability.profile is not None,
    "cors": lambda edition: edition.capability.cors,
    "guide": lambda edition: edition.capability.guide is not None,
    # who calls
    "claims": lambda edition: bool(edition.audit.claims),
    **{f"claim-{name}": _asks_for_claim(name) for name in _CLAIMS},
    "interaction-ids": lambda edition: edition.audit.interaction_ids is not None,
    "second-token-header": lambda edition: len(edition.audit.headers.token) > 1,
}
