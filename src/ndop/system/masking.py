"""Messages without the numbers of patients.

A number is masked if it has nine digits or more: an NHS number has ten, the tenth follows from the
nine before it, and a mistyped one may have more. It may be grouped 3-3-4, percent-encoded, or in
digits of any script. Ten digits in any other groups are masked if the tenth is a check digit: most
are something else. Dates, times, addresses of IPv4 and UUIDs stay. The server does the same in
Java (`ndop.fhir.masking`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

#: Stands in place of a number.
MASK = "…"

_LENGTH = 10
#: The weighted sum of the digits of an NHS number is a multiple of 11.
_WEIGHTS = range(_LENGTH, 0, -1)

_DIGIT_REFERENCE = r"(?:0{0,5}(?:4[89]|5[0-7])|[xX]0{0,5}3[0-9]);"
_DIGIT = rf"(?:\d|%(?:25)*+3[0-9]|\\{{1,4}}u003[0-9]|&#{_DIGIT_REFERENCE})"
_SEPARATOR = (
    r"(?:[ \t\xa0\xad\u2000-\u200b\u202f\u2010-\u2015\u2212._/+-]"
    r"|%(?:25)*+(?:2[0bBdDeEfF]|5[fF]|C2%A0)|\\{1,4}u00[aA]0|&nbsp;)"
)
#: Whatever is neither a letter nor a digit, as it is or encoded.
_ANY_SEPARATOR = (
    r"(?:[^\w%&\\]|_"
    r"|%(?:25)*+(?:[01][0-9A-Fa-f]|2[0-46-9A-Fa-f]|3[A-Fa-f]|40|5[B-Fb-f]|60|7[B-Fb-f]"
    r"|[C-Fc-f][0-9A-Fa-f](?:%(?:25)*+[89ABab][0-9A-Fa-f]){1,3})"
    r"|\\{1,4}(?:[bfnrt/\"']|u(?!003[0-9])[0-9A-Fa-f]{4})"
    rf"|&(?:[A-Za-z]{{2,8}}|#(?!{_DIGIT_REFERENCE})[xX]?[0-9A-Fa-f]{{1,7}});)"
)

_UUID = r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z-])"
_YEAR, _MONTH, _DAY = r"(?:19|20)[0-9]{2}", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
_DATE = rf"(?<!\d)(?:{_YEAR}[/.-]{_MONTH}[/.-]{_DAY}|{_DAY}[/.-]{_MONTH}[/.-]{_YEAR})(?!\d)"
_TIME = (
    r"(?<!\d)(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.,][0-9]{1,6})?"
    r"(?: ?[+-][01][0-9]:?[0-5][0-9])?(?!\d)"
)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"(?<![\d.]){_OCTET}(?:\.{_OCTET}){{3}}(?::[1-9][0-9]{{1,4}})?(?!\.?\d)"
_KEPT = rf"(?:{_UUID}|{_DATE}|{_TIME}|{_IPV4})"

_NUMBER = re.compile(
    rf"(?P<kept>{_KEPT})|(?P<run>{_DIGIT}{{9,}}+)"
    rf"|(?<!\d){_DIGIT}{{3}}{_SEPARATOR}{{0,3}}{_DIGIT}{{3}}{_SEPARATOR}{{0,3}}{_DIGIT}{{4,5}}"
    rf"(?!{_DIGIT})"
)
#: Ten digits or more, in whatever groups.
_GROUPS = re.compile(
    rf"(?P<kept>{_KEPT})|{_DIGIT}(?:{_ANY_SEPARATOR}{{0,8}}(?!{_KEPT}){_DIGIT}){{9,}}+"
)
_TOKEN = re.compile(rf"(?P<digit>{_DIGIT})|{_ANY_SEPARATOR}")


def mask_numbers(
    text: str,
    published: Collection[str] = (),
    least: int = 9,
    paths: Collection[str] = (),
) -> str:
    """The text without numbers of `least` digits or more, at least nine, that could be a patient's.

    What stays: the numbers that are `published`, such as the codes of an edition, and `paths`,
    except one that is nothing but a number.
    """
    confusing = [one for one in paths if _mask(one, (), least) not in (one, MASK)]
    if not confusing:
        return _mask(text, published, least)
    longest_first = "|".join(map(re.escape, sorted(confusing, key=len, reverse=True)))
    parts = re.split(rf"(?<!\w)({longest_first})(?!\w)", text)
    return "".join(
        part if number % 2 else _mask(part, published, least) for number, part in enumerate(parts)
    )


def _mask(text: str, published: Collection[str], least: int) -> str:

    def without_number(found: re.Match[str]) -> str:
        run = found["run"]
        return found[0] if found["kept"] or run in published or _is_short(run, least) else MASK

    def without_groups(found: re.Match[str]) -> str:
        return found[0] if found["kept"] else _without_nhs_numbers(found[0], published)

    return _NUMBER.sub(without_number, _GROUPS.sub(without_groups, text))


def _is_short(run: str | None, least: int) -> bool:
    return run is not None and run.isdigit() and len(run) < least


def _without_nhs_numbers(groups: str, published: Collection[str]) -> str:
    """Groups of digits without those that make up, together, ten digits with a check digit."""
    digits = [token for token in _TOKEN.finditer(groups) if token["digit"]]
    starts = [0]
    starts += [at for at in range(1, len(digits)) if digits[at].start() != digits[at - 1].end()]
    ends = {*starts, len(digits)}
    masked, rest = [], 0
    for first in starts:
        if first + _LENGTH not in ends:
            continue
        window = digits[first : first + _LENGTH]
        start, end = window[0].start(), window[-1].end()
        if _has_check_digit([_value(one[0]) for one in window]) and not any(
            one in groups[start:end] for one in published
        ):
            if start >= rest:  # else it overlaps the one before
                masked += [groups[rest:start], MASK]
            rest = end
    return "".join([*masked, groups[rest:]])


def _value(digit: str) -> int:
    if len(digit) == 1:
        return unicodedata.decimal(digit)
    if digit.startswith("&#"):
        code = digit[2:-1]
        return int(chr(int(code[1:], 16) if code[0] in "xX" else int(code)))
    return int(digit[-1])


def _has_check_digit(digits: list[int]) -> bool:
    """As `ndop.consents.nhs_numbers` has it, which is above this module."""
    return sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11 == 0
