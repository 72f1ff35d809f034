"""Patients for whom a server has no Consent yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx

from ndop.editions import Edition

#: So many hits in a row are not chance, even if the server knows a tenth of the test range.
MAX_TRIES = 20


def first_without_consent(
    numbers: Iterator[str],
    edition: Edition,
    search: Callable[[str], httpx.Response],
    *,
    max_tries: int | None = MAX_TRIES,
) -> str | None:
    """The first NHS number for which the server has no Consent; None if there is none.

    `search` asks the server for the Consents of a patient, by reference. A server that does not
    answer, or claims to have a Consent for everybody, does not block the caller: after `max_tries`
    numbers the last one is returned regardless.
    """
    for tries, nhs_number in enumerate(numbers, 1):
        answer = search(edition.patient.reference_to(nhs_number))
        found = answer.status_code == httpx.codes.OK and '"entry"' in answer.text
        if not found or tries == max_tries:
            return nhs_number
    return None
