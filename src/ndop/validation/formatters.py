"""Formatters of results. They write a result at a time, so that any number fits in memory."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from typing import Protocol, TextIO
from xml.sax.saxutils import escape, quoteattr

from ndop.editions import Edition
from ndop.validation.findings import Finding, Result, ResultCounts


class ResultFormatter(Protocol):
    """Writes results to the stream that it was created with."""

    def write(self, result: Result) -> None:
        """Write one result."""

    def end(self, counts: ResultCounts) -> None:
        """Write what follows the last result."""


class TextFormatter:
    """For people: a line for each finding, as compilers write it, with the details below."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, result: Result) -> None:
        """Write one result."""
        for finding in result.findings:
            if finding.severity != "information":
                self._out.write(_finding_text(result, finding) + "\n")

    def end(self, counts: ResultCounts) -> None:
        """Nothing follows the last result."""


def _headline(result: Result, finding: Finding) -> str:
    place = ":".join(str(part) for part in (finding.file, finding.line, finding.column) if part)
    what = " ".join(part for part in (result.entry, finding.path) if part)
    return f"{place}: {finding.severity}: {what + ': ' if what else ''}{finding.message}"


def _finding_text(result: Result, finding: Finding) -> str:
    return "\n".join([_headline(result, finding), *_details(finding)])


def _details(finding: Finding) -> list[str]:
    expected = finding.expected if finding.expected != finding.message else ""
    details = [("expected", expected), ("found", finding.found)]
    names = [name for name in (finding.requirement, finding.code, finding.rule) if name]
    details.append(("see", ", ".join(names)))
    return [f"    {name + ':':<10}{text}" for name, text in details if text]


class JsonFormatter:
    """One JSON object: `edition`, `results` (each with its findings), `summary`."""

    def __init__(self, out: TextIO, edition: Edition) -> None:
        self._out = out
        self._separator = "\n"
        out.write(f'{{"edition": {json.dumps(edition.id)}, "results": [')

    def write(self, result: Result) -> None:
        """Write one result."""
        data = {"valid": result.valid, **asdict(result)}
        self._out.write(self._separator + json.dumps(data, ensure_ascii=False))
        self._separator = ",\n"

    def end(self, counts: ResultCounts) -> None:
        """Write what follows the last result."""
        self._out.write(f'\n], "summary": {json.dumps(asdict(counts))}}}\n')


class JunitFormatter:
    """JUnit XML, as CI systems read it: each resource is a test case."""

    def __init__(self, out: TextIO, edition: Edition) -> None:
        self._out = out
        self._suite = quoteattr(f"ndop validate {edition.id}")
        # Kept back, because the counts come before the test cases.
        self._cases = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def write(self, result: Result) -> None:
        """Write one result."""
        name = f"{result.file}:{result.line}" + (f" {result.entry}" if result.entry else "")
        self._cases.write(
            f"  <testcase classname={_attribute(result.file)} name={_attribute(name)}>\n"
        )
        texts = [
            _finding_text(result, finding)
            for finding in result.findings
            if finding.severity != "information"
        ]
        if not result.valid:
            element = "failure" if result.checked else "error"
            first = next(one.message for one in result.findings if one.invalidates)
            self._cases.write(
                f"    <{element} message={_attribute(first)}>{_content(texts)}</{element}>\n"
            )
        elif texts:
            self._cases.write(f"    <system-out>{_content(texts)}</system-out>\n")
        self._cases.write("  </testcase>\n")

    def end(self, counts: ResultCounts) -> None:
        """Write what follows the last result."""
        total = counts.valid + counts.invalid + counts.unchecked
        self._out.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<testsuite name={self._suite} tests="{total}" failures="{counts.invalid}" '
            f'errors="{counts.unchecked}">\n'
        )
        self._cases.seek(0)
        shutil.copyfileobj(self._cases, self._out)
        self._cases.close()
        self._out.write("</testsuite>\n")


def _attribute(value: str) -> str:
    return quoteattr(_xml_characters(value))


def _content(lines: list[str]) -> str:
    return escape(_xml_characters("\n".join(lines)))


def _xml_characters(text: str) -> str:
    """The text without the characters that XML does not allow."""
    return "".join(char if char >= " " or char in "\t\n\r" else "?" for char in text)


class OperationOutcomeFormatter:
    """A FHIR OperationOutcome (STU3), with an issue for each finding."""

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
            self._write_issue(self._issue(result, finding))

    def end(self, counts: ResultCounts) -> None:
        """Write what follows the last result."""
        if self._separator == "\n":
            self._write_issue(
                {"severity": "information", "code": "informational", "diagnostics": str(counts)}
            )
        self._out.write("\n]}\n")

    def _write_issue(self, issue: dict[str, object]) -> None:
        self._out.write(self._separator + json.dumps(issue, ensure_ascii=False))
        self._separator = ",\n"

    def _issue(self, result: Result, finding: Finding) -> dict[str, object]:
        issue: dict[str, object] = {
            "severity": finding.severity,
            "code": "invalid" if finding.invalidates else "informational",
        }
        if finding.code is not None:
            coding = {"system": self._system, "code": finding.code}
            issue["details"] = {"coding": [{**coding, "display": self._displays[finding.code]}]}
        issue["diagnostics"] = "; ".join(
            [_headline(result, finding), *map(str.strip, _details(finding))]
        )
        if finding.path:
            issue["expression"] = [finding.path]
        return issue


class GithubFormatter:
    """Workflow commands of GitHub Actions, which annotate the lines of a pull request."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, result: Result) -> None:
        """Write one result."""
        for finding in result.findings:
            if finding.severity == "information":
                continue
            command = "error" if finding.invalidates else "warning"
            places = (("file", finding.file), ("line", finding.line), ("col", finding.column))
            properties = [f"{key}={_escape_property(str(value))}" for key, value in places if value]
            properties.append(f"title={_escape_property(finding.requirement or finding.rule)}")
            text = _finding_text(result, finding)
            self._out.write(f"::{command} {','.join(properties)}::{_escape_data(text)}\n")

    def end(self, counts: ResultCounts) -> None:
        """Nothing follows the last result."""


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


class FormatName(StrEnum):
    """The formats as they are named on the command line."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    OUTCOME = "outcome"
    GITHUB = "github"


FORMATTERS: dict[FormatName, Callable[[TextIO, Edition], ResultFormatter]] = {
    FormatName.TEXT: lambda out, _: TextFormatter(out),
    FormatName.JSON: JsonFormatter,
    FormatName.JUNIT: JunitFormatter,
    FormatName.OUTCOME: OperationOutcomeFormatter,
    FormatName.GITHUB: lambda out, _: GithubFormatter(out),
}
