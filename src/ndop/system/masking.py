"""Messages without the numbers of patients.

A number is masked if it has nine digits or more: an NHS number has ten, the tenth follows from the
nine before it, and a mistyped one may have more. It may be grouped 3-3-4, percent-encoded, or in
digits of any script. The server does the same in Java (`ndop.fhir.masking`).
"""

from __future__ import annotations

import re
from collections.abc import Collection

#: Stands in place of a number.
MASK = "…"

_DIGIT = (
    r"(?:\d|%(?:25){0,2}3[0-9]|\\{1,4}u003[0-9]|&#(?:0{0,5}(?:4[89]|5[0-7])|[xX]0{0,5}3[0-9]);)"
)
_SEPARATOR = (
    r"(?:[ \t\xa0\xad\u2000-\u200b\u202f\u2010-\u2015\u2212._/+-]"
    r"|%(?:25){0,2}(?:20|2[dD]|C2%A0)|\\{1,4}u00[aA]0|&nbsp;){0,3}"
)
_UUID = r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z-])"
_NUMBER = re.compile(
    rf"(?P<uuid>{_UUID})|(?P<run>{_DIGIT}{{9,}})"
    rf"|(?<!\d){_DIGIT}{{3}}{_SEPARATOR}{_DIGIT}{{3}}{_SEPARATOR}{_DIGIT}{{4,5}}(?!{_DIGIT})"
)


def mask_numbers(text: str, published: Collection[str] = (), least: int = 9) -> str:
    """The text without numbers of `least` digits or more, at least nine, that could be a patient's.

    UUIDs stay, and so do the numbers that are `published`, such as the codes of an edition.
    """

    def replacement(found: re.Match[str]) -> str:
        run = found["run"]
        return found[0] if found["uuid"] or run in published or _is_short(run, least) else MASK

    return _NUMBER.sub(replacement, text)


def _is_short(run: str | None, least: int) -> bool:
    return run is not None and run.isdigit() and len(run) < least
