"""The position of a Bundle's entries in its text, so that a finding points at the right line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """The resource of an entry: the characters `start` to `end` of the Bundle's text.

    `path` locates the entry in the Bundle, such as `entry[3]`. `error` says why the entry holds
    no resource. `namespaces` are the XML declarations that the resource needs and that are made
    outside it.
    """

    path: str
    start: int
    end: int
    error: str | None = None
    namespaces: str = ""


class ParseError(Exception):
    """The text cannot be parsed beyond the character at `offset`."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset
