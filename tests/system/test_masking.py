"""No message repeats a number that could be a patient's."""

from __future__ import annotations

import pytest

from ndop.system.masking import mask_numbers

NUMBERS = [
    "9990000018",
    "999 000 0018",
    "999-000-0018",
    "999%20000%200018",
    "%39%39%39%30%30%30%30%30%31%38",
    "%2539990000018",
    "&#57;&#x39;90000018",
    "\\u0039990000018",
    "９９９００００１８９",  # noqa: RUF001
    "99900000189",
    "999000001",
    "1732647924123",
]
KEPT = [
    "3f2504e0-4f89-41d3-9a0c-030512345678",
    "2026-11-26 19:05:24.123 192.168.100.200:8080",
    "line 1234, column 12345678",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_masked(number: str) -> None:
    assert mask_numbers(f"found 'Patient/{number}' here") == "found 'Patient/…' here"


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_number_of_a_patient_stays(text: str) -> None:
    assert mask_numbers(text) == text


def test_published_codes_stay() -> None:
    text = "expected 370856009, found 370856008 and 3708560090"
    assert mask_numbers(text, {"370856009"}) == "expected 370856009, found … and …"
