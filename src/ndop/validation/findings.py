"""What is said of a resource, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a resource, or worth knowing.

    `line` and `column` count from 1 and are None where there is no text to point at. `path` is
    the element, as a FHIRPath such as `Consent.purpose[0]`. `rule` is the key of a broken
    invariant or the validator's name for the rule. `requirement` is a row of the register of
    requirements, `code` the Spine code that a server of the edition would answer; a warning has
    none. NHS numbers in `found` are cut out.
    """

    severity: Severity
    message: str
    file: str = ""
    line: int | None = None
    column: int | None = None
    path: str = ""
    rule: str = ""
    expected: str = ""
    found: str = ""
    requirement: str | None = None
    code: str | None = None

    @property
    def invalidates(self) -> bool:
        """Whether it makes the resource invalid."""
        return self.severity in ("fatal", "error")


@dataclass(frozen=True, slots=True)
class Result:
    """All that is said of one resource, or of an input in which none could be found.

    `file` is as it was given, `-` for standard input, empty for an object of Python. `entry` is
    the way to the resource inside a Bundle, such as `entry[3]`. Where `checked` is False, the
    input could not be checked at all.
    """

    file: str
    line: int
    entry: str
    findings: tuple[Finding, ...]
    checked: bool = True

    @property
    def valid(self) -> bool:
        """Whether a server of the edition would accept the resource."""
        return self.checked and not any(finding.invalidates for finding in self.findings)
