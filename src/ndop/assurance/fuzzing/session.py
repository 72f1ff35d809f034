"""Cases played against a server: each answer judged, what was stored kept in mind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from ndop.assurance.fuzzing.oracle import Breach, Oracle
from ndop.assurance.fuzzing.strategies import ID, NOBODY, VERSION, Case
from ndop.assurance.fuzzing.wire import NoAnswer, Request, Wire
from ndop.editions import Edition

_LOCATION = re.compile(r"/([A-Za-z0-9\-.]{1,64})/_history/(\d+)$")
_TAG = re.compile(r'^W/"(\d+)"$')

#: Interaction, status, Spine code: what counts are of.
Outcome = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """A broken promise, with the requests that show it, as they were sent."""

    rule: str
    explanation: str
    requests: tuple[Request, ...] = ()
    kind: str = ""
    #: Of the kind's strategy, in the round that found it.
    seed: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """The same for failures that are likely to have the same cause."""
        return self.rule, self.kind


class Broken(Exception):  # noqa: N818  # it says what it is
    """A case that shows a failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.rule)
        self.failure = failure


@dataclass(slots=True)
class ExpectedState:
    """What the server said that it stored: Consent id to its last version, and each patient."""

    versions: dict[str, int] = field(default_factory=dict)
    patients: list[str] = field(default_factory=list)


class Session:
    """Plays cases. `patients` gives each case one of its own; `sent` is called for each request."""

    def __init__(
        self,
        edition: Edition,
        wire: Wire,
        patients: Iterator[str],
        sent: Callable[[int], object] = int,
    ) -> None:
        self.counts: Counter[Outcome] = Counter()
        self.told = ExpectedState()
        self._oracle = Oracle(edition, wire.api)
        self._wire = wire
        self._patients = patients
        self._sent = sent
        self._known: set[str] = set()

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self.counts.total()

    def forgive(self, failure: Failure) -> None:
        """Look no longer for failures like this one."""
        self._known.add(failure.rule)

    def play(self, case: Case) -> None:
        """Send the requests of a case. Raises Broken at the first answer that breaks a promise."""
        patient = next(self._patients)
        self.told.patients.append(patient)
        consent, version = b"unknown", b"1"
        played: list[Request] = []
        for template in case:
            request = (
                template.replaced(NOBODY.encode(), patient.encode())
                .replaced(ID, consent)
                .replaced(VERSION, version)
            )
            played.append(request)
            try:
                stored = self._exchange(request)
            except Breach as breach:
                if breach.rule not in self._known:
                    raise Broken(Failure(breach.rule, str(breach), tuple(played))) from breach
                continue
            if stored is not None:
                consent, version = stored[0].encode(), str(stored[1]).encode()

    def _exchange(self, request: Request) -> tuple[str, int] | None:
        """Send and judge. What is stored now is kept in mind even where the answer is bad."""
        interaction = self._oracle.interaction(request)
        self._sent(1)
        try:
            answer = self._wire.send(request)
        except NoAnswer as error:
            self.counts[interaction, 0, "no answer"] += 1
            raise Breach("no answer", str(error)) from error
        try:
            stored = self._stored(request, answer)
            if stored is not None:
                self.told.versions[stored[0]] = stored[1]
            code = self._oracle.judge(request, answer)
        except Breach:
            self.counts[interaction, answer.status_code, "not as promised"] += 1
            raise
        self.counts[interaction, answer.status_code, code] += 1
        return stored

    def _stored(self, request: Request, answer: httpx.Response) -> tuple[str, int] | None:
        """Id and version of the Consent that an answer says is stored now."""
        if answer.status_code == httpx.codes.CREATED:
            found = _LOCATION.search(answer.headers.get("location", ""))
            if found is None:
                raise Breach("created without an address", str(answer.headers))
            return found[1], int(found[2])
        tag = _TAG.match(answer.headers.get("etag", ""))
        if request.method == b"PUT" and answer.status_code == httpx.codes.OK and tag:
            segments = request.target.partition(b"?")[0].split(b"/")
            return segments[-1].decode("latin-1"), int(tag[1])
        return None
