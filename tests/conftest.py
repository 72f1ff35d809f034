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
from ndop.editions import Edition, EditionFolder
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
        help="write what servers say in the situations of the examples into examples/recorded.json",
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
    """Loads an edition again only after a file of its folders has changed: it takes 0.2 s."""
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
    """What the reference server said in the situations of the examples."""
    return Recordings.read(layout.recordings)


@pytest.fixture(scope="session")
def recorder(request: pytest.FixtureRequest, layout: Layout) -> Recorder:
    """Holds what servers say to what is recorded, or records it."""
    return Recorder(layout.recordings, recording=request.config.getoption("--record-examples"))


@pytest.fixture(scope="session")
def edition(folder: EditionFolder) -> Edition:
    """The default edition."""
    return folder.load("ndop-1.1.0")


@pytest.fixture(scope="session")
def published_ids(folder: EditionFolder) -> list[str]:
    """The editions that were published, so that there are profiles and prose to compare with: all
    but those that are based on another.
    """
    return [one.id for one in folder.load_all() if not one.based_on]


@pytest.fixture(scope="session")
def started() -> dict[str, RunningServer]:
    """Edition id to the server of it that tests share, of those that a test has asked for."""
    return {}


@pytest.fixture(scope="session")
def patients(started: dict[str, RunningServer], folder: EditionFolder) -> Iterator[str]:
    """NHS numbers of people whom no server that tests share knows, each once."""
    editions = {one.id: one for one in folder.load_all()}

    def is_known(nhs_number: str) -> bool:
        return any(
            httpx.get(
                f"{server.base_url}/Consent",
                params={"patient": editions[edition_id].patient.reference_to(nhs_number)},
                timeout=60,
            ).json()["total"]
            for edition_id, server in started.items()
        )

    return filterfalse(is_known, synthetic())


@pytest.fixture
def patient(patients: Iterator[str]) -> str:
    """The NHS number of somebody new."""
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
    built: Layout, progress: Progress, started: dict[str, RunningServer]
) -> Iterator[Callable[[str], RunningServer]]:
    """Edition id to a reference server of it, with a database in memory that tests share."""
    with ExitStack() as stack:

        def of(edition_id: str) -> RunningServer:
            if edition_id not in started:
                plan = ServerPlan(edition_id)
                started[edition_id] = stack.enter_context(process.running(built, plan, progress))
            return started[edition_id]

        yield of
        # Whatever the tests sent, no request may have met a failure that nobody foresaw.
        for server in started.values():
            assert "failed unexpectedly" not in server.log.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def server(servers: Callable[[str], RunningServer], edition: Edition) -> RunningServer:
    """That of the default edition."""
    return servers(edition.id)


@pytest.fixture(scope="session")
def validators(built: Layout) -> Iterator[Callable[[str], Validator]]:
    """Edition id to a validator of it, which tests share: starting one takes seconds."""
    started: dict[str, Validator] = {}
    with ExitStack() as stack:

        def of(edition_id: str) -> Validator:
            if edition_id not in started:
                started[edition_id] = stack.enter_context(Validator(edition_id))
            return started[edition_id]

        yield of


@pytest.fixture(scope="session")
def validator(validators: Callable[[str], Validator], edition: Edition) -> Validator:
    """That of the default edition."""
    return validators(edition.id)
