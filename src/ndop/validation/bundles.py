"""Where in a Bundle its resources stand, so that each can be checked with its place.

Both readers yield what they find until the Bundle ends or cannot be read further.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

_BLANK = re.compile(r"[ \t\n\r]*")
_MAYBE_BUNDLE = re.compile(r'"resourceType"\s*:\s*"Bundle"')
_BRACKET_OR_TEXT = re.compile(r'[\[\]{}]|"(?:[^"\\\n]|\\.)*"')
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Part:
    """A resource in a Bundle: characters `start` to `end` of the text.

    `broken` says why the entry holds none. `namespaces` are the declarations of XML that the
    part needs and that stand outside of it.
    """

    entry: str
    start: int
    end: int
    broken: str | None = None
    namespaces: str = ""


class UnreadableError(Exception):
    """The text cannot be read from the character `at` on."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def json_parts(text: str) -> Iterator[Part] | None:
    """The resources of a Bundle in JSON; None where the text is no Bundle.

    Raises UnreadableError while iterating.
    """
    if _MAYBE_BUNDLE.search(text) is None:
        return None
    entries: int | None = None
    is_bundle = False
    try:
        for key, start, end in _members(text, _skip_blank(text, 0)):
            if key == "resourceType":
                is_bundle = text[start:end] == '"Bundle"'
            if key == "entry":
                entries = start
    except UnreadableError:
        if entries is None:
            entries = _entries_of_the_unreadable(text)
        is_bundle = is_bundle or entries is not None
    if not is_bundle:
        return None
    return iter(()) if entries is None else _json_entries(text, entries)


def _entries_of_the_unreadable(text: str) -> int | None:
    """Where the entries begin in a text that cannot be read to its end."""
    is_bundle = False
    at = _expect(text, _skip_blank(text, 0), "{")
    try:
        while True:
            key, value = _key(text, at)
            if key == "entry":
                return value if is_bundle or _MAYBE_BUNDLE.search(text, 0, value) else None
            end = _end_of(text, value)
            is_bundle = is_bundle or (key == "resourceType" and text[value:end] == '"Bundle"')
            at = _expect(text, _skip_blank(text, end), ",")
    except UnreadableError:
        return None


def _json_entries(text: str, at: int) -> Iterator[Part]:
    if text[at : at + 1] != "[":
        yield Part("entry", at, at, broken="expected a list of entries")
        return
    for number, (start, error) in enumerate(_items(text, at)):
        entry = f"entry[{number}]"
        if error is not None:
            yield Part(entry, error.at, error.at, broken=f"not JSON: {error}")
            continue
        if text[start] != "{":
            yield Part(entry, start, start, broken="expected an object")
            continue
        for key, value, end in _members(text, start):
            if key == "resource":
                broken = None if text[value] == "{" else "expected an object as resource"
                yield Part(entry, value, end, broken)


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """The members of the object at `at`: key, and where the value begins and ends."""
    at = _skip_blank(text, _expect(text, at, "{"))
    if text[at : at + 1] == "}":
        return
    while True:
        key, value = _key(text, at)
        end = _end_of(text, value)
        yield key, value, end
        at = _skip_blank(text, end)
        if text[at : at + 1] == "}":
            return
        at = _expect(text, at, ",")


def _items(text: str, at: int) -> Iterator[tuple[int, UnreadableError | None]]:
    """Where the items of the list at `at` begin, and why one cannot be read.

    After such an item it goes on where its brackets close.
    """
    at = _skip_blank(text, _expect(text, at, "["))
    if text[at : at + 1] == "]":
        return
    while True:
        start, error = _skip_blank(text, at), None
        try:
            end = _end_of(text, start)
        except UnreadableError as unreadable:
            error, end = unreadable, _closing(text, start)
            after = _skip_blank(text, end)
            if text[after : after + 1] not in (",", "]"):
                raise
        yield start, error
        at = _skip_blank(text, end)
        if text[at : at + 1] == "]":
            return
        at = _expect(text, at, ",")


def _closing(text: str, at: int) -> int:
    """Behind the bracket that closes the one at `at`; the end of the text where none does."""
    if text[at : at + 1] not in ("{", "["):
        return len(text)
    depth = 0
    for sign in _BRACKET_OR_TEXT.finditer(text, at):
        if sign[0] in ("{", "["):
            depth += 1
        elif sign[0] in ("}", "]"):
            depth -= 1
        if depth <= 0:
            return sign.end()
    return len(text)


def _key(text: str, at: int) -> tuple[str, int]:
    at = _skip_blank(text, at)
    if text[at : at + 1] != '"':
        raise UnreadableError("expected a name in double quotes", at)
    end = _end_of(text, at)
    value = _skip_blank(text, _expect(text, _skip_blank(text, end), ":"))
    return str(json.loads(text[at:end], strict=False)), value


def _end_of(text: str, at: int) -> int:
    try:
        return _DECODER.raw_decode(text, at)[1]
    except json.JSONDecodeError as error:
        raise UnreadableError(error.msg, error.pos) from None
    except RecursionError:
        raise UnreadableError("nested too deeply", at) from None


def _expect(text: str, at: int, character: str) -> int:
    if text[at : at + 1] != character:
        raise UnreadableError(f"expected {character!r}", at)
    return at + 1


def _skip_blank(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return at if blank is None else blank.end()


class DoctypeError(UnreadableError):
    """XML has a document type declaration, which FHIR does not allow."""


def xml_parts(text: str) -> list[Part] | None:
    """The resources of a Bundle in XML; None where the text is no Bundle.

    Raises DoctypeError. A Bundle that cannot be read to its end has a last part that is broken.
    """
    reader = _XmlReader(text)
    reader.read()
    return reader.parts if reader.is_bundle else None


class _XmlReader:
    """Follows the elements Bundle, entry, resource. Entities are never expanded."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._known = (0, 0)  # a number of bytes, and how many characters they are
        self._names: list[str] = []
        self._namespaces: list[dict[str, str]] = []
        self._entries = 0
        self._start = 0
        self._inherited = ""
        self.parts: list[Part] = []
        self.is_bundle = False

    def read(self) -> None:
        parser = expat.ParserCreate("UTF-8")
        self._parser = parser
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(self._bytes, True)
        except expat.ExpatError as error:
            at = self._characters(parser.ErrorByteIndex)
            told = expat.ErrorString(error.code) or "not well-formed"
            self.parts.append(Part("", at, at, broken=f"not well-formed XML: {told}"))

    def _refuse(self, *_: object) -> None:
        at = self._characters(self._parser.CurrentByteIndex)
        raise DoctypeError("expected XML without a document type; found DOCTYPE", at)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if not self._names:
            self.is_bundle = local == "Bundle"
        if self._names == ["Bundle", "entry", "resource"]:
            self._start = self._parser.CurrentByteIndex
            self._inherited = self._missing(attributes)
        self._names.append(local)
        declared = {key: value for key, value in attributes.items() if key.startswith("xmlns")}
        self._namespaces.append(declared)

    def _missing(self, attributes: dict[str, str]) -> str:
        scope: dict[str, str] = {}
        for declared in self._namespaces:
            scope.update(declared)
        return "".join(
            f' {key}="{_escaped(value)}"' for key, value in scope.items() if key not in attributes
        )

    def _end(self, name: str) -> None:
        self._names.pop()
        self._namespaces.pop()
        if self._names == ["Bundle"]:
            self._entries += 1
        if self._names == ["Bundle", "entry", "resource"]:
            end = self._parser.CurrentByteIndex  # of an empty element: behind it
            if self._bytes.startswith(f"</{name}".encode(), end):
                end = self._bytes.index(b">", end) + 1
            part = Part(
                f"entry[{self._entries}]",
                self._characters(self._start),
                self._characters(end),
                namespaces=self._inherited,
            )
            self.parts.append(part)

    def _characters(self, at: int) -> int:
        """How many characters the first `at` bytes are; asked in ascending order."""
        known, characters = self._known
        if at < known:
            known, characters = 0, 0
        characters += len(self._bytes[known:at].decode("utf-8", "ignore"))
        self._known = (at, characters)
        return characters


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
