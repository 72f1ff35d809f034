"""Opt-outs as real servers report them, and answers that are not ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import httpx
import pytest
from fhirpy import SyncFHIRClient

from ndop.consents import draft as draft_consent
from ndop.editions import Coding, Edition, EditionFolder
from ndop.server.process import RunningServer
from ndop.system.errors import UpholdingError
from ndop.upholding.opt_out_lookup import OptOutLookup
from tests.conformance.stub_server import StubResponse, stub_server


@pytest.fixture(scope="module")
def draft(folder: EditionFolder) -> Edition:
    """The first draft, which asks two questions."""
    return folder.load("noom-draft")


@pytest.fixture(scope="module")
def server_of_draft(servers: Callable[[str], RunningServer], draft: Edition) -> RunningServer:
    return servers(draft.id)


@pytest.fixture
def three(patients: Iterator[str]) -> list[str]:
    return list(islice(patients, 3))


def out_of(base_url: str, edition: Edition, numbers: list[str], question: int = 0) -> list[bool]:
    with httpx.Client() as http:
        purpose = edition.purpose_codings()[question]
        out = OptOutLookup(edition, purpose, base_url, http).opted_out([*numbers, *numbers])
    return [number in out for number in numbers]


def store(
    base_url: str,
    edition: Edition,
    patient: str,
    *,
    opted_out: bool,
    purpose: Coding | None = None,
) -> dict[str, Any]:
    """Store a decision: update the Consent for the purpose if there is one, create it if not."""
    status = edition.status.opted_out if opted_out else edition.status.sharing
    data = draft_consent(edition, patient, purpose=purpose, status=status)
    consents = SyncFHIRClient(base_url).resources("Consent")
    for found in consents.search(patient=data["patient"]["reference"]).fetch():
        if [one["code"] for one in found["purpose"]] == [one["code"] for one in data["purpose"]]:
            data["id"] = found.id
    stored = SyncFHIRClient(base_url).resource("Consent", **data)
    stored.save()
    return dict(stored)


@pytest.mark.slow
def test_active_means_opted_out(server: RunningServer, edition: Edition, three: list[str]) -> None:
    """NDOP-185, NDOP-187: of three patients one has opted out, one not, one said nothing."""
    consents = [
        store(server.base_url, edition, patient, opted_out=opted_out)
        for patient, opted_out in zip(three, (True, False), strict=False)
    ]
    assert [consent["status"] for consent in consents] == ["active", "inactive"]
    assert out_of(server.base_url, edition, three) == [True, False, False]


@pytest.mark.slow
def test_a_change_of_mind_counts(server: RunningServer, edition: Edition, three: list[str]) -> None:
    """NDOP-193: no earlier decision is kept."""
    for opted_out in (True, False, True):
        store(server.base_url, edition, three[0], opted_out=opted_out)
        assert out_of(server.base_url, edition, three[:1]) == [opted_out]


@pytest.mark.slow
def test_inactive_means_opted_out_in_the_first_draft(
    server_of_draft: RunningServer, draft: Edition, three: list[str]
) -> None:
    """NDOP-186, NDOP-187"""
    consents = [
        store(server_of_draft.base_url, draft, patient, opted_out=opted_out)
        for patient, opted_out in zip(three, (True, False), strict=False)
    ]
    assert [consent["status"] for consent in consents] == ["inactive", "active"]
    assert out_of(server_of_draft.base_url, draft, three) == [True, False, False]


@pytest.mark.slow
def test_each_purpose_is_looked_up_by_itself(
    server_of_draft: RunningServer, draft: Edition, three: list[str]
) -> None:
    """NDOP-188"""
    research, planning = draft.purpose_codings()
    store(server_of_draft.base_url, draft, three[0], opted_out=True, purpose=research)
    store(server_of_draft.base_url, draft, three[1], opted_out=True, purpose=planning)
    store(server_of_draft.base_url, draft, three[1], opted_out=False, purpose=research)
    assert out_of(server_of_draft.base_url, draft, three, 0) == [True, False, False]
    assert out_of(server_of_draft.base_url, draft, three, 1) == [False, True, False]


def searchset(*consents: dict[str, Any], total: int | None = None) -> StubResponse:
    entries = [{"resource": consent} for consent in consents]
    bundle = {"type": "searchset", "total": len(entries) if total is None else total}
    return StubResponse(json.dumps({**bundle, **({"entry": entries} if entries else {})}))


NUMBER = "9990000018"
CONSENT = {
    "status": "active",
    "patient": {"reference": f"https://other.example/Patient/{NUMBER}"},
}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            StubResponse("{}", status=503),
            "expected a searchset for each patient; found HTTP status 503",
        ),
        (StubResponse("<html/>", content_type="text/html"), "found HTTP status 200, text/html"),
        (StubResponse('{"type": "history"}'), "expected a searchset"),
        (StubResponse("[]"), "expected a searchset"),
        (searchset(CONSENT, total=2), "is not complete"),
        (
            searchset(
                {**CONSENT, "patient": {"reference": "https://a.example/Patient/9990000026"}}
            ),
            "the Consent of another patient",
        ),
        (searchset({"status": "active"}), "the Consent of another patient"),
        (searchset({**CONSENT, "status": "proposed"}), "found 'proposed'"),
        (searchset({**CONSENT, "modifierExtension": [{"url": "urn:x"}]}), "may change what it"),
        (searchset({**CONSENT, "implicitRules": "urn:x"}), "may change what it"),
        (
            searchset({**CONSENT, "policy": [{"modifierExtension": [{"url": "urn:x"}]}]}),
            "may change what it",
        ),
    ],
)
def test_an_unusable_answer_is_an_error(
    edition: Edition, answer: StubResponse, message: str
) -> None:
    """A server that is out of order must not look as if nobody had opted out."""
    with (
        stub_server(lambda _method, _path: answer) as base_url,
        pytest.raises(UpholdingError, match=message),
    ):
        out_of(base_url, edition, [NUMBER])


def test_a_server_that_cannot_be_reached_is_an_error(edition: Edition) -> None:
    with pytest.raises(UpholdingError, match=r"No answer from http://127\.0\.0\.1:9"):
        out_of("http://127.0.0.1:9/fhir", edition, [NUMBER])


def test_each_number_is_looked_up_once(edition: Edition) -> None:
    paths: list[str] = []

    def script(_method: str, path: str) -> StubResponse:
        paths.append(path)
        return searchset(CONSENT)

    with stub_server(script) as base_url:
        assert out_of(base_url, edition, [NUMBER]) == [True]
    assert len(paths) == 1
