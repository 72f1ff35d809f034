"""Examples are what a server of their edition accepts, answers and refuses, texts and all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from ndop.conformance.suite.client import JSON, XML
from ndop.conformance.suite.expectations import assert_spine_error, json_of
from ndop.editions import Edition, EditionFolder
from ndop.examples.files import MANIFEST, examples_of, files_of, scenario_of
from ndop.examples.model import BASE_URL, Example
from ndop.examples.outcomes import NAME_PREFIX
from ndop.examples.recordings import Recordings
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress
from tests.examples.recorder import Recorder

pytestmark = pytest.mark.slow

_LAYOUT = checkout()
_EDITIONS = EditionFolder.of(_LAYOUT)
MEDIA = {"json": JSON, "xml": XML}
SENT = ("opt-out", "change", "sample")


@dataclass
class ExampleServer:
    """A server that has stored the Consents of the examples, with every setting that they need."""

    edition: Edition
    http: httpx.Client
    base_url: str
    examples: list[Example]
    ids: dict[str, str]

    def request(self, example: Example) -> httpx.Response:
        """Send the request of an example, for the ids that the server gave."""
        request = example.request
        assert request is not None
        body = (
            None
            if request.body is None
            else self.with_server_ids(request.body) + " " * request.padding
        )
        return self.send(request.method, self.with_server_ids(request.path), body, request.headers)

    def send(
        self, method: str, path: str, body: str | bytes | None, headers: dict[str, str]
    ) -> httpx.Response:
        """Send a request; the answer is in JSON where `headers` do not ask otherwise."""
        return self.http.request(
            method, f"{self.base_url}/{path}", content=body, headers={"Accept": JSON, **headers}
        )

    def create(self, consent: dict[str, Any]) -> str:
        """Store a Consent and return its id."""
        created = self.send("POST", "Consent", json.dumps(consent), {"Content-Type": JSON})
        assert created.status_code == 201, created.text
        return str(created.json()["id"])

    def with_server_ids(self, text: str) -> str:
        """A text of an example with the ids of the server."""
        for fixed, assigned in self.ids.items():
            text = text.replace(fixed, assigned)
        return text

    def normalised(self, response: httpx.Response) -> dict[str, Any]:
        """An answer with the ids, the base URL and the times of the examples."""
        text = response.text.replace(self.base_url, BASE_URL)
        for fixed, assigned in self.ids.items():
            text = text.replace(assigned, fixed)
        return timeless(json.loads(text))


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs from server to server: its own id and every lastUpdated."""
    text = json.dumps(answer)
    text = re.sub(r'"lastUpdated": "[^"]+"', '"lastUpdated": ""', text)
    normalised: dict[str, Any] = json.loads(text)
    if normalised["resourceType"] != "Consent":
        normalised["id"] = ""
    return normalised


@pytest.fixture(scope="module", params=_EDITIONS.ids())
def example_server(
    request: pytest.FixtureRequest, built: Layout, progress: Progress, recordings: Recordings
) -> Iterator[ExampleServer]:
    edition = _EDITIONS.load(request.param)
    examples = examples_of(edition, recordings)
    settings = {name: value for one in examples if one.request for name, value in one.needs.items()}
    plan = ServerPlan(edition.id, settings=settings)
    with process.running(built, plan, progress) as server, httpx.Client(timeout=120) as http:
        scenario = scenario_of(edition)
        server_of_examples = ExampleServer(edition, http, server.base_url, examples, {})
        for consent, fixed in zip(scenario.created, scenario.ids, strict=True):
            server_of_examples.ids[fixed] = server_of_examples.create(consent)
        change = server_of_examples.with_server_ids(json.dumps(scenario.update))
        headers = {"Content-Type": JSON, "If-Match": 'W/"1"'}
        changed = server_of_examples.send(
            "PUT", f"Consent/{server_of_examples.ids[scenario.ids[0]]}", change, headers
        )
        assert changed.status_code == 200, changed.text
        yield server_of_examples
        assert "failed unexpectedly" not in server.log.read_text(encoding="utf-8")


def test_answers_are_the_examples(example_server: ExampleServer, recorder: Recorder) -> None:
    """NDOP-134 and what a server says of itself, to the letter."""
    kinds = ("read", "search", "history", "outcome")
    asked = [one for one in example_server.examples if one.kind in kinds and one.request]
    assert len(asked) > 28
    for example in asked:
        response = example_server.request(example)
        assert response.status_code == example.status, (example.name, response.text)
        normalised = example_server.normalised(response)
        if recorder.recording and example.kind == "outcome":
            said = [issue["diagnostics"] for issue in normalised["issue"]]
            recorder.record(example_server.edition.id, example.name.removeprefix(NAME_PREFIX), said)
        else:
            assert normalised == timeless(example.resource), example.name


def test_consents_are_accepted(example_server: ExampleServer) -> None:
    """Opting out by POST, and withdrawing by PUT to the id that the server assigned.

    Every other one goes as XML.
    """
    stored: dict[str, str] = {}
    for number, example in enumerate(one for one in example_server.examples if one.kind in SENT):
        media = ("json", "xml")[number % 2]
        body = files_of(example)[f"{example.name}.{media}"].decode()
        headers = {"Content-Type": MEDIA[media], "Accept": JSON}
        if example.kind == "change":
            earlier = stored[example.name.removesuffix("change-of-mind")]
            body = body.replace(example.resource["id"], earlier)
            headers["If-Match"] = 'W/"1"'
            response = example_server.send("PUT", f"Consent/{earlier}", body, headers)
        else:
            response = example_server.send("POST", "Consent", body, headers)
            assert response.status_code == 201, (example.name, response.text)
            stored[example.name.removesuffix("opt-out")] = json_of(response)["id"]
        assert response.status_code == example.status, (example.name, response.text)
        kept = content(json_of(response))
        assert kept == content(example.resource), example.name
    assert len(stored) > 10


def test_invalid_ones_are_refused_as_the_manifest_says(example_server: ExampleServer) -> None:
    manifest = json.loads(
        (_LAYOUT.all_examples / example_server.edition.id / "invalid" / MANIFEST).read_text(
            encoding="utf-8"
        )
    )
    assert len(manifest["examples"]) > 70
    for entry in manifest["examples"]:
        verdict = entry["verdict"]
        for name in entry["files"]:
            body = (
                _LAYOUT.all_examples / example_server.edition.id / "invalid" / name
            ).read_bytes()
            media = name.rpartition(".")[2]
            response = example_server.send("POST", "Consent", body, {"Content-Type": MEDIA[media]})
            assert response.status_code == verdict["status"], (name, response.text)
            assert_spine_error(
                example_server.edition,
                response,
                status=verdict["status"],
                issue=verdict["issue"],
                code=verdict["code"],
            )


def content(consent: dict[str, Any]) -> dict[str, Any]:
    """A Consent without what the server assigns."""
    kept = {key: value for key, value in consent.items() if key not in ("id", "meta")}
    return {**kept, "profile": consent.get("meta", {}).get("profile")}
