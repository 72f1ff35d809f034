"""Patients to begin with: those whom a server has no Consent of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx

from ndop.editions import Edition

#: More than chance explains, on a server that knows a tenth of the test range.
MAX_TRIES = 20


def first_without_consent(
    numbers: Iterator[str],
    edition: Edition,
    search: Callable[[str], httpx.Response],
    *,
    max_tries: int | None = MAX_TRIES,
) -> str | None:
    """The first of the NHS numbers that the server has no Consent of; None where there is none.

    `search` asks the server for the Consents of a patient, by reference. What does not answer
    that, or finds somebody of everybody, shall not hold anyone up: after `max_tries` the number
    is given all the same.
    """
    for tries, nhs_number in enumerate(numbers, 1):
        answer = search(edition.patient.reference_to(nhs_number))
        found = answer.status_code == httpx.codes.OK and '"entry"' in answer.text
        if not found or tries == max_tries:
            return nhs_number
    return None
