"""The text of a resource, and its position in a file."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, replace
from typing import Literal

from ndop.java.validator_process import Encoding
from ndop.validation.findings import Finding, Result

#: Situations in an edition's catalogue of errors that reading alone can detect.
Situation = Literal["unreadable-body", "body-too-large"]


@dataclass(frozen=True, slots=True)
class ResourceSource:
    """The text of a resource to validate, and its position.

    `line` and `column` are those of the first character; None if there is no file to point at.
    `inserted` counts the characters that were added to the first line, after the first
    `inserted_at`. `findings` are those made while reading.
    """

    text: str
    encoding: Encoding
    file: str = ""
    entry: str = ""
    line: int | None = 1
    column: int = 1
    inserted_at: int = 0
    inserted: int = 0
    findings: tuple[Finding, ...] = ()

    def position(self, line: int, column: int) -> tuple[int | None, int | None]:
        """The line and column in the file for those in `text`.

        A line below 1 is an unknown one: the answer is then where the text begins.
        """
        if self.line is None:
            return None, None
        if line < 1:
            return self.line, self.column
        if line > 1:
            return self.line + line - 1, max(column, 1)
        if column > self.inserted_at:
            column = max(column - self.inserted, self.inserted_at)
        return self.line, self.column + max(column, 1) - 1

    def locate(self, finding: Finding, line: int = 0, column: int = 0) -> Finding:
        """The finding with the file, and with the position there of a line and column here."""
        at_line, at_column = self.position(line, column)
        return replace(finding, file=self.file, line=at_line, column=at_column)


@dataclass(frozen=True, slots=True)
class UnreadableSource:
    """An input, or an entry of a Bundle, from which no resource can be read.

    `situation` is how a server would answer it; None if it could not be checked at all.
    """

    situation: Situation | None
    finding: Finding
    entry: str = ""

    def result(self, finding: Finding) -> Result:
        """The result, with `finding` as its only finding."""
        return Result(
            finding.file, finding.line or 1, self.entry, (finding,), self.situation is not None
        )


class LineIndex:
    """Line and column of each character of a text, whose first line is number `first`."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._first = first
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of the character at `offset`."""
        number = bisect.bisect_left(self._ends, offset)
        return self._first + number, offset - (self._ends[number - 1] if number else -1)
