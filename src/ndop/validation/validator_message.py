"""The messages of HL7's validator, taken apart: the element, what was expected and found."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ndop.java import toolkit

_CARDINALITY = re.compile(
    r"(?P<element>\S+): (?P<kind>minimum required|max allowed) = (?P<bound>\S+), "
    r"but (?:only )?found (?P<found>\d+)"
)
_SLICE = re.compile(
    r"Slice '(?P<element>[^']+)'(?: for extension '(?P<url>[^']+)')?: "
    r"a matching slice is required, but not found"
)
_PROFILE = re.compile(r"\(from ([^|)]+)")
#: A message about an element that FHIR does not have.
UNKNOWN_ELEMENT = re.compile(r"(?:Unrecognized property|Undefined element) '(?P<name>[^']+)'")
DUPLICATE_PROPERTY = re.compile(r"The JSON property '(?P<name>[^']+)' is a duplicate")
#: How the message ids about codes begin.
_TERMINOLOGY = "Terminology_"
#: The id of a message that repeats another one at the same element, with fewer details.
_TERMINOLOGY_SUMMARY = "Terminology_PassThrough_TX_Message"


@dataclass(frozen=True, slots=True)
class ValidatorMessage:
    """What HL7's validator reports, and the element that it concerns.

    `element` and `profile` are the element id and the canonical URL of the profile that the
    message names; `message`, `expected` and `found` are empty where the validator's own words
    have to do.
    """

    finding: toolkit.Finding
    path: str
    element: str = ""
    profile: str = ""
    message: str = ""
    expected: str = ""
    found: str = ""

    @property
    def is_about_codes(self) -> bool:
        """Whether a code, or a value set, is the matter."""
        return self.finding.rule.startswith(_TERMINOLOGY)

    @property
    def is_summary(self) -> bool:
        """Whether it may only repeat what another message says."""
        return self.finding.rule == _TERMINOLOGY_SUMMARY


def parse_message(finding: toolkit.Finding) -> ValidatorMessage:
    """Take a message of the validator apart."""
    path = to_fhirpath(finding.path)
    profile = _PROFILE.search(finding.message)
    profile_url = profile[1] if profile else ""
    if match := _CARDINALITY.match(finding.message):
        is_minimum, found = match["kind"] == "minimum required", match["found"]
        expected = f"{'at least' if is_minimum else 'at most'} {match['bound']}"
        message = f"expected {expected}, found {found}"
        if found == "0":
            message = "is missing"
        elif match["bound"] == "0":
            expected, message = "none", "is not allowed"
        child = _child_path(path, match["element"])
        return ValidatorMessage(
            finding, child, match["element"], profile_url, message, expected, found
        )
    if match := _SLICE.match(finding.message):
        message, expected = "is missing", "at least 1"
        if match["url"]:
            message, expected = f"the extension {match['url']} is missing", match["url"]
        child = _child_path(path, match["element"])
        return ValidatorMessage(
            finding, child, match["element"], profile_url, message, expected, "none"
        )
    if match := DUPLICATE_PROPERTY.match(finding.message):
        message = f"the name {match['name']!r} stands twice in its object"
        child = f"{path}.{match['name']}"
        return ValidatorMessage(finding, child, "", "", message, "each name once", "a second one")
    return ValidatorMessage(finding, path)


def without_repetitions(messages: list[ValidatorMessage]) -> list[ValidatorMessage]:
    """The messages without the summaries of others at the same element."""
    detailed = {
        (one.path, one.finding.invalidates)
        for one in messages
        if one.is_about_codes and not one.is_summary
    }
    return [
        one
        for one in messages
        if not one.is_summary or (one.path, one.finding.invalidates) not in detailed
    ]


def to_fhirpath(path: str) -> str:
    """A path of the validator as FHIRPath; for XML it sometimes gives an XPath."""
    return path.removeprefix("/f:").replace("/f:", ".").strip("$")


def _child_path(path: str, element_id: str) -> str:
    """The path of the child that an element id ends with."""
    return f"{path}.{element_id.rpartition('.')[2].partition(':')[0]}"
