"""Audit headers and tokens: every mode; and a token for one patient opens nobody else's Consents
and tells nothing about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ndop.assurance.fuzzing.health import confidential_lines
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.runner import run
from ndop.conformance.suite.client import JSON
from ndop.conformance.suite.credentials import interaction_of
from ndop.conformance.suite.expectations import assert_spine_error
from ndop.consents import draft, having
from ndop.editions import Edition, EditionFolder
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.examples.recorder import Recorder

pytestmark = pytest.mark.slow

CLAIMS = {"required": "requires-token", "off": "ignores-token"}


@dataclass(frozen=True)
class Server:
    edition: Edition
    mode: str
    base_url: str
    log: Path


@pytest.fixture(
    scope="module",
    params=[("ndop-1.1.0", "required"), ("ndop-0.0.9-alpha", "required"), ("noom-draft", "off")],
    ids=" ".join,
)
def moded(
    request: pytest.FixtureRequest, built: Layout, folder: EditionFolder, progress: Progress
) -> Iterator[Server]:
    edition_id, mode = request.param
    plan = ServerPlan(edition_id, settings={"ndop.audit": mode})
    with process.running(built, plan, progress) as running:
        yield Server(folder.load(edition_id), mode, running.base_url, running.log)


def test_the_suite_passes_in_the_mode(moded: Server, layout: Layout, tmp_path: Path) -> None:
    plan = RunPlan(
        moded.base_url,
        moded.edition.id,
        tmp_path,
        claims=(CLAIMS[moded.mode],),
        # Profiles and value sets are judged behind what the mode changes.
        only=(
            "security-audit",
            "headers",
            "capability",
            "create",
            "read",
            "search",
            "update",
            "history",
        ),
    )
    result = run(layout, plan, lambda *_: None)
    assert [test.id for test in result.tests if test.outcome in ("failed", "warning")] == []
    outcomes = {row.id: row.outcome for row in result.requirements}
    shown = {"required": ("NDOP-152", "NDOP-173"), "off": ("NDOP-150",)}
    assert {outcomes[row] for row in shown[moded.mode]} == {"passed"}
    # Nothing confidential in the ordinary log: neither who nor what entitled them.
    assert confidential_lines(moded.log.read_text(encoding="utf-8")) == []


class Bound:
    """A caller for one patient, and what there is of another."""

    def __init__(self, http: httpx.Client, edition: Edition, own: str, other: str) -> None:
        self.http, self.edition, self.own, self.other = http, edition, own, other

    def headers(
        self, nhs_number: str | None, scopes: str | None = None, interaction: str = "read"
    ) -> dict[str, str]:
        caller = Caller(patient=nhs_number, scopes=scopes)
        made = tokens.claims(self.edition, caller)
        return {
            **tokens.audit_headers(self.edition, interaction),
            **tokens.token_header(self.edition, tokens.unsecured(made)),
            "Content-Type": JSON,
        }

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.http.request(
            method,
            path,
            content=None if body is None else json.dumps(body),
            headers={
                **self.headers(self.own, interaction=interaction_of(method, path)),
                **headers,
            },
        )

    def store(self, nhs_number: str) -> dict[str, Any]:
        created = self.http.post(
            "Consent",
            content=json.dumps(draft(self.edition, nhs_number)),
            headers={
                **self.headers(nhs_number, interaction="create"),
                "Prefer": "return=representation",
            },
        )
        assert created.status_code == 201, created.text
        consent: dict[str, Any] = created.json()
        return consent

    def reference(self, nhs_number: str) -> str:
        return self.edition.patient.reference_to(nhs_number)


@pytest.fixture(scope="module")
def bindings(
    server: RunningServer,
    built: Layout,
    folder: EditionFolder,
    progress: Progress,
    patients: Iterator[str],
) -> Iterator[Callable[[str], Bound]]:
    """By edition: the session's server, or one of its own; both permissive."""
    with ExitStack() as stack:
        running = {"ndop-1.1.0": server.base_url}

        def bound(edition_id: str) -> Bound:
            if edition_id not in running:
                started = stack.enter_context(
                    process.running(built, ServerPlan(edition_id), progress)
                )
                running[edition_id] = started.base_url
            http = stack.enter_context(httpx.Client(base_url=running[edition_id] + "/", timeout=60))
            return Bound(http, folder.load(edition_id), next(patients), next(patients))

        yield bound


@pytest.fixture(params=["ndop-1.1.0", "ndop-0.0.9-alpha"])
def bound(request: pytest.FixtureRequest, bindings: Callable[[str], Bound]) -> Bound:
    return bindings(request.param)


def answer_of(response: httpx.Response) -> tuple[int, Any, set[str]]:
    """What a client can tell two answers apart by; the id of an outcome is new each time."""
    body = response.json()
    body.pop("id", None)
    body.pop("meta", None)
    return response.status_code, body, set(response.headers) - {"date"}


def test_own_consents_are_served(bound: Bound) -> None:
    own = bound.store(bound.own)
    address = f"Consent/{own['id']}"
    assert bound.send("GET", address).json()["id"] == own["id"]
    assert bound.send("GET", f"{address}/_history").json()["total"] == 1
    assert bound.send("GET", f"{address}/_history/1").status_code == 200
    for path in ("Consent", "Consent/_history"):
        found = bound.send("GET", f"{path}?patient={bound.reference(bound.own)}")
        assert found.json()["total"] == 1
    assert bound.send("GET", f"Consent?_id={own['id']}").json()["total"] == 1
    updated = bound.send("PUT", address, {**own, "status": "inactive"})
    assert updated.status_code == 200


@pytest.mark.parametrize("stored", [True, False], ids=["there-is-one", "there-is-none"])
def test_another_patient_in_the_request_is_refused(
    bound: Bound, stored: bool, recorder: Recorder
) -> None:
    """The same words, whether the other patient has a Consent or not."""
    if stored:
        bound.store(bound.other)
    reference = bound.reference(bound.other)
    answers = [
        bound.send("GET", f"Consent?patient={reference}"),
        bound.send("GET", f"Consent?patient={bound.other}"),
        bound.send("GET", f"Consent?patient=https://elsewhere.example/Patient/{bound.other}"),
        bound.send("GET", f"Consent/_history?patient={reference}"),
        bound.send("POST", "Consent", draft(bound.edition, bound.other)),
        bound.send(
            "PUT", "Consent/no-such", {**draft(bound.edition, bound.other), "id": "no-such"}
        ),
    ]
    for response in answers:
        assert_spine_error(
            bound.edition,
            response,
            status=400,
            issue="invalid",
            code="MISSING_OR_INVALID_HEADER",
        )
        assert bound.other not in response.text
        recorder.check(response, "another-patient")
    assert len({json.dumps(answer_of(response)[1]) for response in answers}) == 1
    found = bound.http.get(
        "Consent", params={"patient": reference}, headers=bound.headers(bound.other)
    )
    assert found.json()["total"] == (1 if stored else 0)


def test_another_patients_consent_is_as_one_that_does_not_exist(bound: Bound) -> None:
    other = bound.store(bound.other)
    own = draft(bound.edition, bound.own)
    for method, path, headers in (
        ("GET", "Consent/{}", {}),
        ("HEAD", "Consent/{}", {}),
        ("GET", "Consent/{}", {"If-None-Match": 'W/"1"'}),
        ("GET", "Consent/{}", {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}),
        ("GET", "Consent/{}", {"Accept": "application/fhir+xml"}),
        ("GET", "Consent/{}/_history", {}),
        ("GET", "Consent/{}/_history/1", {}),
        ("GET", "Consent/{}/_history/7", {}),
        ("PUT", "Consent/{}", {}),
        ("PUT", "Consent/{}", {"If-Match": 'W/"1"'}),
        ("PUT", "Consent/{}", {"If-Match": 'W/"9"'}),
        ("PUT", "Consent/{}", {"Prefer": "return=representation"}),
    ):
        message = []
        for consent_id in (other["id"], "0353e505-f7be-4c20-8f4e-337e79a32c51"):
            body = {**own, "id": consent_id} if method == "PUT" else None
            response = bound.send(method, path.format(consent_id), body, **headers)
            assert response.status_code == 404
            is_json = response.text and "json" in response.headers["content-type"]
            message.append(
                answer_of(response) if is_json else (404, len(response.text), set(response.headers))
            )
        assert message[0] == message[1], (method, path, headers)


def test_a_search_by_id_finds_nothing_of_another_patient(bound: Bound) -> None:
    other = bound.store(bound.other)
    for consent_id in (other["id"], "0353e505-f7be-4c20-8f4e-337e79a32c51"):
        found = bound.send("GET", f"Consent?_id={consent_id}")
        assert (found.status_code, found.json()["total"]) == (200, 0)
    own = bound.store(bound.own)
    both = bound.send("GET", f"Consent?_id={other['id']},{own['id']}")
    assert [entry["resource"]["id"] for entry in both.json()["entry"]] == [own["id"]]


def test_what_was_refused_left_the_other_consent_alone(bound: Bound) -> None:
    other = bound.store(bound.other)
    address = f"Consent/{other['id']}"
    changed = {**other, "status": "inactive"}
    assert bound.send("PUT", address, changed).status_code == 400
    now = bound.http.get(address, headers=bound.headers(bound.other))
    assert now.json() == other


def test_a_scope_bounds_what_may_be_done(bindings: Callable[[str], Bound]) -> None:
    bound = bindings("ndop-1.1.0")
    own = bound.store(bound.own)
    address = f"Consent/{own['id']}"
    reading, writing = "patient/consent.read", "patient/consent.write"
    by_patient = f"?patient={bound.own}"
    for method, path in (
        ("GET", address),
        ("GET", f"{address}/_history"),
        ("GET", f"Consent{by_patient}"),
        ("GET", f"Consent/_history{by_patient}"),
        ("PUT", address),
        ("POST", "Consent"),
    ):
        right, wrong = (reading, writing) if method == "GET" else (writing, reading)
        interaction = interaction_of(method, path)
        fitting = bound.headers(bound.own, right, interaction)
        unfit = bound.headers(bound.own, wrong, interaction)
        body = json.dumps(own) if method != "GET" else None
        refused = bound.http.request(method, path, content=body, headers=unfit)
        assert_spine_error(
            bound.edition,
            refused,
            status=400,
            issue="structure",
            code="MISSING_OR_INVALID_HEADER",
        )
        assert "scope: expected " in refused.text
        allowed = bound.http.request(method, path, content=body, headers=fitting)
        # The create has an id in its body: another rule's business.
        assert allowed.status_code == (405 if method == "POST" else 200)


def test_a_bound_caller_cannot_say_that_another_has_consented(
    bindings: Callable[[str], Bound],
) -> None:
    """ADR 9: the token says who consents. Its patient's Consents can be read whoever did."""
    bound = bindings("ndop-1.1.0")
    by_other = having(
        draft(bound.edition, bound.own),
        "consentingParty",
        value=[{"reference": bound.reference(bound.other)}],
    )

    def assert_another_patient(response: httpx.Response) -> None:
        assert_spine_error(
            bound.edition, response, status=400, issue="invalid", code="MISSING_OR_INVALID_HEADER"
        )
        assert bound.other not in response.text

    assert_another_patient(bound.send("POST", "Consent", by_other))
    # A system without a patient is responsible for what it stores.
    created = bound.http.post(
        "Consent",
        json=by_other,
        headers={
            **bound.headers(None, interaction="create"),
            "Prefer": "return=representation",
        },
    )
    assert created.status_code == 201, created.text
    stored = created.json()
    address = f"Consent/{stored['id']}"
    assert bound.send("GET", address).json() == stored
    assert bound.send("GET", f"{address}/_history").json()["total"] == 1
    assert bound.send("GET", f"Consent?patient={bound.own}").json()["total"] == 1
    for path in (address, f"{address}/_history", f"{address}/_history/1"):
        assert bound.http.get(path, headers=bound.headers(bound.other)).status_code == 404
    found = bound.http.get(f"Consent?_id={stored['id']}", headers=bound.headers(bound.other))
    assert found.json()["total"] == 0
    assert_another_patient(bound.send("PUT", address, {**stored, "status": "inactive"}))
    assert bound.send("GET", address).json() == stored
    party = [{"reference": bound.reference(bound.own)}]
    updated = bound.send("PUT", address, {**stored, "status": "inactive", "consentingParty": party})
    assert updated.status_code == 200, updated.text


def test_other_ways_to_send_two_tokens_are_refused(bindings: Callable[[str], Bound]) -> None:
    bound = bindings("ndop-1.1.0")
    one, other = (bound.headers(who)["Authorization"] for who in (bound.own, bound.other))
    rest = {
        name: value for name, value in bound.headers(bound.own).items() if name != "Authorization"
    }
    for sent in (
        [("Authorization", one), ("Ssp-Authorization", other)],
        [("Ssp-Authorization", other), ("Authorization", one)],
        [("Authorization", one), ("Authorization", other)],
        [("Authorization", one), ("authorization", "")],
        [("Authorization", f"{one}, {other}")],
        [("Authorization", f"{one},{other}")],
    ):
        response = bound.http.get(
            "Consent", headers=[*rest.items(), *sent], params={"patient": bound.own}
        )
        assert_spine_error(
            bound.edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
        )
    same = [("Authorization", one), ("Ssp-Authorization", one)]
    allowed = bound.http.get(
        "Consent", headers=[*rest.items(), *same], params={"patient": bound.own}
    )
    assert allowed.status_code == 200, allowed.text


def test_the_interaction_id_is_not_that_of_another(bindings: Callable[[str], Bound]) -> None:
    bound = bindings("ndop-1.1.0")
    body = draft(bound.edition, bound.own)
    ids = bound.edition.audit.interaction_ids
    assert ids is not None
    for method, path, named in (
        ("GET", f"Consent?patient={bound.own}", "create:consent"),
        ("GET", f"Consent?patient={bound.own}", "delete:consent"),
        ("GET", "Consent/1", "read:metadata"),
        ("POST", "Consent", "read:consent"),
        ("POST", "Consent", "update:consent"),
        ("PUT", "Consent/1", "create:consent"),
        ("GET", "metadata", "read:consent"),
    ):
        header = {"Ssp-InteractionID": f"{ids.service}fhir:rest:{named}"}
        response = bound.send(method, path, body if method != "GET" else None, **header)
        assert_spine_error(
            bound.edition, response, status=400, issue="invalid", code="MISSING_OR_INVALID_HEADER"
        )
        assert "Ssp-InteractionID: expected" in response.text
    count = bound.http.get("Consent", params={"patient": bound.own}, headers=bound.headers(None))
    assert count.json()["total"] == 0


def test_no_answer_repeats_a_token(bound: Bound) -> None:
    headers = bound.headers(bound.own)
    name = bound.edition.audit.headers.token[0]
    for value in (f"{headers[name]}x.y", headers[name].replace("Bearer", "Basic")):
        response = bound.http.get("metadata", headers={**headers, name: value})
        assert response.status_code == 400
        assert value.split()[1][:20] not in response.text
