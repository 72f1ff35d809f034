"""The facts of an edition that the plugin needs, as JSON for ndop.fhir.edition.Edition."""

from __future__ import annotations

from typing import Any

from ndop.consents.nhs_numbers import EXAMPLE_NHS_NUMBER
from ndop.editions import Edition
from ndop.editions.model import Audit, Conformance

#: The descriptor's name in profiles/generated/<edition> and in the package.
FILE_NAME = "edition.json"


def describe(edition: Edition) -> dict[str, Any]:
    """The descriptor, with keys in camel case like the components of the Java record."""
    codes = edition.error_codes
    history = edition.history
    return {
        "id": edition.id,
        "title": edition.title,
        "summary": edition.summary,
        "profile": edition.consent.url,
        "resourceType": edition.consent.type,
        "interactions": list(edition.interactions),
        "patient": {
            "element": "patient",
            "reference": edition.patient.reference_to(EXAMPLE_NHS_NUMBER),
            "pattern": edition.patient.pattern,
            "checkDigitInvariant": edition.patient.check_digit_invariant,
        },
        "status": {
            "optedOut": edition.status.opted_out,
            "sharing": edition.status.sharing,
        },
        "purposes": [coding.model_dump() for coding in edition.purpose_codings()],
        "identity": {
            "unique": edition.identity.id,
            "parameters": [parameter.code for parameter in edition.identity.parameters],
        },
        "search": {
            "parameters": {
                name: {"type": parameter.type, "identity": parameter.identity}
                for name, parameter in edition.search.parameters.items()
            },
            "oneOf": list(edition.search.one_of),
        },
        "history": history
        and {"by": history.by, "version": history.version, "filters": list(history.filters)},
        "outcome": {"profile": edition.structure(edition.outcome).url, "system": codes.url},
        "errors": {
            situation: {
                "status": entry.status,
                "severity": entry.severity,
                "issue": entry.issue,
                "code": entry.code,
                "display": codes.concepts[entry.code],
            }
            for situation, entry in sorted(edition.errors.items())
        },
        "capabilityStatement": f"{edition.capability.id}-served",
        "cors": edition.capability.cors,
        "conformance": _conformance(edition.conformance),
        "audit": _audit(edition.audit),
    }


def _conformance(conformance: Conformance) -> dict[str, Any]:
    return {
        "types": list(conformance.types),
        "interactions": list(conformance.interactions),
        "search": list(conformance.search),
        "operations": [
            {
                "name": operation.name,
                "type": operation.type,
                "levels": list(operation.levels),
                "methods": list(operation.methods),
                "parameters": list(operation.parameters),
                "bodyParameters": list(operation.body_parameters),
            }
            for operation in conformance.operations
        ],
    }


def _audit(audit: Audit) -> dict[str, Any]:
    return {
        "headers": audit.headers.model_dump(by_alias=True),
        "interactionIds": audit.interaction_ids and audit.interaction_ids.model_dump(),
        "lifetime": audit.lifetime,
        "claims": {
            name: {
                "required": claim.required,
                "form": claim.form,
                "oneOf": list(claim.one_of),
                "setting": claim.setting,
                "sameAs": list(claim.same_as),
                "scopes": claim.scopes,
                "system": claim.system,
                "value": claim.value,
                "header": claim.header,
                "names": claim.names,
                "bounds": claim.bounds,
            }
            for name, claim in audit.claims.items()
        },
    }
