"""The elements of a Consent that faults look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ndop.assurance.mutation.messages import Resource
from ndop.consents import coding_paths, value_at
from ndop.editions import Edition


def sources_in(consent: Resource, edition: Edition) -> list[Resource]:
    """The opt-out source extensions of a Consent."""
    return extensions_in(consent, edition, edition.channel)


def extensions_in(part: Resource, edition: Edition, artefact_id: str) -> list[Resource]:
    """The extensions of `part` that an artefact defines; none if the edition lacks the artefact."""
    if all(one.id != artefact_id for one in edition.structures):
        return []
    return [one for one in part.get("extension", []) if one.get("url") == edition.url(artefact_id)]


def proxies_in(consent: Resource, edition: Edition) -> list[Resource]:
    """The proxy role extensions of a Consent."""
    return extensions_in(consent, edition, edition.proxy) if edition.proxy else []


def nic_references_in(consent: Resource, edition: Edition) -> list[Resource]:
    """The NIC reference extensions of a Consent."""
    return extensions_in(consent, edition, "Extension-NDOP-NICReference-1")


def codings_in(part: Any) -> Iterator[Resource]:
    """Everything in `part`, at any depth, that has a system and a code."""
    for path in list(coding_paths(part)):  # a fault may change what it is given
        yield value_at(part, path)


def patient_of(consent: Resource) -> str:
    """The reference to the patient; empty if there is none."""
    return str(consent.get("patient", {}).get("reference", ""))


def number_of(consent: Resource) -> str:
    """The last segment of the reference to the patient."""
    return patient_of(consent).rpartition("/")[2]


def first_coding(concept: Resource) -> Resource:
    """The first coding of a CodeableConcept. Raises LookupError if it has none."""
    coding: Resource = concept["coding"][0]
    return coding
