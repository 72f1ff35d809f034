"""From paths to resources: files, folders, globs and standard input, in JSON, XML or NDJSON.

What cannot be read becomes a Result in its place, and the rest is read all the same. Memory is
bounded: one document, or one line of NDJSON, at a time.
"""

from __future__ import annotations

import bisect
import glob
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from ndop.java.validator_process import Encoding
from ndop.validation.bundles import DoctypeError, Part, UnreadableError, json_parts, xml_parts
from ndop.validation.findings import Finding, Result

#: Files of a folder that hold resources.
SUFFIXES = (".json", ".xml", ".ndjson", ".jsonl")
_LINES = (".ndjson", ".jsonl")
#: Bytes of the largest document, or line of NDJSON, that is read. Many resources: use NDJSON.
LARGEST_DOCUMENT = 16 * 1024 * 1024
#: Bytes of the largest resource that a server reads by default (its setting ndop.max-body).
LARGEST_RESOURCE = 1024 * 1024

STDIN = "-"
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)

#: Situations of an edition's catalogue of answers that reading alone can tell.
Situation = Literal["unreadable-body", "body-too-large"]


@dataclass(frozen=True, slots=True)
class Source:
    """A resource to check, and where its text stands.

    `line` and `column` are those of its first character; None: no text to point at. `inserted`
    counts characters that were added to the first line after `inserted_at` others.
    """

    text: str
    encoding: Encoding
    file: str = ""
    entry: str = ""
    line: int | None = 1
    column: int = 1
    inserted_at: int = 0
    inserted: int = 0
    notes: tuple[Finding, ...] = ()

    def place(self, line: int, column: int) -> tuple[int | None, int | None]:
        """Where line and column of the text are in the file; below 1: where the text begins."""
        if self.line is None:
            return None, None
        if line < 1:
            return self.line, self.column
        if line > 1:
            return self.line + line - 1, max(column, 1)
        if column > self.inserted_at:
            column = max(column - self.inserted, self.inserted_at)
        return self.line, self.column + max(column, 1) - 1


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input, or a part of it, that holds no resource, and what a server would say of it."""

    situation: Situation | None
    finding: Finding
    entry: str = ""

    def result(self, finding: Finding) -> Result:
        """What is said of it; without a situation it could not be checked at all."""
        return Result(
            finding.file, finding.line or 1, self.entry, (finding,), self.situation is not None
        )


Read = Source | Unreadable


def files_of(paths: Iterable[str]) -> Iterator[str | Unreadable]:
    """The files that paths, folders and globs name, in a stable order."""
    for path in paths:
        if path == STDIN:
            yield path
        elif Path(path).is_dir():
            found = sorted(
                str(file)
                for file in Path(path).rglob("*")
                if file.suffix.lower() in SUFFIXES and (file.is_file() or not file.exists())
            )
            yield from found
            if not found:
                yield _unchecked(path, "not-found", f"a folder with {', '.join(SUFFIXES)} files")
        elif not Path(path).exists() and glob.has_magic(path):
            matching = sorted(glob.glob(path, recursive=True))  # noqa: PTH207  a pattern may be absolute
            for match in matching:
                yield from files_of([match]) if Path(match).is_dir() else [match]
            if not matching:
                yield _unchecked(path, "not-found", "a pattern that a file matches")
        else:
            yield path


def read(
    paths: Iterable[str], stdin: BinaryIO | None = None, told: Callable[[int], object] = int
) -> Iterator[Read]:
    """The resources in `paths`, one at a time; `told` is called with numbers of bytes read."""
    for file in files_of(paths):
        if isinstance(file, Unreadable):
            yield file
        elif file == STDIN:
            yield from _read_stream(STDIN, stdin or sys.stdin.buffer, told)
        else:
            try:
                with Path(file).open("rb") as stream:
                    yield from _read_stream(file, stream, told)
            except FileNotFoundError:
                yield _unchecked(file, "not-found", "a file or folder", "nothing")
            except OSError as error:
                told_by_system = error.strerror or str(error)
                yield _unchecked(file, "unreadable-file", "a readable file", told_by_system)


def _read_stream(file: str, stream: BinaryIO, told: Callable[[int], object]) -> Iterator[Read]:
    first = stream.readline(LARGEST_DOCUMENT + 1)
    told(len(first))
    notes: tuple[Finding, ...] = ()
    if first.startswith(_BOM):
        first = first.removeprefix(_BOM)
        notes = (_byte_order_mark(file),)
    if file.lower().endswith(_LINES) or _is_json_object(first):
        yield from _read_lines(file, first, stream, told, notes)
        return
    rest = stream.read(LARGEST_DOCUMENT + 1 - len(first)) if len(first) <= LARGEST_DOCUMENT else b""
    told(len(rest))
    content = first + rest
    if len(content) > LARGEST_DOCUMENT:
        yield _too_large(file, 1, "one resource a line (NDJSON), which may be of any length")
        return
    text = _decoded(file, content, 1)
    if isinstance(text, Unreadable):
        yield text
    elif text.lstrip().startswith("<"):
        yield from _xml(file, text, notes)
    else:
        yield from _json(file, text, 1, notes)


def _read_lines(
    file: str,
    first: bytes,
    stream: BinaryIO,
    told: Callable[[int], object],
    notes: tuple[Finding, ...],
) -> Iterator[Read]:
    line, number = first, 1
    while line:
        if len(line) > LARGEST_DOCUMENT:
            yield _too_large(file, number, "shorter lines")
            while line and not line.endswith(b"\n"):
                line = stream.readline(io.DEFAULT_BUFFER_SIZE)
                told(len(line))
        elif line.strip():
            text = _decoded(file, line.rstrip(b"\r\n"), number)
            if isinstance(text, Unreadable):
                yield text
            else:
                yield from _json(file, text, number, notes)
            notes = ()
        line = stream.readline(LARGEST_DOCUMENT + 1)
        told(len(line))
        number += 1


def _json(file: str, text: str, line: int, notes: tuple[Finding, ...]) -> Iterator[Read]:
    parts = json_parts(text)
    if parts is None:
        yield from _bounded(Source(text, "JSON", file, line=line, notes=notes))
        return
    lines = Lines(text, line)
    try:
        for part in parts:
            yield from _part(file, text, lines, part, "JSON", notes)
            notes = ()
    except UnreadableError as error:
        yield _unreadable(file, *lines.place(error.at), str(error), "a Bundle in JSON")


def _xml(file: str, text: str, notes: tuple[Finding, ...]) -> Iterator[Read]:
    try:
        parts = xml_parts(text)
    except DoctypeError as error:
        yield _unreadable(
            file, *Lines(text).place(error.at), str(error), "XML without DOCTYPE", "DOCTYPE"
        )
        return
    if parts is None:
        yield from _bounded(Source(text, "XML", file, notes=notes))
        return
    lines = Lines(text)
    for part in parts:
        yield from _part(file, text, lines, part, "XML", notes)
        notes = ()


def _part(
    file: str, text: str, lines: Lines, part: Part, encoding: Encoding, notes: tuple[Finding, ...]
) -> Iterator[Read]:
    place = lines.place(part.start)
    if part.broken is not None:
        yield _unreadable(file, *place, part.broken, "a resource in the entry", entry=part.entry)
        return
    resource = text[part.start : part.end]
    inserted_at = 0
    if part.namespaces:
        # After the name of the element: <name, then a blank, a slash or the end of the tag.
        inserted_at = next(at for at, sign in enumerate(resource) if sign in " \t\r\n/>")
        resource = resource[:inserted_at] + part.namespaces + resource[inserted_at:]
    yield from _bounded(
        Source(
            resource,
            encoding,
            file,
            part.entry,
            *place,
            inserted_at=inserted_at,
            inserted=len(part.namespaces),
            notes=notes,
        )
    )


def _bounded(source: Source) -> Iterator[Read]:
    if len(source.text.encode("utf-8", "surrogatepass")) <= LARGEST_RESOURCE:
        yield source
    else:
        expected = f"a resource of at most {LARGEST_RESOURCE} bytes"
        yield _too_large(source.file, source.line or 1, expected, source.entry)


def _decoded(file: str, content: bytes, line: int) -> str | Unreadable:
    for mark, name in _OTHER_BOMS:
        if content.startswith(mark):
            return _unreadable(file, line, 1, f"expected UTF-8, found {name}", "UTF-8", name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8")
        place = Lines(good, line).place(len(good))
        byte = f"the byte 0x{content[error.start]:02x}"
        message = f"expected UTF-8, found {byte}, which is not part of it"
        return _unreadable(file, *place, message, "UTF-8", byte)


def _is_json_object(line: bytes) -> bool:
    """Whether a line by itself is a whole JSON object: then the stream is NDJSON."""
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


class Lines:
    """Where the lines of a text begin; its first line is the line `first` of its file."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._first = first
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def place(self, at: int) -> tuple[int, int]:
        """Line and column, from 1, of the character `at`."""
        number = bisect.bisect_left(self._ends, at)
        return self._first + number, at - (self._ends[number - 1] if number else -1)


def _byte_order_mark(file: str) -> Finding:
    return Finding(
        "warning",
        "begins with a byte order mark; FHIR is written in UTF-8 without one",
        file,
        1,
        1,
        rule="byte-order-mark",
        expected="UTF-8 without a byte order mark",
        found="a byte order mark",
    )


def _unchecked(file: str, rule: str, expected: str, found: str = "none") -> Unreadable:
    message = f"expected {expected}, found {found}"
    finding = Finding("fatal", message, file, rule=rule, expected=expected, found=found)
    return Unreadable(None, finding)


def _unreadable(
    file: str,
    line: int,
    column: int,
    message: str,
    expected: str,
    found: str = "",
    entry: str = "",
) -> Unreadable:
    finding = Finding(
        "fatal",
        message,
        file,
        line,
        column,
        rule="unreadable",
        expected=expected,
        found=found,
    )
    return Unreadable("unreadable-body", finding, entry)


def _too_large(file: str, line: int, expected: str, entry: str = "") -> Unreadable:
    message = f"too large: expected {expected}"
    finding = Finding("fatal", message, file, line, 1, rule="too-large", expected=expected)
    return Unreadable("body-too-large", finding, entry)
