"""One Consent from what a person asks for in words: `ndop examples new`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from ndop.consents import Draft, preference
from ndop.consents.nhs_numbers import is_well_formed
from ndop.editions import Coding, Edition
from ndop.system.errors import ConsentError

_DATE_TIME = re.compile(r"[0-9-]{10}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")


def consent_asked_for(
    edition: Edition,
    *,
    nhs_number: str,
    channel: str,
    purpose: str | None = None,
    role: str | None = None,
    opted_out: bool = True,
    date_time: str,
) -> Draft:
    """The Consent of a patient, by the codes or displays of channel, purpose and proxy role.

    `purpose` may be left out where the edition asks a single question, `role` where the patient
    decided. Raises ConsentError, which names what the edition has.
    """
    if not is_well_formed(nhs_number):
        raise ConsentError(
            "NHS number: expected ten digits without blanks or hyphens, "
            f"found {len(nhs_number)} characters."
        )
    purposes = edition.purpose_codings()
    if purpose is None and len(purposes) > 1:
        raise ConsentError(f"purpose: expected one of {_listed(purposes)}; found none.")
    roles = edition.proxy_codings()
    if role is not None and not roles:
        raise ConsentError(
            f"role: the edition {edition.id} has no roles of proxies; found {role!r}."
        )
    return preference(
        edition,
        nhs_number,
        opted_out=opted_out,
        channel=_named("channel", channel, edition.channel_codings()),
        role=None if role is None else _named("role", role, roles),
        purpose=purposes[0] if purpose is None else _named("purpose", purpose, purposes),
        date_time=_point_in_time(date_time),
    )


def _named(what: str, asked: str, codings: Sequence[Coding]) -> Coding:
    """The coding with this code or display, in upper or lower case."""
    sought = asked.strip().rstrip(".").casefold()
    for coding in codings:
        if sought in (coding.code.casefold(), coding.display.rstrip(".").casefold()):
            return coding
    raise ConsentError(f"{what}: expected one of {_listed(codings)}; found {asked!r}.")


def _listed(codings: Sequence[Coding]) -> str:
    return ", ".join(f"{coding.code} ({coding.display.rstrip('.')})" for coding in codings)


def _point_in_time(text: str) -> str:
    """`text` where it is a date and time with a zone (NDOP-029 to NDOP-031)."""
    try:
        datetime.fromisoformat(text)
        written = _DATE_TIME.fullmatch(text)
    except ValueError:
        written = None
    if written is None:
        raise ConsentError(
            "date-time: expected date, time and zone as in 2026-01-31T09:30:00+00:00; "
            f"found {text!r}."
        )
    return text
