"""What a server has, and what the journal says that it must have."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from threading import local
from typing import Any

from ndop.assurance.torture.http import Connection, is_as_sent, version_of
from ndop.assurance.torture.journal import History, Write
from ndop.editions import Edition

_CONNECTIONS = 4
#: The kinds of what must not be found, as columns of the report.
KINDS = ("lost", "duplicates", "half-written", "unrecorded", "errors")


@dataclass(frozen=True, slots=True)
class Violation:
    """What must not be: one of KINDS, and a sentence."""

    kind: str
    text: str


@dataclass(slots=True)
class Comparison:
    """The violations, and how writes of unknown outcome ended: stored, or not stored."""

    violations: list[Violation] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0

    def add(self, other: Comparison) -> None:
        """Add the findings of another."""
        self.violations += other.violations
        self.unknown += other.unknown
        self.acknowledged += other.acknowledged


def compare(base_url: str, edition: Edition, histories: Sequence[History]) -> Comparison:
    """Compare each history with the server: every acknowledged version is there with its content,
    no patient has two Consents, and a write of unknown outcome is wholly there or not at all.

    Afterwards the outcome of every write is known: one that was stored counts as acknowledged from
    then on, and one that was not is removed from its history.
    """
    connections = local()
    opened: list[Connection] = []

    def one(history: History) -> Comparison:
        if not hasattr(connections, "own"):
            connections.own = Connection(base_url, edition)
            opened.append(connections.own)
        return _compare(connections.own, history)

    total = Comparison()
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        for found in pool.map(one, histories):
            total.add(found)
    for connection in opened:
        connection.close()
    return total


def _compare(server: Connection, history: History) -> Comparison:
    found = Comparison(acknowledged=len(history.acknowledged))
    who = f"write {history.writes[0].number}" if history.writes else "nothing"

    def report(kind: str, text: str) -> None:
        found.violations.append(Violation(kind, f"{who}: {text}"))

    unknown = history.unknown
    search = server.search(history.patient)
    if search.status != HTTPStatus.OK:
        report("errors", f"a search is answered with {search.status}")
        return found
    entries = [entry["resource"] for entry in (search.body or {}).get("entry") or []]
    if len(entries) > 1 or (search.body or {}).get("total") != len(entries):
        report("duplicates", f"the patient has {len(entries)} Consents")
    ids = [str(entry.get("id")) for entry in entries]
    consent_id = history.consent_id or (ids[0] if ids else None)
    if consent_id is None:  # a create of unknown outcome
        _settle(history, unknown, None, found, report)
        return found
    if history.acknowledged and not ids:
        report("lost", f"a search does not find Consent/{consent_id}")
    elif history.acknowledged and consent_id not in ids:
        report("lost", f"instead of Consent/{consent_id} there is Consent/{ids[0]}")
    latest = history.acknowledged[-1].version if history.acknowledged else 0
    for write in history.acknowledged:
        answer = server.read(consent_id, write.version)
        if answer.status != HTTPStatus.OK:
            report("lost", f"Consent/{consent_id} version {write.version}: {answer.status}")
        elif answer.body != write.body:
            report("lost", f"Consent/{consent_id} version {write.version} has other content")
    next_version = (latest or 0) + 1
    beyond = server.read(consent_id, next_version)
    far_beyond = server.read(consent_id, next_version + 1)
    current = server.read(consent_id)
    for version, answer in ((next_version, beyond), (next_version + 1, far_beyond)):
        if answer.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            report("errors", f"a read of version {version} is answered with {answer.status}")
            return found
    stored = beyond.body if beyond.status == HTTPStatus.OK else None
    if stored is not None and unknown is None:
        report("duplicates", f"Consent/{consent_id} version {next_version}, which nobody sent")
    elif stored is not None and unknown is not None and not is_as_sent(stored, unknown.sent):
        report("half-written", f"Consent/{consent_id} version {next_version} is not what was sent")
    expected = next_version if stored is not None else latest
    if current.status != HTTPStatus.OK or version_of(current.body) != expected:
        if unknown is None or history.acknowledged:
            kind = "lost" if (version_of(current.body) or 0) < (latest or 0) else "half-written"
        else:
            kind = "half-written"
        report(kind, f"the current version of Consent/{consent_id} is not {expected}")
    elif entries and entries[0] != current.body:
        report("half-written", f"search and read of Consent/{consent_id} differ")
    if far_beyond.status == HTTPStatus.OK:
        report("duplicates", f"Consent/{consent_id} has a version {next_version + 1}")
    _settle(history, unknown, stored, found, report)
    return found


def _settle(
    history: History,
    unknown: Write | None,
    stored: dict[str, Any] | None,
    found: Comparison,
    report: Any,
) -> None:
    """Note how the write of unknown outcome ended."""
    if unknown is None:
        return
    found.unknown["stored" if stored else "not stored"] += 1
    if stored is None:
        history.writes.remove(unknown)
        return
    if unknown.denied:
        report("errors", "the answer said that nothing was stored, but it was")
    unknown.body = stored
    unknown.consent_id = str(stored["id"])
    unknown.version = version_of(stored)


class Trail:
    """The audit trail: a line for every acknowledged write, and no line that is not whole."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0
        self._recorded: set[str] = set()
        self._broken = 0

    def compare(self, histories: Iterable[History]) -> Iterator[Violation]:
        """The acknowledged writes that have no line, and lines that are no JSON."""
        self._read_on()
        for _ in range(self._broken):
            yield Violation("unrecorded", "a line of the trail is not whole")
        self._broken = 0
        for history in histories:
            for write in history.acknowledged:
                name = f"{write.consent_id}/_history/{write.version}"
                if name not in self._recorded:
                    yield Violation("unrecorded", f"no line of the trail for Consent/{name}")

    def read_again(self) -> None:
        """Forget what was read, for a comparison with the whole file."""
        self._offset, self._recorded, self._broken = 0, set(), 0

    def _read_on(self) -> None:
        with self._file.open("rb") as lines:
            lines.seek(self._offset)
            for line in lines:
                self._offset += len(line)
                try:
                    entry = json.loads(line)
                except ValueError:
                    self._broken += 1
                    continue
                if entry.get("event") == "storing":
                    self._recorded.update(entry.get("consents", ()))
