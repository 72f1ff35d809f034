"""Validation by a server's own $validate: a plain HAPI server that has the profiles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ndop.consents import Draft, having, without
from ndop.editions import Edition
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan, free_port
from ndop.system.errors import CheckError
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from ndop.validation import Validator
from tests.conformance.stub_server import StubResponse, stub_server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hapi(built: Layout, edition: Edition, progress: Progress) -> Iterator[str]:
    """The base URL of a plain HAPI server with the artefacts of the edition."""
    with process.running(built, ServerPlan(edition.id, plain=True), progress) as server:
        # Once, while the server does not have them yet.
        assert "does not know the profile" in refused(edition, server.base_url)
        for file in sorted((built.generated / edition.id).glob("*.json")):
            if file.name.startswith(("StructureDefinition", "ValueSet", "CodeSystem")):
                artefact = json.loads(file.read_bytes())
                url = f"{server.base_url}/{artefact['resourceType']}/{artefact['id']}"
                httpx.put(url, json=artefact, timeout=60).raise_for_status()
        yield server.base_url


@pytest.fixture
def remote(hapi: str, edition: Edition) -> Iterator[Validator]:
    with Validator(edition, server=hapi) as validator:
        yield validator


def test_the_same_findings(remote: Validator, validator: Validator, consent: Draft) -> None:
    for resource in (
        consent,
        without(consent, "purpose"),
        having(consent, "status", value="draft"),
        having(consent, "colour", value="red"),
        having(consent, "policyRule", value="https://example.org"),
    ):
        assert remote.check(resource) == validator.check(resource)


def test_positions(remote: Validator, tmp_path: Path, consent: Draft) -> None:
    file = tmp_path / "a.ndjson"
    wrong = json.dumps(having(consent, "status", value="draft"))
    file.write_text(f"{json.dumps(consent)}\n{wrong}\n{wrong[:99]}\n")
    good, bad, cut = remote.check_paths([str(file)])
    assert (good.valid, bad.valid, cut.valid) == (True, False, False)
    assert (bad.findings[0].line, bad.findings[0].code) == (2, "INVALID_RESOURCE")
    assert (cut.findings[0].line, cut.findings[0].code) == (3, "BAD_REQUEST")


def test_the_reference_server_has_the_same_findings(
    server: RunningServer, edition: Edition, validator: Validator, consent: Draft
) -> None:
    with Validator(edition, server=server.base_url) as remote:
        for resource in (
            consent,
            without(consent, "purpose"),
            having(consent, "status", value="draft"),
            having(consent, "purpose", 0, "system", value=""),
        ):
            assert remote.check(resource) == validator.check(resource)


def test_nothing_answers(edition: Edition) -> None:
    assert "Nothing answers" in refused(edition, f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize("url", ["nonsense", "http://[", "ftp://127.0.0.1"])
def test_an_invalid_base_url(edition: Edition, url: str) -> None:
    with Validator(edition, server=url) as validator, pytest.raises(CheckError):
        validator.check({"resourceType": "Consent"})


def test_a_web_site(edition: Edition) -> None:
    page = StubResponse("<html>", content_type="text/html")
    with stub_server(lambda *_: page) as base_url:
        assert "expected an OperationOutcome, found HTTP 200" in refused(edition, base_url)


def refused(edition: Edition, server: str) -> str:
    with Validator(edition, server=server) as validator, pytest.raises(CheckError) as raised:
        validator.check({"resourceType": "Consent"})
    return str(raised.value)
