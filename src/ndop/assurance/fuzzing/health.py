"""The health of a server process: its heap, its threads and its log."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from urllib.parse import unquote

from ndop.server.process import RunningServer, resident_memory
from ndop.system.errors import ServerError
from ndop.system.masking import mask_numbers
from ndop.system.processes import run

_HEAP_USED = re.compile(r"^sun\.gc\.generation\.\d+\.space\.\d+\.used=(\d+)", re.MULTILINE)
_LIVE_THREADS = re.compile(r"^java\.threads\.live=(\d+)", re.MULTILINE)
#: Tokens, and what a body, or the row that it is stored in, cannot be without.
_CONFIDENTIAL = re.compile(
    r"""eyJ[\w-]{8,}|resourceType\\*"|xmlns\\*=\\*["']http://hl7\.org/fhir"""
    r"""|\binsert into\b.*\bvalues\s*\(+'(?!…')"""
)
#: The digits of an NHS number, and how often they may be encoded for a URL.
_DIGITS, _PERCENT_ENCODINGS = 10, 2
_LONG_RUN = re.compile(rf"[0-9]{{{_DIGITS},}}")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\W_]{1,3}(?=[0-9])")
_JSON_ESCAPE = re.compile(r"\\{1,4}u([0-9A-Fa-f]{4})")
_DIGIT = re.compile(r"\d")
_UNEXPECTED = re.compile(r"failed unexpectedly|OutOfMemoryError|StackOverflowError")


@dataclass(frozen=True, slots=True)
class Health:
    """Bytes of heap in use after garbage collection, resident bytes, and live threads."""

    heap: int
    resident: int
    threads: int


def measure(server: RunningServer) -> Health:
    """The server's health, after a garbage collection.

    Raises MissingToolError if there is no jcmd, ServerError if it reports neither heap nor threads.
    """
    process = str(server.process.pid)
    for _ in range(2):
        run(["jcmd", process, "GC.run"], "Collecting the server's garbage")
    counters = run(["jcmd", process, "PerfCounter.print"], "Reading the server's counters")
    used, live = _HEAP_USED.findall(counters), _LIVE_THREADS.search(counters)
    if not used or live is None:
        raise ServerError("jcmd PerfCounter.print reports neither heap nor threads.")
    return Health(sum(map(int, used)), resident_memory(server), int(live[1]))


def confidential_lines(log: str, numbers: Set[str] = frozenset()) -> list[str]:
    """Lines of the ordinary log that contain what could be an NHS number, a token, a body or a row
    of the database; or one of the `numbers` that were sent, in forms that a masker may miss too.
    """
    return [
        line
        for line in log.splitlines()
        if _CONFIDENTIAL.search(line) or mask_numbers(line) != line or _has_number(line, numbers)
    ]


def lines_with_numbers(text: str, numbers: Set[str]) -> list[str]:
    """Lines that contain one of the NHS numbers: its ten digits in any script and encoding, with up
    to three other characters than letters between any two.
    """
    return [line for line in text.splitlines() if _has_number(line, numbers)]


def _has_number(line: str, numbers: Set[str]) -> bool:
    if not numbers or len(_DIGIT.findall(line)) < _DIGITS:
        return False
    forms = {line, _unescaped(line)}
    for _ in range(_PERCENT_ENCODINGS):
        forms |= {unquote(form) for form in forms}
    return any(
        digits[at : at + _DIGITS] in numbers
        for form in forms
        for digits in _LONG_RUN.findall(_BETWEEN_DIGITS.sub("", _in_ascii(form)))
        for at in range(len(digits) - _DIGITS + 1)
    )


def _unescaped(line: str) -> str:
    return html.unescape(_JSON_ESCAPE.sub(lambda found: chr(int(found[1], 16)), line))


def _in_ascii(text: str) -> str:
    return _DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text)


def failure_lines(log: str) -> list[str]:
    """Lines of the log that report a failure the server does not handle."""
    return [line for line in log.splitlines() if _UNEXPECTED.search(line)]
