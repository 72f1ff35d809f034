"""What reports may not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ndop.conformance.suite.masking import NUMBER_STARS, STARS, Mask
from ndop.consents.nhs_numbers import check_digit

#: A valid number that is not of the test range: the one that NHS documents have as an example.
REAL = "9434765919"


@pytest.mark.parametrize(
    "text",
    [
        REAL,
        f"https://example.org/Patient/{REAL}",
        f"patient=https%3A%2F%2Fexample.org%2FPatient%2F{REAL}&x=1",
        f"the%20number%20{REAL}",
        f'{{"value":"{REAL}"}}',
        "943 476 5919",
        "943-476-5919",
        "943%20476%205919",
        "Patient/9434765910",  # a slip of the pen, and still somebody's
        "nhs-number|9434765910",
    ],
)
def test_numbers_of_real_people_are_masked(text: str) -> None:
    masked = Mask().text(text)
    assert NUMBER_STARS in masked
    assert "4765" not in masked
    assert "5919" not in masked


@pytest.mark.parametrize(
    "text", ["9990000018", "Patient/9990000018", "Patient/9990000019", "370856009", "1769854200123"]
)
def test_synthetic_numbers_and_other_digits_are_shown(text: str) -> None:
    assert Mask().text(text) == text


@pytest.mark.parametrize(
    "uuid",
    [
        "3a943476-5919-4de9-a830-c5e4634188d1",
        "0b7d1c2e-94ab-4347-6591-9434765919ab",
        "0B7D1C2E-94AB-4347-8591-A9434765919F",
    ],
)
def test_ids_are_shown(uuid: str) -> None:
    """They may hold the digits of somebody's number."""
    for text in (uuid, f"GET /Consent/{uuid}/_history/1", f'"id": "{uuid}"'):
        assert Mask().text(text) == text
    assert NUMBER_STARS in Mask().text(f"{REAL}-1234-1234-1234-123412341234")


@given(st.from_regex(r"[0-8][0-9]{8}", fullmatch=True), st.sampled_from(["", "/", "=", "%3D", "x"]))
def test_every_number_outside_the_range_is_masked(first_nine: str, before: str) -> None:
    digit = check_digit(first_nine)
    if digit is not None:
        assert Mask().text(f"{before}{first_nine}{digit}") == before + NUMBER_STARS


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"),
        *("X-Api-Key", "X-SSL-Client-Cert", "Client-Certificate", "X-Auth-Token", "X-Session-Id"),
    ],
)
def test_headers_that_are_secret_by_their_name(name: str) -> None:
    assert Mask().headers({name: "x"}) == {name: STARS}


@pytest.mark.parametrize(
    "name", ["Content-Type", "ETag", "Keep-Alive", "From-ASID", "X-Request-Id"]
)
def test_headers_that_are_shown(name: str) -> None:
    assert Mask().headers({name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("you sent tok-12345 twice: tok-12345", "you sent *** twice: ***"),
        ("Bearer abcdefgh12", "Bearer ***"),
        ("eyJhbGciOiJub25l.eyJzdWIiOiJ4In0.sig", "***"),
        ("https://me:secret@example.org/fhir", "https://***@example.org/fhir"),
        ("a -----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY----- b", "a *** b"),
        ("a -----BEGIN CERTIFICATE-----\nMIIB", "a ***"),
    ],
)
def test_secrets_in_a_text(text: str, masked: str) -> None:
    assert Mask(["tok-12345"]).text(text) == masked


def test_a_secret_that_has_another_in_it() -> None:
    assert Mask(["abcdef", "abcdefgh"]).text("abcdefgh abcdef") == "*** ***"


def test_data_is_masked_to_its_leaves() -> None:
    assert Mask().data({"a": [REAL, {"b": REAL}], "c": 1}) == {
        "a": [NUMBER_STARS, {"b": NUMBER_STARS}],
        "c": 1,
    }


def test_half_a_character_of_a_server_does_no_harm() -> None:
    assert Mask().text("a\ud800b") == "a?b"
