"""The fixtures that tests ask for: clients, the edition, patients, Consents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NoReturn, Protocol

import httpx
import pytest
from fhirpy import SyncFHIRClient

from ndop.conformance.suite import expectations
from ndop.conformance.suite.access import http_client
from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.plugin.context import RECORD, SUITE, Suite
from ndop.consents import Draft, draft
from ndop.consents.nhs_numbers import synthetic
from ndop.consents.patients import MAX_TRIES, first_without_consent
from ndop.editions import Edition


class SkipTest(Protocol):
    """Ends tests as skipped."""

    def __call__(self, reason: str, *, remedy: str) -> NoReturn:
        """The report says why, and what would let the test run."""


@pytest.fixture(scope="session")
def suite(request: pytest.FixtureRequest) -> Suite:
    """The settings, the register and the edition of the run."""
    return request.config.stash[SUITE]


@pytest.fixture(scope="session")
def edition(suite: Suite) -> Edition:
    """The edition that the server is tested against."""
    return suite.edition


@pytest.fixture(scope="session")
def _connections(suite: Suite) -> Iterator[httpx.Client]:
    with http_client(suite.settings.access) as http:
        yield http


@pytest.fixture(scope="session")
def credentials(suite: Suite) -> Credentials:
    """Makes audit headers and tokens: a new token for each request."""
    return Credentials.from_settings(suite.edition, suite.settings)


@pytest.fixture
def skip_test(request: pytest.FixtureRequest) -> SkipTest:
    """Skips the test: `skip_test("needs …", remedy="give …")`."""

    def skip(reason: str, *, remedy: str) -> NoReturn:
        request.node.stash[RECORD].remedy = remedy
        pytest.skip(reason)

    return skip


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
    request.node.stash[RECORD].client = client
    return client


@pytest.fixture
def fhir(ndop: NdopClient) -> SyncFHIRClient:
    """The server under test through fhirpy, where a normal client would be used."""
    return ndop.fhirpy()


@pytest.fixture(scope="session")
def _nhs_numbers(suite: Suite) -> Iterator[str]:
    """NHS numbers that no other process of this run uses."""
    if suite.settings.patients:
        return iter(suite.settings.patients[suite.worker :: suite.workers])
    return synthetic(share=suite.worker, shares=suite.workers)


@pytest.fixture
def new_patient(
    suite: Suite,
    ndop: NdopClient,
    edition: Edition,
    _nhs_numbers: Iterator[str],
    skip_test: SkipTest,
    request: pytest.FixtureRequest,
) -> Callable[[], str]:
    """Returns the NHS number of another patient without a Consent, each once in a run.

    Skips the test where the patients that the preset names are used up.
    """
    record = request.node.stash[RECORD]
    are_synthetic = not suite.settings.patients

    def without_consent() -> str:
        exchanges_before = len(ndop.exchanges)
        nhs_number = first_without_consent(
            _nhs_numbers,
            edition,
            lambda reference: ndop.get("Consent", params={"patient": reference}),
            max_tries=MAX_TRIES if are_synthetic else None,
        )
        if nhs_number is None:
            skip_test(
                "needs a patient without a Consent, and the preset's are used up",
                remedy="name more patients without a Consent in the preset",
            )
        del ndop.exchanges[exchanges_before:]
        record.patients.append(nhs_number)
        return nhs_number

    return without_consent


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
    """Asserts an error in Spine's form: `assert_spine_error(response, status=422, …)`."""
    return partial(expectations.assert_spine_error, edition)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Adds a sentence to the report, for rows that are recorded and not scored."""
    notes: list[str] = request.node.stash[RECORD].notes
    return notes.append
