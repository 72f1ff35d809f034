"""Cases run against a server: every response is judged, and what it stored is remembered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from ndop.assurance.fuzzing.credentials import authenticator
from ndop.assurance.fuzzing.oracle import Oracle, ViolationError
from ndop.assurance.fuzzing.raw_http import NoResponseError, RawHttpClient, Request
from ndop.assurance.fuzzing.strategies.cases import ID, PATIENT, VERSION, Case
from ndop.editions import Edition
from ndop.server.audit_modes import AuditMode

_LOCATION = re.compile(r"/([A-Za-z0-9\-.]{1,64})/_history/(\d+)$")
_ETAG = re.compile(r'^W/"(\d+)"$')

#: What requests are counted by: interaction, status, Spine code.
Outcome = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that was violated, with the requests that show it, as they were sent.

    `seed` is the seed of the strategy in the batch that found it.
    """

    rule: str
    explanation: str
    requests: tuple[Request, ...] = ()
    kind: str = ""
    seed: int = 0


class CaseFailedError(Exception):
    """A case that shows a failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.rule)
        self.failure = failure


@dataclass(slots=True)
class ExpectedState:
    """What the server reported as stored: Consent id to last version and to the patient of the
    case, and the patients of all cases.
    """

    versions: dict[str, int] = field(default_factory=dict)
    patient_of: dict[str, str] = field(default_factory=dict)
    patients: list[str] = field(default_factory=list)


class Session:
    """Runs cases on a server in an audit mode. `on_request` is called with 1 for each request."""

    def __init__(
        self,
        edition: Edition,
        client: RawHttpClient,
        mode: AuditMode,
        on_request: Callable[[int], object] = int,
    ) -> None:
        self.counts: Counter[Outcome] = Counter()
        self.expected = ExpectedState()
        #: The NHS numbers of the patients that requests were about.
        self.numbers: set[str] = set()
        self._oracle = Oracle(edition, client.api, self.numbers)
        self._client = client
        self._authenticate = authenticator(edition, mode, self._oracle.interaction)
        self._on_request = on_request
        self._suppressed: set[str] = set()

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.counts.total()

    def suppress(self, failure: Failure) -> None:
        """Report no further violations of this failure's rule."""
        self._suppressed.add(failure.rule)

    def send(self, request: Request, patient: str) -> httpx.Response:
        """Send a request, with the token that the server requires for the patient, if it does.

        Raises NoResponseError if there is no complete response, ServerError if nothing listens.
        """
        self.numbers.add(patient)
        return self._client.send(self._authenticate(request, patient))

    def run(self, case: Case, patient: str) -> None:
        """Send the requests of a case, for a patient. Raises CaseFailedError at the first
        violation.
        """
        self.numbers.add(patient)
        self.expected.patients.append(patient)
        consent_id, version = b"unknown", b"1"
        sent: list[Request] = []
        for template in case:
            request = self._authenticate(
                template.replacing(PATIENT.encode(), patient.encode())
                .replacing(ID, consent_id)
                .replacing(VERSION, version),
                patient,
            )
            sent.append(request)
            try:
                stored = self._exchange(request, patient)
            except ViolationError as violation:
                if violation.rule not in self._suppressed:
                    failure = Failure(violation.rule, str(violation), tuple(sent))
                    raise CaseFailedError(failure) from violation
                continue
            if stored is not None:
                consent_id, version = stored[0].encode(), str(stored[1]).encode()

    def _exchange(self, request: Request, patient: str) -> tuple[str, int] | None:
        """Send and judge. What is stored is remembered even if the response is a violation."""
        interaction = self._oracle.interaction(request)
        self._on_request(1)
        try:
            response = self._client.send(request)
        except NoResponseError as error:
            self.counts[interaction, 0, "no response"] += 1
            raise ViolationError("no response", str(error)) from error
        try:
            stored = self._stored(request, response)
            if stored is not None:
                self.expected.versions[stored[0]] = stored[1]
                self.expected.patient_of[stored[0]] = patient
            code = self._oracle.judge(request, response)
        except ViolationError:
            self.counts[interaction, response.status_code, "violation"] += 1
            raise
        self.counts[interaction, response.status_code, code] += 1
        return stored

    def _stored(self, request: Request, response: httpx.Response) -> tuple[str, int] | None:
        """Id and version of the Consent that a response reports as stored."""
        if response.status_code == httpx.codes.CREATED:
            found = _LOCATION.search(response.headers.get("location", ""))
            if found is None:
                raise ViolationError("created without a Location", str(response.headers))
            return found[1], int(found[2])
        etag = _ETAG.match(response.headers.get("etag", ""))
        if request.method == b"PUT" and response.status_code == httpx.codes.OK and etag:
            segments = request.target.partition(b"?")[0].split(b"/")
            return segments[-1].decode("latin-1"), int(etag[1])
        return None
