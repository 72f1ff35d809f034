"""The audit trail: every request has its record, and a write without one does not happen."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from ndop.conformance.suite.client import JSON
from ndop.conformance.suite.expectations import assert_spine_error, consent_id_of
from ndop.consents import draft
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow

PATIENT = "9990000018"
ANOTHER = "9990000026"

#: An id of the service that names no interaction.
INTERACTION = "urn:nhs:names:services:nationaldataoptout:fhir:rest:any:consent"

#: The number with more digits, grouped, encoded, and in the form of an id and of an ASID.
DISGUISED = (
    f"1{ANOTHER}",
    f"{ANOTHER}99",
    "999 000 0026",
    "9-9-9-0-0-0-0-0-2-6",
    "999.000.0026",
    "%39%39%39%30%30%30%30%30%32%36",
    f"0b7d1c2e-94ab-4347-8591-{ANOTHER}ab",
)


@dataclass(frozen=True)
class Recorded:
    """What a server recorded of a patient's requests."""

    claims: dict[str, Any]
    headers: dict[str, str]
    consent_id: str
    trail: Path
    log: Path
    events: list[dict[str, Any]]

    def lines(self) -> list[dict[str, Any]]:
        lines = map(json.loads, self.trail.read_text(encoding="utf-8").splitlines())
        return [line for line in lines if line.get("interaction") != "capabilities"]


@pytest.fixture(scope="module")
def recorded(
    built: Layout,
    edition: Edition,
    progress: Progress,
    tmp_path_factory: pytest.TempPathFactory,
) -> Recorded:
    """Of a server on the data of one whose trail could not be written; read without either."""
    folder = tmp_path_factory.mktemp("trail")
    trail = folder / "audit.jsonl"
    settings = {"ndop.trail.events": "true", "ndop.trail.key": str(folder / "key")}
    claims = tokens.claims(edition, Caller(patient=PATIENT))
    headers = {
        # One trace for every request, to find its lines by; the id of the interaction fits each.
        **tokens.audit_headers(edition, "create"),
        edition.audit.headers.interaction[0]: INTERACTION,
        **tokens.token_header(edition, tokens.unsecured(claims)),
        "Content-Type": JSON,
    }

    def plan(file: str) -> ServerPlan:
        settled = {**settings, "ndop.trail.file": file}
        return ServerPlan(edition.id, data=folder / "data", settings=settled)

    with process.running(built, plan("/dev/full"), progress) as server:
        fail_to_store(server.base_url, edition, headers)
    with process.running(built, plan(str(trail)), progress) as server:
        consent_id = request_everything(server.base_url, edition, headers)
        log = server.log
    plain = ServerPlan(edition.id, data=folder / "data", plain=True)
    with process.running(built, plain, progress) as server:
        found = httpx.get(f"{server.base_url}/AuditEvent?_sort=_lastUpdated", timeout=60).json()
    events = [entry["resource"] for entry in found["entry"]]
    return Recorded(claims, headers, consent_id, trail, log, events)


def fail_to_store(base_url: str, edition: Edition, headers: dict[str, str]) -> None:
    body = json.dumps(draft(edition, PATIENT))
    response = httpx.post(f"{base_url}/Consent", content=body, headers=headers, timeout=60)
    assert_spine_error(edition, response, status=503, issue="transient")
    assert "nothing was stored" in response.json()["issue"][0]["diagnostics"]
    assert response.headers["retry-after"]


def request_everything(base_url: str, edition: Edition, headers: dict[str, str]) -> str:
    """Requests of each kind, allowed and refused; gives the Consent's id."""
    body = json.dumps(draft(edition, PATIENT))
    with httpx.Client(base_url=base_url + "/", headers=headers, timeout=60) as http:
        before = http.get("Consent", params={"patient": edition.patient.reference_to(PATIENT)})
        # What the server before could not record, it did not store.
        assert before.json()["total"] == 0
        created = http.post("Consent", content=body)
        assert created.status_code == 201
        assert http.post("Consent", content=body).status_code == 422
        consent_id = consent_id_of(created)
        assert http.get(f"Consent/{consent_id}").status_code == 200
        assert http.get(f"Consent/{consent_id}", headers={"Authorization": "x"}).status_code == 400
        assert http.get(f"Consent?patient={PATIENT}&x={ANOTHER}%0A").status_code == 422
        status = edition.status.sharing
        changed = json.dumps({**draft(edition, PATIENT, status=status), "id": consent_id})
        assert http.put(f"Consent/{consent_id}", content=changed).status_code == 200
        # HAPI refuses this path itself, before it asks any interceptor.
        assert http.get("_history/_history/_history/_history").status_code == 400
        disguise_a_number(http, edition)
    return consent_id


def disguise_a_number(http: httpx.Client, edition: Edition) -> None:
    """Sends an NHS number wherever a caller can, written in other ways than as ten digits."""
    names = edition.audit.headers
    for written in DISGUISED:
        asked = http.get("Consent", params={"patient": PATIENT, "x": written})
        assert asked.status_code == 422
        assert http.get(f"Consent/{quote(written, safe='')}").status_code in (400, 404)
        for name in (names.trace[0], names.from_[0], names.interaction[0]):
            value = written.replace(" ", "-")
            http.get("Consent", params={"patient": PATIENT}, headers={name: value})


def test_every_request_is_recorded(recorded: Recorded, edition: Edition) -> None:
    lines = recorded.lines()[:9]
    assert [(line["event"], line["interaction"], line.get("status")) for line in lines] == [
        ("answered", "search-type", 200),
        ("storing", "create", None),
        ("answered", "create", 201),
        ("refused", "create", 422),
        ("answered", "read", 200),
        ("refused", "read", 400),
        ("refused", "search-type", 422),
        ("storing", "update", None),
        ("answered", "update", 200),
    ]
    beyond_the_api = recorded.lines()[9]
    assert beyond_the_api["path"] == "_history/_history/_history/_history"
    assert (beyond_the_api["event"], beyond_the_api["status"]) == ("refused", 400)
    storing, stored, duplicate, read = lines[1:5]
    assert storing["consents"] == read["consents"] == [f"{recorded.consent_id}/_history/1"]
    assert storing["patients"] == read["patients"] == lines[0]["patients"] == duplicate["patients"]
    assert storing["request"] == stored["request"] != duplicate["request"]
    assert duplicate["code"] == "DUPLICATE_REJECTED"
    for line in (storing, stored, read):
        assert line["trace"] == recorded.headers[edition.audit.headers.trace[0]]
        assert line["from"] == tokens.SYSTEM
        assert line["system"] == recorded.claims["requesting_system"]
        assert line["subject"].startswith("http://fhir.nhs.net/Id/nhs-number|nhs:")
        assert {"time", "method", "path"} <= line.keys()


def test_every_change_has_its_event_in_the_database(recorded: Recorded, edition: Edition) -> None:
    """None of what was refused, nor of what could not be recorded."""
    created, updated = recorded.events
    (person,) = recorded.lines()[1]["patients"]
    for event, action, version in ((created, "C", "1"), (updated, "U", "2")):
        assert event["action"] == action
        assert event["outcome"] == "0"
        consent, patient = event["entity"]
        stored = f"Consent/{recorded.consent_id}/_history/{version}"
        assert consent["reference"]["reference"] == stored
        assert patient["identifier"]["value"] == person
        (trace,) = consent["detail"]
        message = base64.b64decode(trace["value"]).decode()
        assert message == recorded.headers[edition.audit.headers.trace[0]]
        assert [agent["requestor"] for agent in event["agent"]] == [True, False]
        assert event["agent"][1]["userId"]["value"] == recorded.claims["requesting_system"]


def test_nothing_confidential_is_written_down(recorded: Recorded, edition: Edition) -> None:
    trail = recorded.trail.read_text(encoding="utf-8")
    log = recorded.log.read_text(encoding="utf-8")
    (token,) = tokens.token_header(edition, tokens.unsecured(recorded.claims)).values()
    for written in DISGUISED:
        assert written not in trail, written
    # A path that is encoded twice is refused as malformed, before there is a caller to record.
    malformed = sum("%" in written for written in DISGUISED)
    assert len(recorded.lines()) == 10 + 5 * len(DISGUISED) - malformed
    for confidential in (PATIENT, ANOTHER, "eyJ", token):
        assert confidential not in trail
        assert confidential not in log
        assert confidential not in json.dumps(recorded.events)
    assert recorded.trail.stat().st_mode & 0o077 == 0
