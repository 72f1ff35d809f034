"""No message repeats a number that could be a patient's."""

from __future__ import annotations

import pytest

from ndop.system.masking import mask_numbers
from tests.growth import grows_with_length

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
    "9-9-9-0-0-0-0-0-1-8",
    "9 9 9 0 0 0 0 0 1 8",
    "9990 000 018",
    "999 0000 018",
    "9 990000018",
    "999000001 8",
    "99 90 00 00 18",
    "999:000:0018",
    "999,000,0018",
    "999|000(0018",
    "999     000     0018",
    "999\u2060000\ufeff0018",
    "999\n000\r\n0018",
    "999%2C000%E2%81%A00018",
    "999\\n000\\u20600018",
    "999&comma;000&#44;0018",
    "999%2B000%2B0018",
    "999%3A000%253a0018",
    "9990%20%20000%5F018",
    "%39990-000:0%31%38",
    "&#57;99&#x30;-000-018",
    "\\u00399-90-00-00-18",
    "９９-9-0-0-0-0-0-1-8",  # noqa: RUF001
]
KEPT = [
    "3f2504e0-4f89-41d3-9a0c-030512345678",
    "12 3f2504e0-4f89-41d3-9a0c-030512345678 34",
    "2026-11-26 19:05:24.123 192.168.100.200:8080",
    "2026-11-26T19:05:24+01:00 and 2026-11-26T19:05:24.123456Z",
    "2026-11-26 19, 2026/11/26 19:05, 26.11.2026 19:05 and 26/11/2026 19:05:24,123 +0100",
    "[26/Nov/2026:19:05:24 +0000] 127.0.0.1:8080 192.168.10.20. 192.168.10.28 10.10.10.140:81",
    "HAPI 8.8.0, HAPI-0389: HAPI-1094 12 34, Java 17.0.16+8-1, PostgreSQL 15.14-0+deb12u1",
    "9990 000 019 has no check digit",
    "line 1234, column 12345678",
]
AMONG_OTHERS = {
    "9990 000 018 and 9990-000-018": "… and …",
    "2026-11-26 10:00:00.123 9-9-9-0-0-0-0-0-1-8": "2026-11-26 10:00:00.123 …",
    "line 3: 9990 000 018: 12": "line 3: …: 12",
    "9990 000 018 9990 000 018": "… …",
    "12 999 000 0019": "12 …",
    "10.20.30.40:8080 9990 000 018": "10.20.30.40:8080 …",
}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_masked(number: str) -> None:
    assert mask_numbers(f"found 'Patient/{number}' here") == "found 'Patient/…' here"


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_number_of_a_patient_stays(text: str) -> None:
    assert mask_numbers(text) == text


@pytest.mark.parametrize("text", AMONG_OTHERS)
def test_groups_are_found_among_other_numbers(text: str) -> None:
    assert mask_numbers(text) == AMONG_OTHERS[text]


def test_published_codes_stay() -> None:
    text = "expected 370856009, found 370856008 and 3708560090"
    assert mask_numbers(text, {"370856009"}) == "expected 370856009, found … and …"
    with_check_digit = "expected 370856009 4"
    assert mask_numbers(with_check_digit, least=10) == "expected …"
    assert mask_numbers(with_check_digit, {"370856009"}) == with_check_digit


def test_paths_stay_and_numbers_elsewhere_do_not() -> None:
    path = "/tmp/of-root/1700000000123"
    text = f"{path}/9990000018 or 1700000000123 or {path}: {path}4, /x{path}"
    assert mask_numbers(text, paths=[path]) == (
        f"{path}/… or … or {path}: /tmp/of-root/…, /x/tmp/of-root/…"
    )
    for bare in ("9990000018", "999 000 0018"):
        assert mask_numbers(f"found {bare}", paths=[bare]) == "found …"
    named = "numbers/9990000018.dat"
    assert mask_numbers(f"{named}: 9990000018", paths=[named, "", "."]) == f"{named}: …"


@pytest.mark.parametrize("piece", ["1", "1 ", "9-9-", "1:", "999 000 ", "%31%20", "19:05:24 "])
def test_time_grows_with_the_length(piece: str) -> None:
    assert grows_with_length(lambda length: mask_numbers(piece * (length // len(piece))))
