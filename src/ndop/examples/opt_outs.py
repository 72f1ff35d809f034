"""Consents as clients send them: an opt-out and its withdrawal for each channel, each person who
can decide, and each purpose.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from ndop.consents import Draft, draft, preference, with_id
from ndop.editions import Coding, Edition
from ndop.examples.model import BASE_URL, Example, Request

OPTED_OUT = "2026-01-31T09:30:00+00:00"
WITHDRAWN = "2026-03-14T15:00:00+00:00"


def opt_outs(edition: Edition, patients: Iterator[str]) -> Iterator[Example]:
    """The Consents of an edition: one patient for each channel and each person who can decide."""
    for channel in edition.channel_codings():
        for role in (None, *edition.proxy_codings()):
            nhs_number = next(patients)
            for purpose in edition.purpose_codings():
                yield from _opt_out_and_withdrawal(edition, nhs_number, channel, role, purpose)
    for name in edition.samples:
        yield Example(
            name=f"sample-{name}",
            kind="sample",
            shows=f"The sample '{name}' of the edition",
            category=f"sample {name}",
            resource=draft(edition, next(patients), sample=name),
            request=Request("POST", edition.consent.type),
            status=201,
        )


def fixed_id(edition: Edition, name: str) -> str:
    """The id of an example, which is always the same: a UUID derived from edition and name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{BASE_URL}/{edition.id}/{name}"))


def _opt_out_and_withdrawal(
    edition: Edition, nhs_number: str, channel: Coding, role: Coding | None, purpose: Coding
) -> Iterator[Example]:
    decided_by = "patient" if role is None else "proxy"
    person = decided_by if role is None else role.code.lower()
    topic = [purpose.code.lower()] if len(edition.purposes) > 1 else []
    stem = "-".join([channel.code.lower(), person, *topic])
    details = (
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
        shows=f"Opting out ({details})",
        category=f"opt-out by {decided_by}",
        resource=consent(opted_out=True, date_time=OPTED_OUT),
        request=Request("POST", resource_type),
        status=201,
    )
    consent_id = fixed_id(edition, stem)
    withdrawal = consent(opted_out=False, date_time=WITHDRAWN)
    yield Example(
        name=f"{stem}-change-of-mind",
        kind="change",
        shows=f"Withdrawing the opt-out ({details})",
        category=f"change by {decided_by}",
        resource=with_id(withdrawal, consent_id),
        request=Request("PUT", f"{resource_type}/{consent_id}"),
        status=200,
    )
