from __future__ import annotations

from itertools import count, islice

import httpx
import pytest

from ndop.consents.nhs_numbers import synthetic
from ndop.consents.patients import MAX_TRIES, first_without_consent
from ndop.editions import Edition

NUMBERS = list(islice(synthetic(3), MAX_TRIES + 2))
FOUND = httpx.Response(200, json={"total": 1, "entry": [{}]})
NOTHING = httpx.Response(200, json={"total": 0})


def test_a_patient_with_a_consent_is_passed_over(edition: Edition) -> None:
    known = {edition.patient.reference_to(number) for number in NUMBERS[:2]}
    numbers = iter(NUMBERS)
    given = first_without_consent(
        numbers, edition, lambda reference: FOUND if reference in known else NOTHING
    )
    assert given == NUMBERS[2]
    assert next(numbers) == NUMBERS[3]


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_a_refusal_is_no_consent(edition: Edition, status: int) -> None:
    refusal = httpx.Response(status, text='{"entry": "none"}')
    assert first_without_consent(iter(NUMBERS), edition, lambda _: refusal) == NUMBERS[0]


def test_a_server_that_knows_everybody_holds_nobody_up(edition: Edition) -> None:
    given = first_without_consent(synthetic(3), edition, lambda _: FOUND)
    assert given == NUMBERS[MAX_TRIES - 1]


def test_of_known_patients_alone_there_is_none(edition: Edition) -> None:
    asked = count()

    def search(_reference: str) -> httpx.Response:
        next(asked)
        return FOUND

    assert first_without_consent(iter(NUMBERS), edition, search, max_tries=None) is None
    assert next(asked) == len(NUMBERS)
