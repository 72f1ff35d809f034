"""A database on disk: what was stored is there after a restart, whatever settings are new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.runner import run
from ndop.consents import draft, having
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> ServerPlan:
    return ServerPlan(DEFAULT_EDITION, data=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def before(built: Layout, plan: ServerPlan, progress: Progress, edition: Edition) -> dict[str, str]:
    """Path to body of everything that a first server stored, before it was stopped."""
    patient = next(synthetic())
    reference = edition.patient.reference_to(patient)
    with (
        process.running(built, plan, progress) as server,
        httpx.Client(base_url=server.base_url + "/") as http,
    ):
        headers = {"Content-Type": "application/fhir+json"}
        created = http.post("Consent", json=draft(edition, patient), headers=headers)
        assert created.status_code == 201
        consent = created.json()
        changed = having(consent, "status", value=edition.status.sharing)
        path = f"Consent/{consent['id']}"
        assert http.put(path, json=changed, headers=headers).status_code == 200
        bodies = {
            path: http.get(path).text,
            f"{path}/_history/1": http.get(f"{path}/_history/1").text,
        }
        assert http.get("Consent", params={"patient": reference}).json()["total"] == 1
    return bodies


@pytest.fixture(scope="module")
def restarted(
    built: Layout, plan: ServerPlan, progress: Progress, before: dict[str, str]
) -> Iterator[RunningServer]:
    """A second server over the same folder, set up more strictly."""
    assert before
    stricter = replace(
        plan, settings={"ndop.strict-nhs-number": "true", "ndop.require-if-match": "true"}
    )
    with process.running(built, stricter, progress) as server:
        yield server


def test_preferences_survive_a_restart(before: dict[str, str], restarted: RunningServer) -> None:
    """NDOP-094"""
    for path, body in before.items():
        assert httpx.get(f"{restarted.base_url}/{path}").text == body


def test_a_stored_consent_still_counts_for_the_duplicate_rule(
    before: dict[str, str], restarted: RunningServer
) -> None:
    current = httpx.get(f"{restarted.base_url}/{next(iter(before))}").json()
    again = {key: value for key, value in current.items() if key not in ("id", "meta")}
    response = httpx.post(
        f"{restarted.base_url}/Consent",
        json=again,
        headers={"Content-Type": "application/fhir+json"},
    )
    assert response.status_code == 422
    assert "DUPLICATE_REJECTED" in response.text


def test_the_options_hold(built: Layout, restarted: RunningServer, tmp_path: Path) -> None:
    """NDOP-025 and the second half of NDOP-122, and all others hold with the options on."""
    result = run(
        built,
        RunPlan(
            restarted.base_url,
            DEFAULT_EDITION,
            tmp_path,
            claims=("strict-nhs-number", "require-if-match"),
        ),
        lambda *_: None,
    )
    assert [test.id for test in result.failures] == []
    outcomes = {row.id: row.outcome for row in result.requirements}
    assert outcomes["NDOP-025"] == outcomes["NDOP-122"] == "passed"
    assert outcomes["NDOP-024"] == "skipped"
