"""The pytest plugin of the suite: options, fixtures, the marker `requirement`, the record of a run.

A test names the rows that it shows and gets a client, an edition and a fresh patient:

    @pytest.mark.requirement("NDOP-096")
    def test_read(ndop: NdopClient, edition: Edition, patient: str) -> None: ...

Rows that the edition does not have leave their tests out; so does a condition that it does not
meet, such as `where(holds=lambda edition: len(edition.purposes) > 1)`. A test of SHOULD or MAY
rows only that fails is a warning, in pytest's terms an expected failure.

A team's own tests can use it too: `pytest -p ndop.conformance.suite.plugin --ndop-preset FILE`
(docs/conformance.md).
"""

from __future__ import annotations

import linecache
import os
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import BaseFHIRError

from ndop.conformance.register import requirements
from ndop.conformance.register.requirements import Level, Register, Requirement
from ndop.conformance.report.results import Exchange, Outcome, TestResult
from ndop.conformance.suite import expectations, preset, proxies
from ndop.conformance.suite.access import http_client, why_no_answer
from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.masking import Mask
from ndop.conformance.suite.preset import Described, Known
from ndop.conformance.suite.settings import Settings
from ndop.consents import Draft, draft
from ndop.consents.nhs_numbers import synthetic
from ndop.consents.patients import MOST_TRIES, first_without_consent
from ndop.editions import DEFAULT_EDITION, Edition, EditionFolder
from ndop.system.errors import NdopError, PresetError
from ndop.system.layout import Layout, checkout

#: What a server under test can be said to be set up for; tests of anything else are skipped.
CLAIMS = {
    "strict-nhs-number": "a wrong check digit of an NHS number is refused",
    "require-if-match": "an update without If-Match is refused",
    "requires-token": "a request without audit headers and token is refused",
    "ignores-token": "audit headers and tokens are ignored",
    "verifies-signatures": "tokens must be signed with a known key",
}


_LEVELS: tuple[Level, ...] = ("SHALL", "SHOULD", "MAY")


@dataclass(slots=True)
class Suite:
    """One run's settings, register and edition."""

    settings: Settings
    edition: Edition
    register: Register
    share: int
    shares: int

    @property
    def base_url(self) -> str:
        """The base URL of the server under test."""
        return self.settings.base_url

    @property
    def claims(self) -> frozenset[str]:
        """What the server is said to be set up for."""
        return self.settings.claims

    @property
    def lacks_key(self) -> bool:
        """Whether the server asks for signed tokens and there is nothing to sign them with."""
        signed = "verifies-signatures" in self.claims
        return signed and self.settings.access.token_key is None


@dataclass(slots=True)
class Record:
    """What one test leaves for the report beside pytest's own."""

    client: NdopClient | None = None
    notes: list[str] = field(default_factory=list)
    patients: list[str] = field(default_factory=list)
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a test does not run, and what would let it."""

    reason: str
    remedy: str


_SUITE = pytest.StashKey[Suite]()
_RECORD = pytest.StashKey[Record]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; `ndop conformance` needs only the last, which has everything in it."""
    group = parser.getgroup("ndop", "National Data Opt-out conformance")
    group.addoption("--ndop-preset", type=Path, help="YAML file that describes the server")
    group.addoption("--ndop-base-url", help="base URL of the server under test")
    group.addoption("--ndop-edition", help=f"edition that it is held to ({DEFAULT_EDITION})")
    group.addoption("--ndop-claim", action="append", default=[], choices=sorted(CLAIMS))
    group.addoption("--ndop-only", action="append", default=[], help="area or requirement id")
    group.addoption("--ndop-settings-from", type=int, help="file descriptor to read settings from")


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings, the edition and the register once."""
    config.addinivalue_line("markers", "requirement(*ids): rows of the register that a test shows")
    config.addinivalue_line("markers", "where(holds): needs an edition of which this holds")
    config.addinivalue_line("markers", "claim(name): needs a server that is set up so")
    config.addinivalue_line("markers", "unclaimed(name): needs a server that is not set up so")
    try:
        layout = checkout()
        register = requirements.read(layout.requirements)
        settings = _settings(config, layout, register)
        if settings is None:
            return
        worker = getattr(config, "workerinput", {"workerid": "gw0", "workercount": 1})
        config.stash[_SUITE] = Suite(
            settings=settings,
            edition=EditionFolder.of(layout, settings.editions_folder).load(settings.edition),
            register=register,
            share=int(worker["workerid"].removeprefix("gw")) % worker["workercount"],
            shares=worker["workercount"],
        )
    except NdopError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the settings on to a process of pytest-xdist."""
    suite = node.config.stash.get(_SUITE, None)
    if suite is not None:
        node.workerinput["ndop"] = suite.settings.model_dump_json()


def known(layout: Layout, register: Register) -> Known:
    """What a preset may name."""
    editions = EditionFolder.of(layout).ids()
    return Known([row.id for row in register.rows], editions, CLAIMS)


def _settings(config: pytest.Config, layout: Layout, register: Register) -> Settings | None:
    """What this process is told; None where no server is named."""
    worker: Mapping[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        return Settings.model_validate_json(worker["ndop"]) if "ndop" in worker else None
    descriptor = config.getoption("--ndop-settings-from")
    if descriptor is not None:
        with os.fdopen(descriptor, encoding="utf-8") as stream:
            return Settings.model_validate_json(stream.read())
    file: Path | None = config.getoption("--ndop-preset")
    described = preset.read(file, known(layout, register)) if file else Described()
    base_url = config.getoption("--ndop-base-url") or described.base_url
    if base_url is None:
        if file is not None:
            raise PresetError(f"{file}: base-url: expected one here, or give --ndop-base-url")
        return None
    return Settings(
        base_url=base_url,
        edition=config.getoption("--ndop-edition") or described.edition or DEFAULT_EDITION,
        claims=frozenset(config.getoption("--ndop-claim") or described.claims),
        only=frozenset(config.getoption("--ndop-only")),
        access=described.access,
        patients=described.patients,
        left_out=dict(described.left_out),
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of rows that the edition does not have, and those not asked for."""
    suite = config.stash.get(_SUITE, None)
    if suite is None:
        return
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        rows = rows_of(item, suite.register)
        only = suite.settings.only
        asked = not only or only & {area_of(item.path), *(row.id for row in rows)}
        fitting = fits(item, suite.edition, suite.register)
        (kept if asked and fitting else left_out).append(item)
    items[:] = kept
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def fits(item: pytest.Item, edition: Edition, register: Register) -> bool:
    """Whether a test asks something of an edition. Raises UsageError, as `rows_of`."""
    rows = rows_of(item, register)
    applicable = {row.id for row in register.of(edition)}
    return (not rows or any(row.id in applicable for row in rows)) and all(
        one.kwargs["holds"](edition) for one in item.iter_markers("where")
    )


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


def area_of(file: Path) -> str:
    """The area of a file of tests: test_value_sets.py is of value-sets."""
    return file.stem.removeprefix("test_").replace("_", "-")


def skip_of(item: pytest.Item, suite: Suite) -> Skip | None:
    """Why a test will not run against this server, as far as it is known before the run."""
    for row in rows_of(item, suite.register):
        if row.id in suite.settings.left_out:
            reason = f"{row.id} is left out: {suite.settings.left_out[row.id]}"
            return Skip(reason, f"take {row.id} out of leave-out")
    for marker in item.iter_markers("claim"):
        name = marker.args[0]
        if name not in suite.claims:
            return Skip(f"needs a server where {CLAIMS[name]}", f"give --claim {name}")
    if suite.lacks_key and (
        "requires-token" in suite.claims or "credentials" in getattr(item, "fixturenames", ())
    ):
        return Skip("needs tokens that the server trusts", "give --token-key FILE")
    for marker in item.iter_markers("unclaimed"):
        name = marker.args[0]
        if name in suite.claims:
            remedy = f"run it without --claim {name} against a server that is not set up so"
            return Skip(f"does not fit a server where {CLAIMS[name]}", remedy)
    return None


def planned_skips(session: pytest.Session) -> list[TestResult]:
    """The tests that will be skipped, with reason and remedy."""
    suite = session.config.stash.get(_SUITE, None)
    if suite is None:
        return []
    skips = ((item, skip_of(item, suite)) for item in session.items)
    return [
        _result(item, suite, Record(remedy=skip.remedy), "skipped", skip.reason)
        for item, skip in skips
        if skip is not None
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a server set up otherwise, and say what would un-skip it."""
    suite = item.config.stash.get(_SUITE, None)
    if suite is None:
        if "suite" in getattr(item, "fixturenames", ()):
            pytest.skip("needs a server: give --ndop-preset or --ndop-base-url")
        return
    item.stash[_RECORD] = Record()
    item.user_properties.extend(("requirement", row.id) for row in rows_of(item, suite.register))
    if (skip := skip_of(item, suite)) is not None:
        item.stash[_RECORD].remedy = skip.remedy
        pytest.skip(skip.reason)


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
    record = item.stash.get(_RECORD, Record())
    explanation = _explanation(call, report, record)
    outcome: Outcome = report.outcome
    if outcome == "failed" and rows and all(row.level != "SHALL" for row in rows):
        outcome = "warning"
        report.outcome = "skipped"
        report.wasxfail = explanation
    result = _result(item, suite, record, outcome, explanation, call.duration)
    # pytest sends further attributes of a report from its workers as they are.
    report.ndop = result.model_dump()  # type: ignore[attr-defined]
    return report


def _result(
    item: pytest.Item,
    suite: Suite,
    record: Record,
    outcome: Outcome,
    explanation: str,
    seconds: float = 0.0,
) -> TestResult:
    """The result of a test, without secrets."""
    rows = rows_of(item, suite.register)
    mask = Mask(suite.settings.access.secrets)
    return TestResult(
        id=_id(item, mask),
        area=area_of(item.path),
        title=mask.text(_title(item)),
        level=min((row.level for row in rows), key=_LEVELS.index, default=None),
        requirements=[row.id for row in rows],
        outcome=outcome,
        explanation=mask.text(explanation),
        remedy=record.remedy if outcome == "skipped" else "",
        notes=[mask.text(note) for note in record.notes],
        patients=[mask.text(patient) for patient in record.patients],
        seconds=seconds,
        exchanges=record.client.exchanges if record.client else [],
    )


def _explanation(call: pytest.CallInfo[None], report: pytest.TestReport, record: Record) -> str:
    told = _cause(call, report, record)
    exchanges = record.client.exchanges if record.client else []
    if report.failed and exchanges and proxies.is_of_a_proxy(exchanges[-1]):
        return f"{told}\n{proxies.NOTE}"
    return told


def _cause(call: pytest.CallInfo[None], report: pytest.TestReport, record: Record) -> str:
    if call.excinfo is None:
        return ""
    error = call.excinfo.value
    if report.skipped:
        return str(error)
    if isinstance(error, AssertionError):
        return str(error)
    if isinstance(error, httpx.HTTPError | requests.RequestException):
        return f"No answer\n  expected: an HTTP answer\n  found:    {why_no_answer(error)}"
    if isinstance(error, BaseFHIRError):
        told = str(error).strip() or type(error).__name__
        return f"The answer to fhirpy\n  expected: success\n  found:    {told[:500]}"
    exchanges: list[Exchange] = record.client.exchanges if record.client else []
    if exchanges and isinstance(error, LookupError | TypeError | ValueError | AttributeError):
        return _unreadable(error)
    return f"{type(error).__name__}: {error}\n{report.longreprtext}"


def _unreadable(error: Exception) -> str:
    """For an answer in which a test does not find what it reads, and had no reason to judge."""
    last = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in last if Path(frame.filename).name.startswith(("test_", "conftest"))]
    frame = (own or last)[-1]
    line = frame.line or linecache.getline(frame.filename, frame.lineno or 0).strip()
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return (
        "The last answer\n"
        f"  expected: what the test reads from it in {place}: {line}\n"
        f"  found:    it is not there, or of another form ({type(error).__name__}: {error})"
    )


def _id(item: pytest.Item, mask: Mask) -> str:
    """The id of a test; where a parameter is masked, the numbers of its parameters are in it."""
    callspec = getattr(item, "callspec", None)
    if mask.text(item.nodeid) == item.nodeid or callspec is None:
        return item.nodeid
    numbers = "-".join(map(str, callspec.indices.values()))
    return mask.text(f"{item.nodeid.partition('[')[0]}[{numbers}]")


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
def _connections(suite: Suite) -> Iterator[httpx.Client]:
    with http_client(suite.settings.access) as http:
        yield http


@pytest.fixture(scope="session")
def credentials(suite: Suite) -> Credentials:
    """Makes audit headers and tokens, a new token for each request."""
    return Credentials.able(suite.edition, suite.settings)


@pytest.fixture
def ndop(suite: Suite, _connections: httpx.Client, request: pytest.FixtureRequest) -> NdopClient:
    """A client of the server under test; its exchanges go into the report."""
    sends_if_match = "require-if-match" in suite.claims
    client = NdopClient(
        suite.base_url,
        _connections,
        suite.settings.access,
        sends_if_match=sends_if_match,
        credentials=request.getfixturevalue("credentials")
        if "requires-token" in suite.claims
        else None,
    )
    request.node.stash[_RECORD].client = client
    return client


@pytest.fixture
def fhir(ndop: NdopClient) -> SyncFHIRClient:
    """The server under test through fhirpy, where a normal client would be used."""
    return ndop.fhirpy()


@pytest.fixture(scope="session")
def _numbers(suite: Suite) -> Iterator[str]:
    """NHS numbers that no other process of this run takes."""
    if suite.settings.patients:
        return iter(suite.settings.patients[suite.share :: suite.shares])
    return synthetic(share=suite.share, shares=suite.shares)


@pytest.fixture
def new_patient(
    suite: Suite,
    ndop: NdopClient,
    edition: Edition,
    _numbers: Iterator[str],
    request: pytest.FixtureRequest,
) -> Callable[[], str]:
    """Gives NHS numbers that the server has no Consent of, each once in a run.

    Skips the test where the patients that the preset names are used up.
    """
    record = request.node.stash[_RECORD]
    made_up = not suite.settings.patients

    def unknown_to_the_server() -> str:
        before = len(ndop.exchanges)
        nhs_number = first_without_consent(
            _numbers,
            edition,
            lambda reference: ndop.get("Consent", params={"patient": reference}),
            most_tries=MOST_TRIES if made_up else None,
        )
        if nhs_number is None:
            record.remedy = "name more patients without a Consent in the preset"
            pytest.skip("needs a patient without a Consent, and the preset's are used up")
        del ndop.exchanges[before:]
        record.patients.append(nhs_number)
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
def assert_spine_error(edition: Edition) -> Callable[..., None]:
    """Insists on an error in Spine's form: `assert_spine_error(response, status=422, …)`."""
    return partial(expectations.assert_spine_error, edition)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keeps a sentence for the report, for rows that are recorded and not scored."""
    notes: list[str] = request.node.stash[_RECORD].notes
    return notes.append
