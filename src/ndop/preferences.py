"""Setting a preference the way the specification asks clients to: search first, then create or
update what was found (NDOP-093).
"""

from __future__ import annotations

from typing import Any

from fhirpy import SyncFHIRClient
from fhirpy.lib import SyncFHIRResource

from ndop.consents import draft
from ndop.editions import Coding, Edition


def set_preference(
    fhir: SyncFHIRClient,
    edition: Edition,
    nhs_number: str,
    *,
    opted_out: bool,
    purpose: Coding | None = None,
    sample: str = "minimal",
) -> SyncFHIRResource:
    """Store whether a patient opts out, and return the Consent as the server has it.

    A patient who has a Consent for the purpose keeps it, with the new status. Raises fhirpy's
    errors where the server refuses.
    """
    status = edition.status.opted_out if opted_out else edition.status.sharing
    found = find_preference(fhir, edition, nhs_number, purpose=purpose)
    data = draft(edition, nhs_number, sample=sample, purpose=purpose, status=status)
    if found is not None:
        data["id"] = found.id
    consent = fhir.resource("Consent", **data)
    consent.save()
    return consent


def find_preference(
    fhir: SyncFHIRClient, edition: Edition, nhs_number: str, *, purpose: Coding | None = None
) -> SyncFHIRResource | None:
    """The Consent of a patient for a purpose, by default the edition's first, or None."""
    code = (purpose or edition.purpose_codings()[0]).code
    reference = edition.patient.reference_to(nhs_number)
    consents: list[Any] = fhir.resources("Consent").search(patient=reference).fetch()
    if len(edition.purposes) == 1:
        return consents[0] if consents else None
    of_purpose = [one for one in consents if any(p["code"] == code for p in one["purpose"])]
    return of_purpose[0] if of_purpose else None
