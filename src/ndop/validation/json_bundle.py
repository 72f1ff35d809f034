"""The entries of a Bundle in JSON, with their positions in its text.

The standard parser gives no positions, so it is used a value at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ndop.validation.bundle_entry import BundleEntry, ParseError

_WHITESPACE = re.compile(r"[ \t\n\r]*")
_MAYBE_BUNDLE = re.compile(r'"resourceType"\s*:\s*"Bundle"')
_BRACKET_OR_STRING = re.compile(r'[\[\]{}]|"(?:[^"\\\n]|\\.)*"')
_DECODER = json.JSONDecoder()


def json_bundle_entries(text: str) -> Iterator[BundleEntry] | None:
    """The entries that hold a resource; None if the text is not a Bundle.

    Iterating raises ParseError where the Bundle cannot be parsed to its end.
    """
    if _MAYBE_BUNDLE.search(text) is None:
        return None
    entries: int | None = None
    is_bundle = False
    try:
        for key, start, end in _iterate_members(text, _skip_whitespace(text, 0)):
            if key == "resourceType":
                is_bundle = text[start:end] == '"Bundle"'
            if key == "entry":
                entries = start
    except ParseError:
        if entries is None:
            entries = _find_entries_in_malformed(text)
        is_bundle = is_bundle or entries is not None
    if not is_bundle:
        return None
    return iter(()) if entries is None else _read_entries(text, entries)


def _find_entries_in_malformed(text: str) -> int | None:
    """Where the list of entries begins in a text that cannot be parsed to its end."""
    is_bundle = False
    at = _expect(text, _skip_whitespace(text, 0), "{")
    try:
        while True:
            key, value = _read_key(text, at)
            if key == "entry":
                return value if is_bundle or _MAYBE_BUNDLE.search(text, 0, value) else None
            end = _end_of_value(text, value)
            is_bundle = is_bundle or (key == "resourceType" and text[value:end] == '"Bundle"')
            at = _expect(text, _skip_whitespace(text, end), ",")
    except ParseError:
        return None


def _read_entries(text: str, at: int) -> Iterator[BundleEntry]:
    if text[at : at + 1] != "[":
        yield BundleEntry("entry", at, at, error="expected a list of entries")
        return
    for number, (start, error) in enumerate(_iterate_items(text, at)):
        entry = f"entry[{number}]"
        if error is not None:
            yield BundleEntry(entry, error.offset, error.offset, error=f"not JSON: {error}")
            continue
        if text[start] != "{":
            yield BundleEntry(entry, start, start, error="expected an object")
            continue
        for key, value, end in _iterate_members(text, start):
            if key == "resource":
                error_text = None if text[value] == "{" else "expected an object as resource"
                yield BundleEntry(entry, value, end, error_text)


def _iterate_members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """The members of the object at `at`: key, start and end of the value."""
    at = _skip_whitespace(text, _expect(text, at, "{"))
    if text[at : at + 1] == "}":
        return
    while True:
        key, value = _read_key(text, at)
        end = _end_of_value(text, value)
        yield key, value, end
        at = _skip_whitespace(text, end)
        if text[at : at + 1] == "}":
            return
        at = _expect(text, at, ",")


def _iterate_items(text: str, at: int) -> Iterator[tuple[int, ParseError | None]]:
    """The start of each item of the list at `at`, with the error if it cannot be parsed.

    Iteration resumes after the closing bracket of such an item.
    """
    at = _skip_whitespace(text, _expect(text, at, "["))
    if text[at : at + 1] == "]":
        return
    while True:
        start, error = _skip_whitespace(text, at), None
        try:
            end = _end_of_value(text, start)
        except ParseError as parse_error:
            error, end = parse_error, _end_of_brackets(text, start)
            after = _skip_whitespace(text, end)
            if text[after : after + 1] not in (",", "]"):
                raise
        yield start, error
        at = _skip_whitespace(text, end)
        if text[at : at + 1] == "]":
            return
        at = _expect(text, at, ",")


def _end_of_brackets(text: str, at: int) -> int:
    """The offset after the bracket that closes the one at `at`, or the end of the text."""
    if text[at : at + 1] not in ("{", "["):
        return len(text)
    depth = 0
    for token in _BRACKET_OR_STRING.finditer(text, at):
        if token[0] in ("{", "["):
            depth += 1
        elif token[0] in ("}", "]"):
            depth -= 1
        if depth <= 0:
            return token.end()
    return len(text)


def _read_key(text: str, at: int) -> tuple[str, int]:
    at = _skip_whitespace(text, at)
    if text[at : at + 1] != '"':
        raise ParseError("expected a name in double quotes", at)
    end = _end_of_value(text, at)
    value = _skip_whitespace(text, _expect(text, _skip_whitespace(text, end), ":"))
    return str(json.loads(text[at:end], strict=False)), value


def _end_of_value(text: str, at: int) -> int:
    try:
        return _DECODER.raw_decode(text, at)[1]
    except json.JSONDecodeError as error:
        raise ParseError(error.msg, error.pos) from None
    except RecursionError:
        raise ParseError("nested too deeply", at) from None


def _expect(text: str, at: int, character: str) -> int:
    if text[at : at + 1] != character:
        raise ParseError(f"expected {character!r}", at)
    return at + 1


def _skip_whitespace(text: str, at: int) -> int:
    whitespace = _WHITESPACE.match(text, at)
    return at if whitespace is None else whitespace.end()
