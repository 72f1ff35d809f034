"""What validation says about a resource, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a resource, or worth knowing about it.

    `line` and `column` count from 1; both are None if there is no text to point at. `path` is the
    element as a FHIRPath, such as `Consent.purpose[0]`. `rule` is the key of the broken invariant,
    or the validator's name for the rule. `requirement` is a row of the register of requirements,
    and `code` the Spine code that a server of the edition would answer, which a warning does not
    have. No text repeats a number that could be a patient's; `file` is the name that was given.
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
    """All findings on one resource, or on an input from which none could be read.

    `file` is the path as it was given, `-` for standard input, empty for a Python object. `entry`
    locates the resource inside a Bundle, such as `entry[3]`. `checked` is False if the input could
    not be checked at all.
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


@dataclass(slots=True)
class ResultCounts:
    """How many resources and findings there were."""

    valid: int = 0
    invalid: int = 0
    unchecked: int = 0
    errors: int = 0
    warnings: int = 0

    def add(self, result: Result) -> None:
        """Count one result."""
        self.valid += result.valid
        self.invalid += result.checked and not result.valid
        self.unchecked += not result.checked
        self.errors += sum(finding.invalidates for finding in result.findings)
        self.warnings += sum(finding.severity == "warning" for finding in result.findings)

    def __str__(self) -> str:
        parts = [f"{self.valid} valid", f"{self.invalid} invalid"]
        if self.unchecked:
            parts.append(f"{self.unchecked} could not be checked")
        return f"{', '.join(parts)}; errors: {self.errors}, warnings: {self.warnings}"
