"""Reading resources from files, folders, globs and standard input, in JSON, XML or NDJSON.

An input that cannot be read yields an UnreadableSource in its place, and reading goes on. Memory
is bounded: one document, or one line of NDJSON, at a time.
"""

from __future__ import annotations

import glob
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ndop.java.validator_process import Encoding
from ndop.validation.bundle_entry import BundleEntry, ParseError
from ndop.validation.findings import Finding
from ndop.validation.json_bundle import json_bundle_entries
from ndop.validation.resource_source import LineIndex, ResourceSource, UnreadableSource
from ndop.validation.xml_bundle import DoctypeError, xml_bundle_entries

#: Files in a folder that are taken for resources.
SUFFIXES = (".json", ".xml", ".ndjson", ".jsonl")
_NDJSON_SUFFIXES = (".ndjson", ".jsonl")
#: The largest document, or line of NDJSON, in bytes. For more resources there is NDJSON.
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
#: The largest resource that a server accepts by default (its setting ndop.max-body), in bytes.
MAX_RESOURCE_BYTES = 1024 * 1024

STDIN = "-"
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)

AnySource = ResourceSource | UnreadableSource
#: Called with the number of bytes of each read.
OnRead = Callable[[int], object]


def find_files(paths: Iterable[str]) -> Iterator[str | UnreadableSource]:
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
                yield _not_checked(path, "not-found", f"a folder with {', '.join(SUFFIXES)} files")
        elif not Path(path).exists() and glob.has_magic(path):
            matching = sorted(glob.glob(path, recursive=True))  # noqa: PTH207  a pattern may be absolute
            for match in matching:
                yield from find_files([match]) if Path(match).is_dir() else [match]
            if not matching:
                yield _not_checked(path, "not-found", "a pattern that a file matches")
        else:
            yield path


def read_sources(
    paths: Iterable[str], stdin: BinaryIO | None = None, on_read: OnRead = int
) -> Iterator[AnySource]:
    """The resources in `paths`, one at a time and in order."""
    for file in find_files(paths):
        if isinstance(file, UnreadableSource):
            yield file
        elif file == STDIN:
            yield from _read_stream(STDIN, stdin or sys.stdin.buffer, on_read)
        else:
            try:
                with Path(file).open("rb") as stream:
                    yield from _read_stream(file, stream, on_read)
            except FileNotFoundError:
                yield _not_checked(file, "not-found", "a file or folder", "nothing")
            except OSError as error:
                reason = error.strerror or str(error)
                yield _not_checked(file, "unreadable-file", "a readable file", reason)


def _read_stream(file: str, stream: BinaryIO, on_read: OnRead) -> Iterator[AnySource]:
    first = stream.readline(MAX_DOCUMENT_BYTES + 1)
    on_read(len(first))
    findings: tuple[Finding, ...] = ()
    if first.startswith(_BOM):
        first = first.removeprefix(_BOM)
        findings = (_byte_order_mark(file),)
    if file.lower().endswith(_NDJSON_SUFFIXES) or _is_json_object(first):
        yield from _read_ndjson(file, first, stream, on_read, findings)
        return
    may_continue = len(first) <= MAX_DOCUMENT_BYTES
    rest = stream.read(MAX_DOCUMENT_BYTES + 1 - len(first)) if may_continue else b""
    on_read(len(rest))
    content = first + rest
    if len(content) > MAX_DOCUMENT_BYTES:
        yield _too_large(file, 1, "one resource a line (NDJSON), which may be of any length")
        return
    text = _decode(file, content, 1)
    if isinstance(text, UnreadableSource):
        yield text
    elif text.lstrip().startswith("<"):
        yield from _read_xml(file, text, findings)
    else:
        yield from _read_json(file, text, 1, findings)


def _read_ndjson(
    file: str, first: bytes, stream: BinaryIO, on_read: OnRead, findings: tuple[Finding, ...]
) -> Iterator[AnySource]:
    line, number = first, 1
    while line:
        if len(line) > MAX_DOCUMENT_BYTES:
            yield _too_large(file, number, "shorter lines")
            while line and not line.endswith(b"\n"):
                line = stream.readline(io.DEFAULT_BUFFER_SIZE)
                on_read(len(line))
        elif line.strip():
            text = _decode(file, line.rstrip(b"\r\n"), number)
            if isinstance(text, UnreadableSource):
                yield text
            else:
                yield from _read_json(file, text, number, findings)
            findings = ()
        line = stream.readline(MAX_DOCUMENT_BYTES + 1)
        on_read(len(line))
        number += 1


def _read_json(
    file: str, text: str, line: int, findings: tuple[Finding, ...]
) -> Iterator[AnySource]:
    entries = json_bundle_entries(text)
    if entries is None:
        yield _within_limit(ResourceSource(text, "JSON", file, line=line, findings=findings))
        return
    lines = LineIndex(text, line)
    try:
        for entry in entries:
            yield _read_entry(file, text, lines, entry, "JSON", findings)
            findings = ()
    except ParseError as error:
        position = lines.position(error.offset)
        yield _unreadable(file, *position, str(error), "a Bundle in JSON")


def _read_xml(file: str, text: str, findings: tuple[Finding, ...]) -> Iterator[AnySource]:
    try:
        entries = xml_bundle_entries(text)
    except DoctypeError as error:
        position = LineIndex(text).position(error.offset)
        yield _unreadable(file, *position, str(error), "XML without DOCTYPE", "DOCTYPE")
        return
    if entries is None:
        yield _within_limit(ResourceSource(text, "XML", file, findings=findings))
        return
    lines = LineIndex(text)
    for entry in entries:
        yield _read_entry(file, text, lines, entry, "XML", findings)
        findings = ()


def _read_entry(
    file: str,
    text: str,
    lines: LineIndex,
    entry: BundleEntry,
    encoding: Encoding,
    findings: tuple[Finding, ...],
) -> AnySource:
    position = lines.position(entry.start)
    if entry.error is not None:
        return _unreadable(
            file, *position, entry.error, "a resource in the entry", entry=entry.path
        )
    resource = text[entry.start : entry.end]
    inserted_at = 0
    if entry.namespaces:
        # After the name of the element, which a space, a slash or the end of the tag follows.
        inserted_at = next(at for at, char in enumerate(resource) if char in " \t\r\n/>")
        resource = resource[:inserted_at] + entry.namespaces + resource[inserted_at:]
    return _within_limit(
        ResourceSource(
            resource,
            encoding,
            file,
            entry.path,
            *position,
            inserted_at=inserted_at,
            inserted=len(entry.namespaces),
            findings=findings,
        )
    )


def _within_limit(source: ResourceSource) -> AnySource:
    if len(source.text.encode("utf-8", "surrogatepass")) <= MAX_RESOURCE_BYTES:
        return source
    expected = f"a resource of at most {MAX_RESOURCE_BYTES} bytes"
    return _too_large(source.file, source.line or 1, expected, source.entry)


def _decode(file: str, content: bytes, line: int) -> str | UnreadableSource:
    for mark, name in _OTHER_BOMS:
        if content.startswith(mark):
            return _unreadable(file, line, 1, f"expected UTF-8, found {name}", "UTF-8", name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8")
        position = LineIndex(good, line).position(len(good))
        byte = f"the byte 0x{content[error.start]:02x}"
        message = f"expected UTF-8, found {byte}, which is not part of it"
        return _unreadable(file, *position, message, "UTF-8", byte)


def _is_json_object(line: bytes) -> bool:
    """Whether a line is a whole JSON object: if so, the stream is NDJSON."""
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


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


def _not_checked(file: str, rule: str, expected: str, found: str = "none") -> UnreadableSource:
    message = f"expected {expected}, found {found}"
    finding = Finding("fatal", message, file, rule=rule, expected=expected, found=found)
    return UnreadableSource(None, finding)


def _unreadable(
    file: str,
    line: int,
    column: int,
    message: str,
    expected: str,
    found: str = "",
    entry: str = "",
) -> UnreadableSource:
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
    return UnreadableSource("unreadable-body", finding, entry)


def _too_large(file: str, line: int, expected: str, entry: str = "") -> UnreadableSource:
    message = f"too large: expected {expected}"
    finding = Finding("fatal", message, file, line, 1, rule="too-large", expected=expected)
    return UnreadableSource("body-too-large", finding, entry)
