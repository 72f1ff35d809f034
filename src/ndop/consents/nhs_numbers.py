"""NHS numbers: the check digit, and synthetic numbers for tests.

An NHS number has ten digits. The last is a modulus 11 check digit: the nine before it are
weighted 10 to 2, and 11 minus the sum modulo 11 is the check digit (11 counts as 0; where it
would be 10 the number is never issued). Numbers that begin with 999 are for tests only.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

#: A synthetic number, for documentation.
EXAMPLE_NHS_NUMBER = "9990000018"

_TEST_PREFIX = "999"
_FORM = re.compile(r"[0-9]{10}")


def is_well_formed(text: str) -> bool:
    """Whether `text` is ten digits (NDOP-022)."""
    return _FORM.fullmatch(text) is not None


def check_digit(first_nine: str) -> int | None:
    """The check digit of nine digits, or None if no number that begins with them is ever issued."""
    weighted = sum(
        int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True)
    )
    digit = 11 - weighted % 11
    return {10: None, 11: 0}.get(digit, digit)


def has_valid_check_digit(nhs_number: str) -> bool:
    """Whether the tenth digit is the check digit of the first nine (NDOP-024)."""
    return is_well_formed(nhs_number) and check_digit(nhs_number[:9]) == int(nhs_number[9])


def is_synthetic(nhs_number: str) -> bool:
    """Whether a number is in the range reserved for tests, whatever its check digit."""
    return is_well_formed(nhs_number) and nhs_number.startswith(_TEST_PREFIX)


def synthetic(seed: int | None = None, *, share: int = 0, shares: int = 1) -> Iterator[str]:
    """Numbers of the test range with valid check digits, each at most once.

    With a seed the sequence is always the same; without one it differs from run to run, so that
    runs against the same server do not share patients. Nor do processes that each take a different
    `share` of the same number of `shares`.
    """
    source = random.Random(seed) if seed is not None else random.SystemRandom()  # noqa: S311
    given: set[str] = set()
    while True:
        first_nine = f"{_TEST_PREFIX}{source.randrange(10**6):06d}"
        digit = check_digit(first_nine)
        if digit is None or first_nine in given or int(first_nine) % shares != share:
            continue
        given.add(first_nine)
        yield f"{first_nine}{digit}"
