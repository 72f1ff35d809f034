"""The audit trail: every request has its record, and a write without one does not happen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ndop import tokens
from ndop.conformance.client import JSON
from ndop.conformance.expectations import assert_spine_error
from ndop.consents import draft
from ndop.editions import Edition
from ndop.layout import Layout
from ndop.progress import Progress
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.tokens import Caller

pytestmark = pytest.mark.slow

PATIENT = "9990000018"


@dataclass(frozen=True)
class Recording:
    base_url: str
    trail: Path
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.trail.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def recording(
    built: Layout, edition: Edition, progress: Progress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recording]:
    """A server on the data of one whose trail could not be written."""
    folder = tmp_path_factory.mktemp("trail")
    full = {"ndop.trail.file": "/dev/full", "ndop.trail.key": str(folder / "key")}
    plan = ServerPlan(edition.id, data=folder / "data", settings=full)
    with process.running(built, plan, progress) as broken:
        response = httpx.post(
            f"{broken.base_url}/Consent",
            content=json.dumps(draft(edition, PATIENT)),
            headers={"Content-Type": JSON},
            timeout=60,
        )
        assert_spine_error(edition, response, status=500, code="INTERNAL_SERVER_ERROR")
        assert "nothing was stored" in response.text
    trail = folder / "audit.jsonl"
    plan = ServerPlan(edition.id, data=folder / "data", settings={"ndop.trail.file": str(trail)})
    with process.running(built, plan, progress) as running:
        yield Recording(running.base_url, trail, running.log)


def test_every_request_is_recorded(recording: Recording, edition: Edition) -> None:
    caller = Caller(patient=PATIENT)
    made = tokens.claims(edition, caller)
    token = tokens.unsecured(made)
    headers = {
        **tokens.audit_headers(edition, "create"),
        **tokens.token_header(edition, token),
        "Content-Type": JSON,
    }
    body = json.dumps(draft(edition, PATIENT))
    with httpx.Client(base_url=recording.base_url + "/", headers=headers, timeout=60) as http:
        before = http.get("Consent", params={"patient": edition.patient.reference_to(PATIENT)})
        # What the server before could not record, it did not store.
        assert before.json()["total"] == 0
        created = http.post("Consent", content=body)
        assert created.status_code == 201
        again = http.post("Consent", content=body)
        assert again.status_code == 422
        consent_id = created.headers["location"].split("/Consent/")[1].split("/")[0]
        assert http.get(f"Consent/{consent_id}").status_code == 200
        assert http.get(f"Consent/{consent_id}", headers={"Authorization": "x"}).status_code == 400
        assert http.get(f"Consent?patient={PATIENT}&x=9990000026%0A").status_code == 422
    lines = [line for line in recording.lines() if line.get("interaction") != "capabilities"]
    told = [(line["event"], line["interaction"], line.get("status")) for line in lines]
    assert told == [
        ("answered", "search-type", 200),
        ("storing", "create", None),
        ("answered", "create", 201),
        ("refused", "create", 422),
        ("answered", "read", 200),
        ("refused", "read", 400),
        ("refused", "search-type", 422),
    ]
    storing, stored, duplicate, read = lines[1:5]
    assert storing["consents"] == read["consents"] == [f"{consent_id}/_history/1"]
    assert storing["patients"] == read["patients"] == lines[0]["patients"] == duplicate["patients"]
    assert storing["request"] == stored["request"] != duplicate["request"]
    assert duplicate["code"] == "DUPLICATE_REJECTED"
    for line in (storing, stored, read):
        assert line["trace"] == headers[edition.audit.headers.trace[0]]
        assert line["from"] == tokens.SYSTEM
        assert line["system"] == made["requesting_system"]
        assert line["subject"].startswith("http://fhir.nhs.net/Id/nhs-number|nhs:")
        assert {"time", "method", "path"} <= line.keys()
    text = recording.trail.read_text(encoding="utf-8")
    for confidential in (PATIENT, "9990000026", "eyJ", token):
        assert confidential not in text
        assert confidential not in recording.log.read_text(encoding="utf-8")
    assert recording.trail.stat().st_mode & 0o077 == 0
