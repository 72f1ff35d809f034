"""The embedded server over PostgreSQL, where its programs are installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import httpx
import pytest

from ndop.conformance.suite.client import JSON
from ndop.consents import draft
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller
from ndop.server import process
from ndop.server.postgresql import USER
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.server.postgresql_cluster import running_cluster

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JDBC URL of an empty database, in a folder and on a port of its own."""
    with running_cluster(tmp_path_factory.mktemp("postgresql")) as cluster:
        yield cluster.jdbc_url()


@pytest.fixture(scope="module")
def nodes(built: Layout, progress: Progress, database: str) -> Iterator[list[RunningServer]]:
    """Two servers over one database, the second started when the first had made the tables."""
    plan = ServerPlan(
        DEFAULT_EDITION,
        settings={"spring.datasource.url": database, "spring.datasource.username": USER},
    )
    with ExitStack() as stack:
        yield [stack.enter_context(process.running(built, plan, progress)) for _ in range(2)]


def test_a_token_is_accepted_by_one_of_two_nodes(
    built: Layout, progress: Progress, database: str, edition: Edition, tmp_path: Path
) -> None:
    """However many requests bring it at once, and not by a third that starts later."""
    key, key_set = tokens.new_key("EC"), tmp_path / "jwks.json"
    key_set.write_text(json.dumps(tokens.public_keys([key])), encoding="utf-8")
    plan = ServerPlan(
        DEFAULT_EDITION,
        settings={
            "spring.datasource.url": database,
            "spring.datasource.username": USER,
            "ndop.audit": "required",
            "ndop.token.signatures": "required",
            "ndop.token.keys": str(key_set),
        },
    )

    def status(server: RunningServer, headers: dict[str, str]) -> int:
        return httpx.get(f"{server.base_url}/metadata", headers=headers, timeout=60).status_code

    with ExitStack() as stack, ThreadPoolExecutor(4) as threads:
        servers = [stack.enter_context(process.running(built, plan, progress)) for _ in range(2)]
        for _ in range(10):
            token = tokens.signed(tokens.claims(edition, Caller()), key)
            headers = {
                **tokens.audit_headers(edition, "capabilities"),
                **tokens.token_header(edition, token),
            }
            sent = [threads.submit(status, server, headers) for server in servers * 2]
            assert sorted(one.result() for one in sent) == [200, 400, 400, 400]
        restarted = stack.enter_context(process.running(built, plan, progress))
        assert status(restarted, headers) == 400


def test_a_consent_of_one_node_counts_for_the_other(
    nodes: list[RunningServer], edition: Edition
) -> None:
    headers = {"Content-Type": JSON}
    one, other = nodes
    for patient in islice(synthetic(), 3):
        consent = draft(edition, patient)
        created = httpx.post(f"{one.base_url}/Consent", json=consent, headers=headers)
        assert created.status_code == 201, created.text
        again = httpx.post(f"{other.base_url}/Consent", json=consent, headers=headers)
        assert again.status_code == 422
        assert "DUPLICATE_REJECTED" in again.text
        reference = edition.patient.reference_to(patient)
        found = httpx.get(f"{other.base_url}/Consent", params={"patient": reference})
        assert found.json()["total"] == 1
