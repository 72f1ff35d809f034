"""A fictitious edition, from one YAML file to a server that conforms."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ndop.conformance.report.console import format_failure
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.runner import run
from ndop.conformance.suite.client import JSON
from ndop.consents import Draft, draft, having, preference
from ndop.editions import Edition, EditionFolder
from ndop.profiles import build as profiles
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parent / "made-up.yaml"


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory, layout: Layout) -> EditionFolder:
    """A folder with nothing but the one file."""
    folder = tmp_path_factory.mktemp("editions")
    shutil.copy(EXAMPLE, folder)
    return EditionFolder.of(layout, folder)


@pytest.fixture(scope="module")
def facts(made_up: EditionFolder) -> Edition:
    return made_up.load(EXAMPLE.stem)


@pytest.fixture(scope="module")
def serving(
    built: Layout, facts: Edition, tmp_path_factory: pytest.TempPathFactory, progress: Progress
) -> Iterator[RunningServer]:
    """The server as it is, with one more package."""
    folder = tmp_path_factory.mktemp("made-up")
    packages = folder / "packages"
    profiles.build(built, [facts], folder / "generated", progress, packages=packages)
    plan = ServerPlan(facts.id, settings={"ndop.packages": str(packages)})
    with process.running(built, plan, progress) as running:
        yield running
        assert "failed unexpectedly" not in running.log.read_text(encoding="utf-8")


def post(server: RunningServer, consent: Draft, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{server.base_url}/Consent",
        json=consent,
        headers={"Content-Type": JSON, **headers},
        timeout=60,
    )


def codes(answer: httpx.Response) -> list[str]:
    return [issue["details"]["coding"][0]["code"] for issue in answer.json()["issue"]]


def test_its_identity_rule_holds(serving: RunningServer, facts: Edition, patient: str) -> None:
    """One Consent per patient and programme, under any host."""
    first = draft(facts, patient)
    other = draft(facts, patient, sample="other-programme")
    elsewhere = f"http://elsewhere.example/Patient/{patient}"

    assert post(serving, first).status_code == 201
    for again in (first, having(first, "patient", "reference", value=elsewhere)):
        answer = post(serving, again)
        assert (answer.status_code, codes(answer)) == (422, ["DUPLICATE_REJECTED"])
    assert post(serving, other).status_code == 201

    reference = facts.patient.reference_to(patient)
    found = httpx.get(f"{serving.base_url}/Consent", params={"patient": reference}).json()
    stored = [entry["resource"]["category"] for entry in found["entry"]]
    assert sorted(map(str, stored)) == sorted(str(one["category"]) for one in (first, other))


def test_its_own_parameters_search(serving: RunningServer, facts: Edition, patient: str) -> None:
    post(serving, draft(facts, patient))
    reference = {"patient": facts.patient.reference_to(patient)}
    for parameters, status, total in (
        ({"date": "2026-01-31", "category": "HEART"}, 200, 1),
        ({"date": "2026-02-01"}, 200, 0),
        ({"category": "LUNG"}, 200, 0),
        ({"purpose": "SHARE"}, 422, None),
    ):
        answer = httpx.get(f"{serving.base_url}/Consent", params={**reference, **parameters})
        assert answer.status_code == status, parameters
        assert answer.json().get("total") == total, parameters


def test_its_own_codes_count(
    serving: RunningServer, facts: Edition, edition: Edition, patient: str
) -> None:
    """A Consent of the current edition is refused, and so is a channel of it."""
    foreign = post(serving, draft(edition, patient))
    channel = edition.channel_codings()[0].model_copy(
        update={"system": facts.channel_codings()[0].system}
    )
    unknown = post(serving, preference(facts, patient, channel=channel))
    for refused in (foreign, unknown):
        assert refused.status_code == 422
        assert set(codes(refused)) == {"INVALID_RESOURCE"}


def test_its_own_answers_and_headers(serving: RunningServer, facts: Edition, patient: str) -> None:
    """What differs from the shared catalogue, and how audit headers are called."""
    unreadable = httpx.post(
        f"{serving.base_url}/Consent", content="{", headers={"Content-Type": JSON}
    )
    assert (unreadable.status_code, codes(unreadable)) == (400, ["MESSAGE_NOT_WELL_FORMED"])
    other_type = httpx.get(f"{serving.base_url}/Patient/1")
    assert (other_type.status_code, codes(other_type)) == (404, ["NO_RECORD_FOUND"])

    consent = draft(facts, patient)
    judged = post(serving, consent, **{"X-Trace": "no UUID"})
    assert (judged.status_code, codes(judged)) == (400, ["MISSING_OR_INVALID_HEADER"])
    assert post(serving, consent, **{"Ssp-TraceID": "no UUID"}).status_code == 201


def test_it_conforms(
    layout: Layout, made_up: EditionFolder, facts: Edition, serving: RunningServer, tmp_path: Path
) -> None:
    """The suite holds it to the requirements that apply by its features."""
    plan = RunPlan(serving.base_url, facts.id, tmp_path, editions_folder=made_up.editions)
    result = run(layout, plan, lambda *_: None)
    assert [format_failure(test, result) for test in result.failures] == []
    assert {"profile", "value-sets", "create", "search", "update", "history", "errors"} <= set(
        result.areas
    )
    assert sum(test.outcome == "passed" for test in result.tests) > 150
