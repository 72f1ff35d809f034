"""The guides' example Consents, sent byte for byte as they were published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ndop.conformance.suite.client import JSON, XML
from ndop.consents import Draft
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow

TYPES = {".json": JSON, ".xml": XML}


@contextmanager
def serving(built: Layout, edition: str, progress: Progress) -> Iterator[str]:
    """The base URL of a server without any Consent."""
    with process.running(built, ServerPlan(edition), progress) as server:
        yield server.base_url


def accepted(base_url: str, file: Path) -> Draft:
    """The Consent as stored, once the file has been accepted."""
    response = httpx.post(
        f"{base_url}/Consent",
        content=file.read_bytes(),
        headers={"Content-Type": TYPES[file.suffix]},
    )
    assert response.status_code == 201, response.text
    stored: Draft = httpx.get(response.headers["location"], headers={"Accept": JSON}).json()
    return stored


@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_example_of_the_current_edition(
    built: Layout, published: Path, progress: Progress, form: str
) -> None:
    """NDOP-090: each form on a server of its own, since both are of one patient."""
    file = published / f"ndop-1.1.0/IG-Examples/Consent-Example-1.{form}"
    with serving(built, "ndop-1.1.0", progress) as base_url:
        stored = accepted(base_url, file)
    assert without_what_the_server_assigns(stored) == json.loads(
        file.with_suffix(".json").read_text(encoding="utf-8")
    )


def test_the_examples_of_two_preferences(
    built: Layout, published: Path, progress: Progress
) -> None:
    """NDOP-091: both are accepted, for one patient."""
    folder = published / "ndop-0.0.9-alpha/Examples"
    with serving(built, "ndop-0.0.9-alpha", progress) as base_url:
        stored = [accepted(base_url, folder / f"Consent-Example-{n}.xml") for n in (1, 2)]
    patients = {one["patient"]["reference"] for one in stored}
    assert len(patients) == 1


def without_what_the_server_assigns(consent: Draft) -> Draft:
    kept = {key: value for key, value in consent.items() if key != "id"}
    return {**kept, "meta": {"profile": consent["meta"]["profile"]}}
