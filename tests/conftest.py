"""Fixtures for the project's own tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import filterfalse
from pathlib import Path

import httpx
import pytest

from ndop.consents import Draft, draft
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import DEFAULT_EDITION, Edition, EditionFolder
from ndop.examples.recordings import Recordings
from ndop.server import process
from ndop.server.assembly import build_all
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress
from ndop.validation import Validator
from tests.browser import chromium, open_page
from tests.examples.recorder import Recorder
from tests.slow_tests import only_slow_tests_start_slow_programs, pytest_collection_modifyitems

__all__ = [
    "chromium",
    "only_slow_tests_start_slow_programs",
    "open_page",
    "pytest_collection_modifyitems",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-examples",
        action="store_true",
        help="write responses of servers in the situations of the examples to recorded.json",
    )


@pytest.fixture(scope="session")
def layout() -> Layout:
    return checkout()


@pytest.fixture(scope="session")
def progress() -> Progress:
    """Prints nothing."""
    return Progress.silent()


@pytest.fixture(scope="session", autouse=True)
def editions_are_read_once() -> Iterator[None]:
    """Load an edition again only after a file in its folders has changed: loading takes 0.2 s."""
    load = EditionFolder.load
    loaded: dict[tuple[object, ...], Edition] = {}

    def load_once(self: EditionFolder, edition_id: str) -> Edition:
        files = sorted({*self.editions.glob("*.yaml"), *self.shared.glob("*.yaml")})
        state = tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
        key = (self, edition_id, state)
        if key not in loaded:
            loaded[key] = load(self, edition_id)
        return loaded[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EditionFolder, "load", load_once)
        yield


@pytest.fixture(scope="session")
def folder(layout: Layout) -> EditionFolder:
    return EditionFolder.of(layout)


@pytest.fixture(scope="session")
def recordings(layout: Layout) -> Recordings:
    """The reference server's responses in the situations of the examples."""
    return Recordings.read(layout.recordings)


@pytest.fixture(scope="session")
def recorder(request: pytest.FixtureRequest, layout: Layout) -> Recorder:
    """Compares responses with the recordings or, with --record-examples, records them."""
    return Recorder(layout.recordings, recording=request.config.getoption("--record-examples"))


@pytest.fixture(scope="session")
def editions(folder: EditionFolder) -> list[Edition]:
    """Every edition of the checkout."""
    return folder.load_all()


@pytest.fixture(scope="session")
def edition(folder: EditionFolder) -> Edition:
    """The default edition."""
    return folder.load(DEFAULT_EDITION)


@pytest.fixture(scope="session")
def published_ids(folder: EditionFolder) -> list[str]:
    """The ids of editions that were published, which have profiles and prose to compare with: all
    except those based on another edition.
    """
    return [one.id for one in folder.load_all() if not one.based_on]


@pytest.fixture(scope="session")
def running_servers() -> dict[str, RunningServer]:
    """The shared servers that tests have asked for so far, by edition id."""
    return {}


@pytest.fixture(scope="session")
def patients(running_servers: dict[str, RunningServer], folder: EditionFolder) -> Iterator[str]:
    """NHS numbers that no shared server has a Consent for, each yielded once."""
    editions = {one.id: one for one in folder.load_all()}

    def is_known(nhs_number: str) -> bool:
        return any(
            httpx.get(
                f"{server.base_url}/Consent",
                params={"patient": editions[edition_id].patient.reference_to(nhs_number)},
                timeout=60,
            ).json()["total"]
            for edition_id, server in running_servers.items()
        )

    return filterfalse(is_known, synthetic())


@pytest.fixture
def patient(patients: Iterator[str]) -> str:
    """The NHS number of a patient without a Consent."""
    return next(patients)


@pytest.fixture
def consent(edition: Edition, patient: str) -> Draft:
    """A valid Consent of the default edition, about the patient."""
    return draft(edition, patient)


@pytest.fixture
def copied_editions(layout: Layout, tmp_path: Path) -> EditionFolder:
    """A copy of the editions, for a test to break."""
    shutil.copytree(layout.editions, tmp_path / "editions")
    shutil.copytree(layout.shared_facts, tmp_path / "shared")
    return EditionFolder(tmp_path / "editions", tmp_path / "shared")


@pytest.fixture(scope="session")
def published(layout: Layout) -> Path:
    """The published profiles and examples, which a plain clone does not have."""
    if not layout.published.is_dir():
        pytest.skip(f"the published artefacts are not here: {layout.published}")
    return layout.published


@pytest.fixture(scope="session")
def built(layout: Layout, progress: Progress) -> Layout:
    """The checkout with everything built."""
    build_all(layout, progress)
    return layout


@pytest.fixture(scope="session")
def servers(
    built: Layout, progress: Progress, running_servers: dict[str, RunningServer]
) -> Iterator[Callable[[str], RunningServer]]:
    """Returns the shared reference server of an edition, which has its database in memory."""
    with ExitStack() as stack:

        def server_of(edition_id: str) -> RunningServer:
            if edition_id not in running_servers:
                plan = ServerPlan(edition_id)
                running_servers[edition_id] = stack.enter_context(
                    process.running(built, plan, progress)
                )
            return running_servers[edition_id]

        yield server_of
        # Whatever the tests sent, no request may have failed unexpectedly.
        for server in running_servers.values():
            assert "failed unexpectedly" not in server.log.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def server(servers: Callable[[str], RunningServer], edition: Edition) -> RunningServer:
    """The shared reference server of the default edition."""
    return servers(edition.id)


@pytest.fixture(scope="session")
def validators(built: Layout) -> Iterator[Callable[[str], Validator]]:
    """Returns the shared validator of an edition: starting one takes seconds."""
    started: dict[str, Validator] = {}
    with ExitStack() as stack:

        def validator_of(edition_id: str) -> Validator:
            if edition_id not in started:
                started[edition_id] = stack.enter_context(Validator(edition_id))
            return started[edition_id]

        yield validator_of


@pytest.fixture(scope="session")
def validator(validators: Callable[[str], Validator], edition: Edition) -> Validator:
    """The shared validator of the default edition."""
    return validators(edition.id)
