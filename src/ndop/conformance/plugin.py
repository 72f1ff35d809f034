"""The pytest plugin of the suite: options, fixtures, the marker `requirement`, the record of a run.

A test names the rows that it shows and gets a client, an edition and a fresh patient:

    @pytest.mark.requirement("NDOP-096")
    def test_read(ndop: NdopClient, edition: Edition, patient: str) -> None: ...

Rows that the edition does not have leave their tests out; so does a condition that it does not
meet, such as `where(holds=lambda edition: len(edition.purposes) > 1)`. A test of SHOULD or MAY
rows only that fails is a warning, in pytest's terms an expected failure.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fhirpy import SyncFHIRClient

from ndop.conformance import requirements
from ndop.conformance.client import NdopClient, http_client
from ndop.conformance.requirements import Register, Requirement
from ndop.conformance.results import Outcome, TestResult
from ndop.consents import Draft, draft
from ndop.editions import Edition, EditionFolder
from ndop.errors import NdopError
from ndop.layout import checkout
from ndop.nhs_numbers import synthetic

#: What a server under test can be said to be set up for; tests of anything else are skipped.
CLAIMS = {
    "strict-nhs-number": "a wrong check digit of an NHS number is refused",
    "require-if-match": "an update without If-Match is refused",
}


@dataclass(slots=True)
class Suite:
    """One run's settings and register."""

    base_url: str
    edition: Edition
    register: Register
    claims: frozenset[str]
    only: frozenset[str]


@dataclass(slots=True)
class Record:
    """What one test leaves for the report beside pytest's own."""

    client: NdopClient | None = None
    notes: list[str] = field(default_factory=list)


_SUITE = pytest.StashKey[Suite]()
_RECORD = pytest.StashKey[Record]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that `ndop conformance` passes on."""
    group = parser.getgroup("ndop", "National Data Opt-out conformance")
    group.addoption("--base-url", help="base URL of the server under test")
    group.addoption("--edition", default="ndop-1.1.0", help="edition that it is held to")
    group.addoption("--editions-folder", help="folder of edition YAML files")
    group.addoption("--claim", action="append", default=[], choices=sorted(CLAIMS))
    group.addoption("--only", action="append", default=[], help="an area or a requirement id")


def pytest_configure(config: pytest.Config) -> None:
    """Read the edition and the register once."""
    config.addinivalue_line("markers", "requirement(*ids): rows of the register that a test shows")
    config.addinivalue_line("markers", "where(holds): needs an edition of which this holds")
    config.addinivalue_line("markers", "claim(name): needs a server that is set up so")
    config.addinivalue_line("markers", "unclaimed(name): needs a server that is not set up so")
    if config.getoption("--base-url") is None:
        return
    try:
        layout = checkout()
        folder = Path(config.getoption("--editions-folder") or layout.editions)
        config.stash[_SUITE] = Suite(
            base_url=config.getoption("--base-url"),
            edition=EditionFolder(folder, layout.shared_facts).load(config.getoption("--edition")),
            register=requirements.read(layout.requirements),
            claims=frozenset(config.getoption("--claim")),
            only=frozenset(config.getoption("--only")),
        )
    except NdopError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of rows that the edition does not have, and those not asked for."""
    suite = config.stash.get(_SUITE, None)
    if suite is None:
        return
    applicable = {row.id for row in suite.register.of(suite.edition.id)}
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        rows = rows_of(item, suite.register)
        asked = not suite.only or suite.only & {area_of(item), *(row.id for row in rows)}
        fits = not rows or any(row.id in applicable for row in rows)
        fits = fits and all(
            one.kwargs["holds"](suite.edition) for one in item.iter_markers("where")
        )
        (kept if asked and fits else left_out).append(item)
    items[:] = kept
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def rows_of(item: pytest.Item, register: Register) -> list[Requirement]:
    """The rows that a test names. Raises UsageError for an id that the register does not have."""
    try:
        return [
            register[requirement_id]
            for marker in item.iter_markers("requirement")
            for requirement_id in marker.args
        ]
    except KeyError as error:
        raise pytest.UsageError(f"{item.nodeid}: {error.args[0]}") from error


def area_of(item: pytest.Item) -> str:
    """The area of a test: test_value_sets.py is of value-sets."""
    return item.path.stem.removeprefix("test_").replace("_", "-")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a server set up otherwise, and say what would un-skip it."""
    suite = item.config.stash.get(_SUITE, None)
    if suite is None:
        pytest.skip("needs a server: give --base-url")
    item.stash[_RECORD] = Record()
    item.user_properties.extend(("requirement", row.id) for row in rows_of(item, suite.register))
    for marker in item.iter_markers("claim"):
        name = marker.args[0]
        if name not in suite.claims:
            pytest.skip(f"needs a server where {CLAIMS[name]}: give --claim {name}")
    for marker in item.iter_markers("unclaimed"):
        name = marker.args[0]
        if name in suite.claims:
            pytest.skip(f"does not fit a server where {CLAIMS[name]} (--claim {name})")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Grade the report of a test and hang the record on it, for whoever writes the results."""
    report = yield
    suite = item.config.stash.get(_SUITE, None)
    if suite is None or (call.when != "call" and report.passed):
        return report
    rows = rows_of(item, suite.register)
    explanation = _explanation(call, report)
    outcome: Outcome = report.outcome
    if outcome == "failed" and rows and all(row.level != "SHALL" for row in rows):
        outcome = "warning"
        report.outcome = "skipped"
        report.wasxfail = explanation
    record = item.stash.get(_RECORD, Record())
    result = TestResult(
        id=item.nodeid,
        area=area_of(item),
        title=_title(item),
        requirements=[row.id for row in rows],
        outcome=outcome,
        explanation=explanation,
        notes=record.notes,
        seconds=call.duration,
        exchanges=record.client.exchanges if record.client else [],
    )
    # pytest sends further attributes of a report from its workers as they are.
    report.ndop = result.model_dump()  # type: ignore[attr-defined]
    return report


def _explanation(call: pytest.CallInfo[None], report: pytest.TestReport) -> str:
    if call.excinfo is None:
        return ""
    if report.skipped:
        return str(call.excinfo.value)
    error = call.excinfo.value
    if isinstance(error, AssertionError):
        return str(error)
    if isinstance(error, httpx.HTTPError):
        return f"No answer\n  expected: an HTTP answer\n  found:    {error}"
    return f"{type(error).__name__}: {error}\n{report.longreprtext}"


def _title(item: pytest.Item) -> str:
    function = getattr(item, "function", None)
    first_line = ((function.__doc__ if function else None) or item.name).strip().splitlines()[0]
    callspec = getattr(item, "callspec", None)
    return f"{first_line} [{callspec.id}]" if callspec else first_line


@pytest.fixture(scope="session")
def suite(request: pytest.FixtureRequest) -> Suite:
    """The run's settings and register."""
    return request.config.stash[_SUITE]


@pytest.fixture(scope="session")
def edition(suite: Suite) -> Edition:
    """The edition that the server is held to."""
    return suite.edition


@pytest.fixture(scope="session")
def _connections() -> Iterator[httpx.Client]:
    with http_client() as http:
        yield http


@pytest.fixture
def ndop(suite: Suite, _connections: httpx.Client, request: pytest.FixtureRequest) -> NdopClient:
    """A client of the server under test; its exchanges go into the report."""
    sends_if_match = "require-if-match" in suite.claims
    client = NdopClient(suite.base_url, _connections, sends_if_match=sends_if_match)
    request.node.stash[_RECORD].client = client
    return client


@pytest.fixture
def fhir(ndop: NdopClient) -> SyncFHIRClient:
    """The server under test through fhirpy, where a normal client would be used."""
    return ndop.fhirpy()


@pytest.fixture(scope="session")
def _numbers() -> Iterator[str]:
    return synthetic()


@pytest.fixture
def new_patient(ndop: NdopClient, edition: Edition, _numbers: Iterator[str]) -> Callable[[], str]:
    """Gives NHS numbers of the test range that the server has no Consent of."""

    def unknown_to_the_server() -> str:
        before = len(ndop.exchanges)
        for _ in range(20):
            nhs_number = next(_numbers)
            reference = edition.patient.reference_to(nhs_number)
            answer = ndop.get("Consent", params={"patient": reference})
            if answer.status_code != httpx.codes.OK or '"entry"' not in answer.text:
                break
        del ndop.exchanges[before:]
        return nhs_number

    return unknown_to_the_server


@pytest.fixture
def patient(new_patient: Callable[[], str]) -> str:
    """The NHS number of a patient without a Consent."""
    return new_patient()


@pytest.fixture
def consent(edition: Edition, patient: str) -> Draft:
    """A valid Consent of the patient, as JSON data to send or to change."""
    return draft(edition, patient)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keeps a sentence for the report, for rows that are recorded and not scored."""
    notes: list[str] = request.node.stash[_RECORD].notes
    return notes.append
