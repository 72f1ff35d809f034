"""Creates, updates, reads and searches on several connections, each about patients of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Event, Lock, Thread

from ndop.assurance.torture.http import Answer, Connection, is_as_sent, version_of
from ndop.assurance.torture.journal import NO_ANSWER, History, Journal, Write
from ndop.consents import draft, having
from ndop.consents.drafts import Draft
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition

#: The pause between two requests of a connection, in seconds. It is doubled, up to the longest,
#: with each that is not served.
_PAUSE, _LONGEST_PAUSE = 0.02, 1.0
#: Consents that a connection goes on to update and read.
_KEPT = 50
_FIRST_DATE = datetime(2019, 1, 1, tzinfo=UTC)
#: Phrases by which an answer says that nothing was stored.
_DENIALS = ("nothing was stored",)


class Load:
    """The load of one server. Every Consent that is sent differs from every other."""

    def __init__(
        self, base_url: str, edition: Edition, journal: Journal, connections: int, seed: int
    ) -> None:
        self._base_url = base_url
        self._edition = edition
        self._journal = journal
        self._patients = synthetic(seed)
        self._lock = Lock()
        self._workers = [random.Random(f"{seed}/{number}") for number in range(connections)]  # noqa: S311
        self._known: list[list[History]] = [[] for _ in range(connections)]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send requests for the duration of the block."""
        stop = Event()
        threads = [
            Thread(target=self._work, args=(stop, number), daemon=True)
            for number in range(len(self._workers))
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _work(self, stop: Event, worker: int) -> None:
        random_source, known = self._workers[worker], self._known[worker]
        connection, pause = Connection(self._base_url, self._edition), _PAUSE
        try:
            while not stop.is_set():
                known[:] = [one for one in known[-_KEPT:] if one.unknown is None]
                kind = random_source.choices(
                    ["create", "update", "read", "search"], [40, 30, 15, 15]
                )[0]
                if kind == "create" or not known:
                    status = self._create(connection, known)
                else:
                    status = self._about(kind, connection, random_source.choice(known))
                served = status not in (NO_ANSWER, HTTPStatus.SERVICE_UNAVAILABLE)
                pause = _PAUSE if served else min(2 * pause, _LONGEST_PAUSE)
                stop.wait(pause)
        except Exception as error:  # an answer that nobody thought of must not end the load unseen
            self._journal.violation(f"a connection of the load ended: {error!r}")
        finally:
            connection.close()

    def _create(self, connection: Connection, known: list[History]) -> int:
        with self._lock:
            patient = next(self._patients)
        number = self._journal.next_number()
        write = Write(number, patient, self._consent(patient, number))
        history = self._journal.begin(write)
        answer = connection.create(write.sent)
        self._record(write, answer, HTTPStatus.CREATED)
        if write.acknowledged:
            known.append(history)
        return answer.status

    def _about(self, kind: str, connection: Connection, history: History) -> int:
        last = history.writes[-1]
        consent_id = history.consent_id
        assert consent_id is not None
        if kind == "update":
            number = self._journal.next_number()
            sent = self._consent(history.patient, number) | {"id": consent_id}
            write = Write(number, history.patient, sent, consent_id, last.version)
            self._journal.begin(write)
            answer = connection.update(consent_id, last.version or 0, sent)
            self._record(write, answer, HTTPStatus.OK)
            return answer.status
        if kind == "read":
            answer = connection.read(consent_id)
            found = answer.body
        else:
            answer = connection.search(history.patient)
            entries = (answer.body or {}).get("entry") or [{}]
            found = entries[0].get("resource")
        self._journal.count(kind, answer.status)
        if answer.status == HTTPStatus.OK and found != last.body:
            self._journal.violation(
                f"{kind} of Consent/{consent_id}: not version {last.version}, which was "
                "acknowledged before"
            )
        return answer.status

    def _record(self, write: Write, answer: Answer, expected: HTTPStatus) -> None:
        write.status, known_id = answer.status, write.consent_id
        if answer.status == expected:
            write.body = answer.body
            write.consent_id = (answer.body or {}).get("id")
            write.version = version_of(answer.body)
            if not _confirms(answer, write, known_id):
                self._journal.violation(
                    f"write {write.number}: acknowledged, but the answer is not what was sent"
                )
        else:
            write.denied = any(phrase in answer.diagnostics for phrase in _DENIALS)
        self._journal.end(write)
        self._journal.count("create" if write.based_on is None else "update", answer.status)

    def _consent(self, patient: str, number: int) -> Draft:
        """A Consent that no other write has sent: its time is its number in seconds."""
        status = self._edition.status.opted_out if number % 2 else self._edition.status.sharing
        time_of_day = (_FIRST_DATE + timedelta(seconds=number)).isoformat()
        consent = draft(self._edition, patient, status=status)
        return having(consent, "dateTime", value=time_of_day)


def _confirms(answer: Answer, write: Write, known_id: str | None) -> bool:
    """Whether an answer shows the version that the write makes, with what was sent."""
    body = answer.body or {}
    return (
        is_as_sent(body, write.sent)
        and version_of(body) == (write.based_on or 0) + 1
        and known_id in (None, body.get("id"))
    )


def wait_until_answering(
    base_url: str, edition: Edition, patient: str, seconds: float, has_ended: Callable[[], bool]
) -> float | None:
    """Seconds until a search is answered with 200; None where the server ends or needs longer than
    `seconds`.
    """
    begun = time.monotonic()
    connection = Connection(base_url, edition)
    try:
        while time.monotonic() - begun < seconds and not has_ended():
            if connection.search(patient).status == HTTPStatus.OK:
                return time.monotonic() - begun
            time.sleep(0.1)
    finally:
        connection.close()
    return None


def wait_until_acknowledging(
    journal: Journal, writes: int, seconds: float, has_ended: Callable[[], bool]
) -> bool:
    """Wait until the load has had so many more writes acknowledged; False where the server ends or
    needs longer than `seconds`.
    """
    wanted = journal.acknowledged + writes
    latest = time.monotonic() + seconds
    while journal.acknowledged < wanted:
        if time.monotonic() > latest or has_ended():
            return False
        time.sleep(0.02)
    return True
