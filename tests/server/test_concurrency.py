"""One Consent per patient is the database's guarantee (D-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Barrier

import httpx
import pytest

from ndop.conformance.suite.client import JSON
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from ndop.server.process import RunningServer

pytestmark = pytest.mark.slow

AT_ONCE = 24


def test_of_many_creates_at_once_under_two_hosts_one_wins(
    server: RunningServer, edition: Edition, patients: Iterator[str]
) -> None:
    for patient in islice(patients, 5):
        here = draft(edition, patient)
        there = having(
            here, "patient", "reference", value=f"http://other.example/Patient/{patient}"
        )
        statuses = race(server, [here, there] * (AT_ONCE // 2))
        assert statuses == {201: 1, 422: AT_ONCE - 1}
        found = httpx.get(
            f"{server.base_url}/Consent", params={"patient": edition.patient.reference_to(patient)}
        )
        assert found.json()["total"] == 1


def test_different_patients_do_not_wait_for_each_other(
    server: RunningServer, edition: Edition, patients: Iterator[str]
) -> None:
    consents = [draft(edition, patient) for patient in islice(patients, AT_ONCE)]
    assert race(server, consents) == {201: AT_ONCE}


def test_of_many_updates_at_once_none_is_lost(
    server: RunningServer, edition: Edition, patient: str
) -> None:
    """Each that is answered 200 is a version of its own; the others are told to repeat."""
    with httpx.Client(base_url=server.base_url + "/", timeout=60) as http:
        consent = http.post(
            "Consent", json=draft(edition, patient), headers={"Content-Type": JSON}
        ).json()
        path = f"Consent/{consent['id']}"

        def update(second: int) -> int:
            changed = having(consent, "dateTime", value=f"2026-01-01T00:00:{second:02}+00:00")
            return http.put(path, json=changed, headers={"Content-Type": JSON}).status_code

        with ThreadPoolExecutor(8) as pool:
            statuses = Counter(pool.map(update, range(16)))
        assert statuses.keys() <= {200, 409}
        history = http.get(f"{path}/_history").json()
        assert history["total"] == 1 + statuses[200]


def race(server: RunningServer, consents: list[Draft]) -> Counter[int]:
    """The statuses of creates that are sent together, each over a connection of its own."""
    together = Barrier(len(consents))

    def create(consent: Draft) -> int:
        with httpx.Client(timeout=60) as http:
            together.wait()
            response = http.post(
                f"{server.base_url}/Consent", json=consent, headers={"Content-Type": JSON}
            )
            assert response.status_code in (201, 422), response.text
            return response.status_code

    with ThreadPoolExecutor(len(consents)) as pool:
        return Counter(pool.map(create, consents))
