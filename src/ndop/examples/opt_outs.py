"""Consents as clients send them: every channel, whoever decided, opting out and changing one's
mind, each purpose.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from ndop.consents import Draft, draft, preference
from ndop.editions import Coding, Edition
from ndop.examples.model import BASE_URL, Example, Request

OPTED_OUT = "2026-01-31T09:30:00+00:00"
CHANGED = "2026-03-14T15:00:00+00:00"


def opt_outs(edition: Edition, patients: Iterator[str]) -> Iterator[Example]:
    """The Consents of an edition, a patient for each channel and each who can decide."""
    for channel in edition.channel_codings():
        for role in (None, *edition.proxy_codings()):
            nhs_number = next(patients)
            for purpose in edition.purpose_codings():
                yield from _opting_out_and_back(edition, nhs_number, channel, role, purpose)
    for name in edition.samples:
        yield Example(
            name=f"sample-{name}",
            kind="sample",
            shows=f"The sample '{name}' of the edition",
            one_of=f"sample {name}",
            resource=draft(edition, next(patients), sample=name),
            request=Request("POST", edition.consent.type),
            status=201,
        )


def fixed_id(edition: Edition, name: str) -> str:
    """An id that an example always has: a UUID made of the edition's and the example's name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{BASE_URL}/{edition.id}/{name}"))


def _opting_out_and_back(
    edition: Edition, nhs_number: str, channel: Coding, role: Coding | None, purpose: Coding
) -> Iterator[Example]:
    decided_by = "patient" if role is None else "proxy"
    who = decided_by if role is None else role.code.lower()
    about = [purpose.code.lower()] if len(edition.purposes) > 1 else []
    stem = "-".join([channel.code.lower(), who, *about])
    by = (
        f"{'the patient' if role is None else role.display}, {channel.display.rstrip('.')}: "
        f"{purpose.display}"
    )
    resource_type = edition.consent.type

    def consent(*, opted_out: bool, date_time: str) -> Draft:
        return preference(
            edition,
            nhs_number,
            opted_out=opted_out,
            channel=channel,
            role=role,
            purpose=purpose,
            date_time=date_time,
        )

    yield Example(
        name=f"{stem}-opt-out",
        kind="opt-out",
        shows=f"Opting out ({by})",
        one_of=f"opt-out by {decided_by}",
        resource=consent(opted_out=True, date_time=OPTED_OUT),
        request=Request("POST", resource_type),
        status=201,
    )
    consent_id = fixed_id(edition, stem)
    changed = consent(opted_out=False, date_time=CHANGED)
    yield Example(
        name=f"{stem}-change-of-mind",
        kind="change",
        shows=f"Changing one's mind, no longer opted out ({by})",
        one_of=f"change by {decided_by}",
        resource={"resourceType": resource_type, "id": consent_id, **changed},
        request=Request("PUT", f"{resource_type}/{consent_id}"),
        status=200,
    )
