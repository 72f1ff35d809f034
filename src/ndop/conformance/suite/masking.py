"""Masks what no report may show: credentials, certificates and NHS numbers of real people.

A header is secret by its name; a token is secret wherever it appears, including in the server's
answers. NHS numbers in the synthetic range are shown; all others are masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ndop.consents.nhs_numbers import has_valid_check_digit, is_synthetic

#: Replaces a secret.
STARS = "***"
NUMBER_STARS = "**********"

_SECRET_NAME = re.compile(
    r"authori[sz]ation|cookie|token|secret|password|credential|session|signature"
    r"|api-?key|(^|[-_])key$|(^|[-_])cert(ificate)?([-_]|$)|-ssl-|^ssl-",
    re.IGNORECASE,
)
_SECRET_TEXTS = (
    # A certificate or key, even one that is cut off.
    re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"),  # a JSON web token
    re.compile(r"(?<=\bBearer )[\w.~+/=-]{8,}|(?<=\bBasic )[A-Za-z0-9+/=]{8,}", re.IGNORECASE),
    re.compile(r"(?<=://)[^/\s@\"'<>]+(?=@)"),  # user and password of a URL
)
#: An id, in which ten digits are not an NHS number.
UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])"
)
#: Ten digits, perhaps in groups of 3, 3 and 4, perhaps after a percent-encoded character.
_TEN_DIGITS = re.compile(
    UUID.pattern + r"|"
    r"(?:(?<!\d)|(?<=%[0-9A-Fa-f]{2}))(\d{3})(?:[ +-]|%20)?(\d{3})(?:[ +-]|%20)?(\d{4})(?!\d)"
)
#: What comes before the number of a patient, even one with a wrong check digit.
_OF_A_PATIENT = re.compile(r"(?:Patient(?:/|%2F)|nhs-number(?:\||%7C))$", re.IGNORECASE)
#: A shorter one is too likely to be part of something else.
_SHORTEST_SECRET = 6


def is_secret_header(name: str) -> bool:
    """Whether a header of this name has a value that is never shown."""
    return _SECRET_NAME.search(name) is not None


class Mask:
    """Replaces secrets by stars; `secrets` are values to mask wherever they occur."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        longest_first = sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len)[::-1]
        self._secrets = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def text(self, text: str) -> str:
        """The text without secrets, NHS numbers of real people and what UTF-8 cannot encode."""
        text = self._secrets.sub(STARS, text.encode(errors="replace").decode())
        for secret in _SECRET_TEXTS:
            text = secret.sub(STARS, text)
        return _TEN_DIGITS.sub(_shown_number, text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers, those with a secret name without their value."""
        return {
            name: STARS if is_secret_header(name) else self.text(value)
            for name, value in headers.items()
        }

    def data(self, value: Any) -> Any:
        """JSON data with every string in it masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.data(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(item) for item in value]
        return value


def _shown_number(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[0]
    number = "".join(found.groups())
    before = found.string[max(0, found.start() - 16) : found.start()]
    real = has_valid_check_digit(number) or _OF_A_PATIENT.search(before) is not None
    return NUMBER_STARS if real and not is_synthetic(number) else found[0]
