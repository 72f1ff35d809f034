"""How findings are written: a result at a time, so that memory does not grow with their number."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Protocol, TextIO
from xml.sax.saxutils import escape, quoteattr

from ndop.editions import Edition
from ndop.validation.findings import Finding, Result


@dataclass(slots=True)
class Summary:
    """Numbers of resources and of findings."""

    valid: int = 0
    invalid: int = 0
    unchecked: int = 0
    errors: int = 0
    warnings: int = 0

    def count(self, result: Result) -> None:
        """Add one result."""
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


class Format(Protocol):
    """Writes results to the stream that it was made with."""

    def write(self, result: Result) -> None:
        """Write one result."""

    def end(self, summary: Summary) -> None:
        """Write what comes after the last."""


class Text:
    """For people: a line a finding, as compilers write it, and what it is about below."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, result: Result) -> None:
        """Write one result."""
        for finding in result.findings:
            if finding.severity != "information":
                self._out.write("\n".join([_headline(result, finding), *_details(finding), ""]))

    def end(self, summary: Summary) -> None:
        """Nothing comes after the last."""


def _headline(result: Result, finding: Finding) -> str:
    place = ":".join(str(part) for part in (finding.file, finding.line, finding.column) if part)
    what = " ".join(part for part in (result.entry, finding.path) if part)
    return f"{place}: {finding.severity}: {what + ': ' if what else ''}{finding.message}"


def _details(finding: Finding) -> list[str]:
    expected = finding.expected if finding.expected != finding.message else ""
    details = [("expected", expected), ("found", finding.found)]
    names = [name for name in (finding.requirement, finding.code, finding.rule) if name]
    details.append(("see", ", ".join(names)))
    return [f"    {name + ':':<10}{text}" for name, text in details if text]


class Json:
    """One JSON object: `edition`, `results` (each with its findings), `summary`."""

    def __init__(self, out: TextIO, edition: Edition) -> None:
        self._out = out
        self._separator = "\n"
        out.write(f'{{"edition": {json.dumps(edition.id)}, "results": [')

    def write(self, result: Result) -> None:
        """Write one result."""
        told = {"valid": result.valid, **asdict(result)}
        self._out.write(self._separator + json.dumps(told, ensure_ascii=False))
        self._separator = ",\n"

    def end(self, summary: Summary) -> None:
        """Write what comes after the last."""
        self._out.write(f'\n], "summary": {json.dumps(asdict(summary))}}}\n')


class Junit:
    """The XML that CI systems read: a test case a resource."""

    def __init__(self, out: TextIO, edition: Edition) -> None:
        self._out = out
        self._suite = quoteattr(f"ndop validate {edition.id}")
        # The numbers stand in front of the cases.
        self._cases = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def write(self, result: Result) -> None:
        """Write one result."""
        name = f"{result.file}:{result.line}" + (f" {result.entry}" if result.entry else "")
        self._cases.write(
            f"  <testcase classname={quoteattr(_xml(result.file))} name={quoteattr(_xml(name))}>\n"
        )
        texts = [
            "\n".join([_headline(result, finding), *_details(finding)])
            for finding in result.findings
            if finding.severity != "information"
        ]
        if not result.valid:
            element = "failure" if result.checked else "error"
            first = next(one.message for one in result.findings if one.invalidates)
            self._cases.write(
                f"    <{element} message={quoteattr(_xml(first))}>"
                f"{escape(_xml(chr(10).join(texts)))}</{element}>\n"
            )
        elif texts:
            self._cases.write(f"    <system-out>{escape(_xml(chr(10).join(texts)))}</system-out>\n")
        self._cases.write("  </testcase>\n")

    def end(self, summary: Summary) -> None:
        """Write what comes after the last."""
        number = summary.valid + summary.invalid + summary.unchecked
        self._out.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<testsuite name={self._suite} tests="{number}" failures="{summary.invalid}" '
            f'errors="{summary.unchecked}">\n'
        )
        self._cases.seek(0)
        while piece := self._cases.read(1 << 16):
            self._out.write(piece)
        self._cases.close()
        self._out.write("</testsuite>\n")


def _xml(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(sign if sign >= " " or sign in "\t\n\r" else "?" for sign in text)


class Outcome:
    """A FHIR OperationOutcome (STU3), an issue a finding."""

    def __init__(self, out: TextIO, edition: Edition) -> None:
        self._out = out
        self._system = edition.error_codes.url
        self._displays = edition.error_codes.concepts
        self._issues = {entry.code: entry.issue for entry in edition.errors.values()}
        self._separator = "\n"
        out.write('{"resourceType": "OperationOutcome", "issue": [')

    def write(self, result: Result) -> None:
        """Write one result."""
        for finding in result.findings:
            self._issue(self._of(result, finding))

    def end(self, summary: Summary) -> None:
        """Write what comes after the last."""
        if self._separator == "\n":
            self._issue(
                {"severity": "information", "code": "informational", "diagnostics": str(summary)}
            )
        self._out.write("\n]}\n")

    def _issue(self, issue: dict[str, object]) -> None:
        self._out.write(self._separator + json.dumps(issue, ensure_ascii=False))
        self._separator = ",\n"

    def _of(self, result: Result, finding: Finding) -> dict[str, object]:
        issue: dict[str, object] = {
            "severity": finding.severity,
            "code": "invalid" if finding.invalidates else "informational",
        }
        if finding.code is not None:
            coding = {"system": self._system, "code": finding.code}
            issue["details"] = {"coding": [{**coding, "display": self._displays[finding.code]}]}
        issue["diagnostics"] = "; ".join([_headline(result, finding), *_parts(finding)])
        if finding.path:
            issue["expression"] = [finding.path]
        return issue


def _parts(finding: Finding) -> list[str]:
    return [detail.strip() for detail in _details(finding)]


class Github:
    """Workflow commands of GitHub Actions: annotations at the lines of a pull request."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, result: Result) -> None:
        """Write one result."""
        for finding in result.findings:
            if finding.severity == "information":
                continue
            command = "error" if finding.invalidates else "warning"
            places = (("file", finding.file), ("line", finding.line), ("col", finding.column))
            named = [f"{key}={_property(str(value))}" for key, value in places if value]
            named.append(f"title={_property(finding.requirement or finding.rule)}")
            text = "\n".join([_headline(result, finding), *_details(finding)])
            self._out.write(f"::{command} {','.join(named)}::{_data(text)}\n")

    def end(self, summary: Summary) -> None:
        """Nothing comes after the last."""


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


class FormatName(StrEnum):
    """What the formats are called on the command line."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    OUTCOME = "outcome"
    GITHUB = "github"


FORMATS: dict[FormatName, Callable[[TextIO, Edition], Format]] = {
    FormatName.TEXT: lambda out, _: Text(out),
    FormatName.JSON: Json,
    FormatName.JUNIT: Junit,
    FormatName.OUTCOME: Outcome,
    FormatName.GITHUB: lambda out, _: Github(out),
}
