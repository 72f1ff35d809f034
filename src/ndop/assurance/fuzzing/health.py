"""The health of a server process: its heap, its threads and its log."""

from __future__ import annotations

import re
from dataclasses import dataclass

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


def confidential_lines(log: str) -> list[str]:
    """Lines of the ordinary log that contain what could be an NHS number, in whatever form, a
    token, a body or a row of the database.
    """
    return [
        line
        for line in log.splitlines()
        if _CONFIDENTIAL.search(line) or mask_numbers(line) != line
    ]


def failure_lines(log: str) -> list[str]:
    """Lines of the log that report a failure the server does not handle."""
    return [line for line in log.splitlines() if _UNEXPECTED.search(line)]
