"""A whole run: batches of each kind in turn, until enough was sent; then a look at what is left."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx
import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Flaky

from ndop.assurance.fuzzing import health, postconditions
from ndop.assurance.fuzzing.health import Vitals
from ndop.assurance.fuzzing.session import Broken, Failure, Outcome, Session
from ndop.assurance.fuzzing.strategies import KINDS, Case, Cases, Requests
from ndop.assurance.fuzzing.wire import NoAnswer, Request, Wire
from ndop.consents.nhs_numbers import synthetic
from ndop.consents.patients import first_without_consent
from ndop.editions import Edition
from ndop.server.process import RunningServer

#: The most cases of one kind before the next kind's turn.
BATCH = 100
#: Of all requests, the part that warms the server before its health is measured.
_WARMING = 0.2
#: What a server may have grown by when all is over: caches fill, leaks grow on.
HEAP_BOUND = 64 * 2**20
THREADS_BOUND = 8
_FAILURES_BOUND = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send: at least `requests`, of these `kinds` (all where it is empty)."""

    requests: int = 20_000
    seed: int = 0
    kinds: Sequence[str] = ()


@dataclass(slots=True)
class Result:
    """What came of it, up to an interruption. The vitals are None of a server that was not started
    here.
    """

    edition: str
    plan: Plan
    requests: int = 0
    consents: int = 0
    counts: dict[Outcome, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    before: Vitals | None = None
    after: Vitals | None = None
    interruption: KeyboardInterrupt | None = None


def fuzz(
    edition: Edition,
    base_url: str,
    plan: Plan,
    *,
    server: RunningServer | None = None,
    inspect: bool = True,
    sent: Callable[[int], object] = int,
    looking: Callable[[int], object] = int,
) -> Result:
    """Send what the plan says and judge every answer, then inspect what was stored.

    `server`, where it was started for this: its heap, threads and log are judged too. Without
    `inspect` what was stored is not looked at. `sent` is called for each request, `looking` for
    each look at what was stored. Of an interruption the result tells. Raises ServerError: nothing
    answers any more.
    """
    result = Result(edition.id, plan)
    wire = Wire(base_url)
    # A server that is not ours may know the patients of the last run with this seed.
    numbers = synthetic(None if server is None else plan.seed)
    session = Session(edition, wire, _unknown(numbers, edition, wire), sent)
    requests = Requests(edition, wire.api)
    strategies = {kind: requests.of(kind) for kind in plan.kinds or KINDS}
    # In a short run too each kind has its turn.
    batch = max(10, min(BATCH, plan.requests // (3 * len(strategies))))
    try:
        for number, (kind, cases) in _turns(strategies):
            if session.requests >= plan.requests or len(result.failures) >= _FAILURES_BOUND:
                break
            if server and not result.before and session.requests >= plan.requests * _WARMING:
                result.before = health.measure(server)
            failure = _batch(session, cases, batch, kind, _seed(plan.seed, kind, number))
            if failure is not None:
                session.forgive(failure)
                result.failures.append(failure)
        if inspect:
            result.failures += postconditions.inspect(edition, wire, session.told, looking)
    except KeyboardInterrupt as interruption:
        result.interruption = interruption
    finally:
        wire.close()
        result.requests = session.requests
        result.counts = dict(session.counts)
        result.consents = len(session.told.versions)
    if server is not None and result.interruption is None:
        result.after = health.measure(server)
        result.failures += _of_health(server, result)
    return result


def _unknown(numbers: Iterator[str], edition: Edition, wire: Wire) -> Iterator[str]:
    """Those of whom the server has no Consent: what is found of them was stored by this run."""

    def search(reference: str) -> httpx.Response:
        target = f"{wire.api}/{edition.consent.type}?patient={reference}"
        return wire.send(Request(b"GET", target.encode()))

    while True:
        try:
            nhs_number = first_without_consent(numbers, edition, search)
        except NoAnswer:
            nhs_number = next(numbers)  # the case itself shall tell of it
        assert nhs_number is not None, "synthetic numbers have no end"
        yield nhs_number


def _turns(strategies: dict[str, Cases]) -> Iterator[tuple[int, tuple[str, Cases]]]:
    for number in itertools.count():
        for turn in strategies.items():
            yield number, turn


def _seed(seed: int, kind: str, number: int) -> int:
    return zlib.crc32(f"{seed} {kind} {number}".encode())


def _batch(session: Session, cases: Cases, size: int, kind: str, seed: int) -> Failure | None:
    """Play cases of one kind; of a failure the smallest case that shows it."""
    last: list[Failure] = []

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
    def play(case: Case) -> None:
        try:
            session.play(case)
        except Broken as broken:
            last.append(broken.failure)
            raise

    try:
        play()
    except (Broken, Flaky):
        found = last[-1]
        return Failure(found.rule, found.explanation, found.requests, kind, seed)
    return None


def _of_health(server: RunningServer, result: Result) -> Iterator[Failure]:
    before, after = result.before, result.after
    if before and after:
        for what, grown, bound in (
            ("bytes of heap", after.heap - before.heap, HEAP_BOUND),
            ("threads", after.threads - before.threads, THREADS_BOUND),
        ):
            if grown > bound:
                yield Failure(f"{what} grow", f"by {grown}, at most {bound} was expected")
    log = server.log.read_text(encoding="utf-8", errors="replace")
    for line in health.confidential_lines(log)[:5]:
        yield Failure("something confidential in the log", line)
    for line in health.failures(log)[:5]:
        yield Failure("the log tells of a failure", line)
