from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ndop.consents import nhs_numbers

NINE_DIGITS = st.from_regex(r"[0-9]{9}", fullmatch=True)


@pytest.mark.parametrize("number", ["4505577104", "9434765919", "9000000009"])
def test_valid_check_digits(number: str) -> None:
    assert nhs_numbers.has_valid_check_digit(number)


@pytest.mark.parametrize(
    "number",
    ["6105551234", "6101231234", "6105551233", "4102224455", "450557710", "450557710X", ""],
)
def test_invalid_numbers(number: str) -> None:
    assert not nhs_numbers.has_valid_check_digit(number)


@given(NINE_DIGITS)
def test_exactly_one_or_no_check_digit_fits(first_nine: str) -> None:
    fitting = [
        digit for digit in range(10) if nhs_numbers.has_valid_check_digit(f"{first_nine}{digit}")
    ]
    expected = nhs_numbers.check_digit(first_nine)
    assert fitting == ([] if expected is None else [expected])


@given(NINE_DIGITS, st.integers(0, 8), st.integers(1, 9))
def test_a_changed_digit_is_noticed(first_nine: str, place: int, by: int) -> None:
    digit = nhs_numbers.check_digit(first_nine)
    if digit is None:
        return
    changed = str((int(first_nine[place]) + by) % 10)
    other = first_nine[:place] + changed + first_nine[place + 1 :]
    assert not nhs_numbers.has_valid_check_digit(f"{other}{digit}")


def test_synthetic_numbers_are_of_the_test_range_and_never_the_same() -> None:
    numbers = list(islice(nhs_numbers.synthetic(), 500))
    assert len(set(numbers)) == 500
    assert all(number.startswith("999") for number in numbers)
    assert all(map(nhs_numbers.has_valid_check_digit, numbers))


def test_a_seed_repeats_the_sequence() -> None:
    assert list(islice(nhs_numbers.synthetic(7), 20)) == list(islice(nhs_numbers.synthetic(7), 20))
    assert list(islice(nhs_numbers.synthetic(7), 20)) != list(islice(nhs_numbers.synthetic(8), 20))
