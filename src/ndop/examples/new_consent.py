"""A Consent from the arguments of `ndop examples new`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from ndop.consents import Draft, preference
from ndop.consents.nhs_numbers import is_well_formed
from ndop.editions import Coding, Edition
from ndop.system.errors import ConsentError

_DATE_TIME = re.compile(r"[0-9-]{10}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")


def new_consent(
    edition: Edition,
    *,
    nhs_number: str,
    channel: str,
    purpose: str | None = None,
    role: str | None = None,
    opted_out: bool = True,
    date_time: str,
) -> Draft:
    """The Consent of a patient. Channel, purpose and proxy role are codes or displays.

    `purpose` may be omitted if the edition asks a single question, `role` if the patient decided.
    Raises ConsentError for a value that the edition does not have; the text lists those it has.
    """
    if not is_well_formed(nhs_number):
        raise ConsentError(
            "NHS number: expected ten digits without blanks or hyphens, "
            f"found {len(nhs_number)} characters."
        )
    purposes = edition.purpose_codings()
    if purpose is None and len(purposes) > 1:
        raise ConsentError(f"purpose: expected one of {_list_codings(purposes)}; found none.")
    roles = edition.proxy_codings()
    if role is not None and not roles:
        raise ConsentError(
            f"role: the edition {edition.id} has no roles of proxies; found {role!r}."
        )
    return preference(
        edition,
        nhs_number,
        opted_out=opted_out,
        channel=_coding_for("channel", channel, edition.channel_codings()),
        role=None if role is None else _coding_for("role", role, roles),
        purpose=purposes[0] if purpose is None else _coding_for("purpose", purpose, purposes),
        date_time=_checked_date_time(date_time),
    )


def _coding_for(argument: str, value: str, codings: Sequence[Coding]) -> Coding:
    """The coding with this code or display, ignoring case and a final full stop."""
    wanted = value.strip().rstrip(".").casefold()
    for coding in codings:
        if wanted in (coding.code.casefold(), coding.display.rstrip(".").casefold()):
            return coding
    raise ConsentError(f"{argument}: expected one of {_list_codings(codings)}; found {value!r}.")


def _list_codings(codings: Sequence[Coding]) -> str:
    return ", ".join(f"{coding.code} ({coding.display.rstrip('.')})" for coding in codings)


def _checked_date_time(text: str) -> str:
    """`text`, which must be a date and time with a zone (NDOP-029 to NDOP-031)."""
    try:
        datetime.fromisoformat(text)
        match = _DATE_TIME.fullmatch(text)
    except ValueError:
        match = None
    if match is None:
        raise ConsentError(
            "date-time: expected date, time and zone as in 2026-01-31T09:30:00+00:00; "
            f"found {text!r}."
        )
    return text
