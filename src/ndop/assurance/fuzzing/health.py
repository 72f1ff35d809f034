"""The health of a server's process: heap after garbage collection, threads, its log."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ndop.server.process import RunningServer, resident_memory
from ndop.system.errors import ServerError
from ndop.system.processes import run

_USED = re.compile(r"^sun\.gc\.generation\.\d+\.space\.\d+\.used=(\d+)", re.MULTILINE)
_LIVE = re.compile(r"^java\.threads\.live=(\d+)", re.MULTILINE)
#: What is nobody else's business: numbers of the test range, tokens.
_CONFIDENTIAL = re.compile(r"(?<!\d)999[ -]?\d{3}[ -]?\d{4}(?!\d)|eyJ[\w-]{8,}")
_FAILED = re.compile(r"failed unexpectedly|OutOfMemoryError|StackOverflowError")


@dataclass(frozen=True, slots=True)
class Vitals:
    """Bytes of heap in use after a collection, bytes resident, and live threads."""

    heap: int
    resident: int
    threads: int


def measure(server: RunningServer) -> Vitals:
    """Collect garbage, then look. Raises MissingToolError, ServerError: there is no jcmd."""
    process = str(server.process.pid)
    for _ in range(2):
        run(["jcmd", process, "GC.run"], "Collecting the server's garbage")
    told = run(["jcmd", process, "PerfCounter.print"], "Reading the server's counters")
    used, live = _USED.findall(told), _LIVE.search(told)
    if not used or live is None:
        raise ServerError("jcmd PerfCounter.print tells neither heap nor threads.")
    return Vitals(sum(map(int, used)), resident_memory(server), int(live[1]))


def confidential_lines(log: str) -> list[str]:
    """Lines of the ordinary log that hold what could be an NHS number or a token."""
    return [line for line in log.splitlines() if _CONFIDENTIAL.search(line)]


def failures(log: str) -> list[str]:
    """Lines of the log that tell of a failure that nobody foresaw."""
    return [line for line in log.splitlines() if _FAILED.search(line)]
