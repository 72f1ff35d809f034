"""A whole run: batches of each kind in turn until enough is sent, then the postconditions."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Flaky

from ndop.assurance.fuzzing import health, postconditions
from ndop.assurance.fuzzing.health import Health
from ndop.assurance.fuzzing.plan import KINDS, Plan
from ndop.assurance.fuzzing.raw_http import NoResponseError, RawHttpClient, Request
from ndop.assurance.fuzzing.session import CaseFailedError, Failure, Outcome, Session
from ndop.assurance.fuzzing.strategies import cases_of
from ndop.assurance.fuzzing.strategies.cases import Case, Cases
from ndop.consents.nhs_numbers import synthetic
from ndop.consents.patients import first_without_consent
from ndop.editions import Edition
from ndop.server.process import RunningServer

#: The most cases of one kind in a row.
_MOST_IN_BATCH = 100
#: The share of requests that warm the server up before its health is first measured.
_WARM_UP = 0.2
#: How much a server may grow during a run: caches fill up, leaks keep growing.
_MOST_HEAP_GROWTH = 64 * 2**20
_MOST_THREAD_GROWTH = 8
#: After this many failures a run ends.
_MOST_FAILURES = 20


@dataclass(slots=True)
class FuzzResult:
    """What a run found, up to its end or interruption.

    `leaks` is the number of lines with patient data in the server's log and trail, `before` the
    health of the server when warm, `after` at the end; all are None for a server that was not
    started for the run.
    """

    edition: str
    plan: Plan
    requests: int = 0
    consents: int = 0
    counts: dict[Outcome, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    leaks: int | None = None
    before: Health | None = None
    after: Health | None = None
    interruption: KeyboardInterrupt | None = None


def fuzz(
    edition: Edition,
    base_url: str,
    plan: Plan,
    *,
    server: RunningServer | None = None,
    trail: Path | None = None,
    check_postconditions: bool = True,
    on_request: Callable[[int], object] = int,
    on_check: Callable[[int], object] = int,
) -> FuzzResult:
    """Send what the plan says, judge every response, and check what is stored.

    If `server` was started for the run, its heap, threads and log are checked too, and the file
    `trail`, if it writes its audit trail there. `on_request` is called with 1 for each request of a
    case, `on_check` for each request of the postconditions. A KeyboardInterrupt ends the run and is
    part of the result. Raises ServerError if nothing listens any more.
    """
    result = FuzzResult(edition.id, plan)
    client = RawHttpClient(base_url)
    # A server not started for this run may know the patients of the last run with this seed.
    numbers = synthetic(None if server is None else plan.seed)
    session = Session(edition, client, plan.audit, on_request)
    patients = _new_patients(numbers, edition, client.api, session)
    strategies = {kind: cases_of(kind, edition, client.api) for kind in plan.kinds or KINDS}
    # Even in a short run each kind has its turn.
    batch = max(10, min(_MOST_IN_BATCH, plan.requests // (3 * len(strategies))))
    try:
        for number, (kind, cases) in _turns(strategies):
            if session.requests >= plan.requests or len(result.failures) >= _MOST_FAILURES:
                break
            if server and not result.before and session.requests >= plan.requests * _WARM_UP:
                result.before = health.measure(server)
            seed = _seed(plan.seed, kind, number)
            failure = _run_batch(session, patients, cases, batch, kind, seed)
            if failure is not None:
                session.suppress(failure)
                result.failures.append(failure)
        if check_postconditions:
            result.failures += postconditions.check(
                edition, client.api, session.send, session.expected, on_check
            )
    except KeyboardInterrupt as interruption:
        result.interruption = interruption
    finally:
        client.close()
        result.requests = session.requests
        result.counts = dict(session.counts)
        result.consents = len(session.expected.versions)
    if server is not None and result.interruption is None:
        result.after = health.measure(server)
        result.failures += _health_failures(server, result, session.numbers)
        if trail is not None:
            result.failures += trail_failures(trail, result, session.numbers)
    return result


def _new_patients(
    numbers: Iterator[str], edition: Edition, api: str, session: Session
) -> Iterator[str]:
    """Patients of whom the server has no Consent: what it finds of them, this run has stored."""

    def search(reference: str) -> httpx.Response:
        target = f"{api}/{edition.consent.type}?patient={reference}"
        nhs_number = edition.patient.form.search(reference)
        assert nhs_number is not None, "it is a reference to a patient"
        return session.send(Request(b"GET", target.encode()), nhs_number[1])

    while True:
        try:
            nhs_number = first_without_consent(numbers, edition, search)
        except NoResponseError:
            nhs_number = next(numbers)  # the case itself will report it
        assert nhs_number is not None, "synthetic numbers have no end"
        yield nhs_number


def _turns(strategies: dict[str, Cases]) -> Iterator[tuple[int, tuple[str, Cases]]]:
    for number in itertools.count():
        for turn in strategies.items():
            yield number, turn


def _seed(seed: int, kind: str, number: int) -> int:
    return zlib.crc32(f"{seed} {kind} {number}".encode())


def _run_batch(
    session: Session, patients: Iterator[str], cases: Cases, size: int, kind: str, seed: int
) -> Failure | None:
    """Run cases of one kind, each for a patient of its own.

    If one fails, returns the smallest case that shows the failure.
    """
    found: list[Failure] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(cases)
    def run(case: Case) -> None:
        try:
            session.run(case, next(patients))
        except CaseFailedError as error:
            found.append(error.failure)
            raise

    try:
        run()
    except (CaseFailedError, Flaky):
        last = found[-1]
        return Failure(last.rule, last.explanation, last.requests, kind, seed)
    return None


def _health_failures(
    server: RunningServer, result: FuzzResult, numbers: Set[str]
) -> Iterator[Failure]:
    before, after = result.before, result.after
    if before and after:
        for rule, growth, most in (
            ("growing heap", after.heap - before.heap, _MOST_HEAP_GROWTH),
            ("growing number of threads", after.threads - before.threads, _MOST_THREAD_GROWTH),
        ):
            if growth > most:
                yield Failure(rule, f"{rule}: by {growth}, expected at most {most}")
    log = server.log.read_text(encoding="utf-8", errors="replace")
    leaks = health.confidential_lines(log, numbers)
    result.leaks = len(leaks)
    for line in leaks[:5]:
        yield Failure("confidential data in the log", f"confidential data in the log: {line}")
    for line in health.failure_lines(log)[:5]:
        yield Failure("unexpected failure in the log", f"unexpected failure in the log: {line}")


def trail_failures(trail: Path, result: FuzzResult, numbers: Set[str]) -> Iterator[Failure]:
    """Lines of the audit trail that have one of the NHS numbers, which are added to the leaks."""
    leaks = health.lines_with_numbers(trail.read_text(encoding="utf-8", errors="replace"), numbers)
    result.leaks = (result.leaks or 0) + len(leaks)
    for line in leaks[:5]:
        yield Failure("an NHS number in the trail", f"an NHS number in the trail: {line}")
