"""Named features of editions. `applies_when` in the register of requirements refers to them, so
that a row need not list the editions it applies to.

A feature is a structural fact (whether there are proxies, how many questions are asked), never the
very rule that a requirement states: a row that applied wherever its own rule is in the YAML would
disappear together with the rule, and no test would miss it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ndop.editions.model import Edition

#: Whether an edition has a feature.
Feature = Callable[[Edition], bool]

#: Claims that rows of the register are about.
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
    """The Consent profile does not forbid an element."""

    def holds(edition: Edition) -> bool:
        element = edition.consent.elements.get(element_id)
        return element is None or element.max != 0

    return holds


def _has_extensible_purposes(edition: Edition) -> bool:
    element = edition.consent.elements.get("Consent.purpose")
    return bool(element and element.binding and element.binding.strength == "extensible")


def _asks_for_claim(name: str) -> Feature:
    return lambda edition: name in edition.audit.claims


def _has_one_consent_per_purpose(edition: Edition) -> bool:
    return any(one.expression == "Consent.purpose" for one in edition.identity.parameters)


FEATURES: Mapping[str, Feature] = {
    # content of a Consent
    "proxy": lambda edition: edition.proxy is not None,
    "consenting-party": _allows("Consent.consentingParty"),
    "actor": _allows("Consent.actor"),
    "identifier": _allows("Consent.identifier"),
    "policy": _allows("Consent.policy"),
    "active-means-opted-out": lambda edition: edition.status.opted_out == "active",
    "several-purposes": lambda edition: len(edition.purposes) > 1,
    "extensible-purpose-binding": _has_extensible_purposes,
    # uniqueness
    "one-consent-per-patient": lambda edition: len(edition.identity.parameters) == 1,
    "one-consent-per-purpose": _has_one_consent_per_purpose,
    # search and history
    "search-by-purpose": lambda edition: "purpose" in edition.search.parameters,
    "search-by-category": lambda edition: "category" in edition.search.parameters,
    "history-by-version": lambda edition: bool(edition.history and edition.history.version),
    "history-by-purpose": lambda edition: bool(
        edition.history and "purpose" in edition.history.filters
    ),
    # capability statement
    "capability-profile": lambda edition: edition.capability.profile is not None,
    "cors": lambda edition: edition.capability.cors,
    "guide": lambda edition: edition.capability.guide is not None,
    # callers
    "claims": lambda edition: bool(edition.audit.claims),
    **{f"claim-{name}": _asks_for_claim(name) for name in _CLAIMS},
    "interaction-ids": lambda edition: edition.audit.interaction_ids is not None,
    "second-token-header": lambda edition: len(edition.audit.headers.token) > 1,
}
