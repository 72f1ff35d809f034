"""The fault proxy, its messages and the factories of faults, before a canned server."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import httpx
import pytest
from fhir.resources.STU3.consent import Consent

from ndop.assurance.mutation.messages import Request, Response
from ndop.assurance.mutation.model import Fault, accepts, refuses, rewrites_body, rewrites_request
from ndop.assurance.mutation.proxy import FaultProxy, running_proxy, seed
from ndop.consents import draft, without
from ndop.editions import Edition
from tests.conformance.stub_server import StubResponse, stub_server

PATIENT = "9990000018"


def script(method: str, path: str) -> StubResponse:
    """Refuses every create; a read gives a Consent, anything else its own path."""
    if method == "POST":
        return StubResponse("{}", status=422)
    if path.endswith("/Consent/1"):
        return StubResponse('{"resourceType": "Consent", "id": "1"}', headers={"ETag": 'W/"1"'})
    return StubResponse(json.dumps({"path": path}))


FAULTS = [
    accepts("accepts no dateTime", "NDOP-028", lambda consent, _e: "dateTime" not in consent),
    refuses("refuses all", "NDOP-001", lambda _consent, _e: True),
    rewrites_request(
        "drops _id",
        "NDOP-104",
        lambda r: "_id" in r.parameters,
        lambda r: r.without_parameter("_id"),
    ),
    rewrites_body(
        "renames", "NDOP-052", lambda r: r.is_read, lambda body, _r, _s: body.update(id="2")
    ),
    Fault("raises", "NDOP-001", lambda _request, _server: 1 / 0),  # type: ignore[arg-type,return-value]
]


@pytest.fixture
def proxy(edition: Edition) -> Iterator[FaultProxy]:
    with stub_server(script) as base_url, running_proxy(base_url, edition, FAULTS) as running:
        yield running


def test_without_a_fault_everything_is_forwarded_unchanged(proxy: FaultProxy) -> None:
    found = httpx.get(f"{proxy.base_url}/Consent/1")
    assert found.json() == {"resourceType": "Consent", "id": "1"}
    assert found.headers["etag"] == 'W/"1"'
    target = f"{proxy.base_url}/Consent?_id=a%20b&patient=https%3A%2F%2Fa%2F1"
    assert httpx.get(target).json() == {"path": target[target.index("/fhir") :]}
    assert httpx.post(f"{proxy.base_url}/Consent", content="x").status_code == 422


def test_a_fault_is_seeded_from_another_process(proxy: FaultProxy, edition: Edition) -> None:
    address = f"{proxy.base_url}/Consent"
    broken = json.dumps(without(draft(edition, PATIENT), "dateTime"))
    seed(proxy.base_url, 0)
    accepted = httpx.post(address, content=broken)
    assert accepted.status_code == 201
    assert accepted.headers["location"].startswith(f"{proxy.base_url}/Consent/")
    assert httpx.post(address, content=json.dumps(draft(edition, PATIENT))).status_code == 422
    seed(proxy.base_url, None)
    assert httpx.post(address, content=broken).status_code == 422


def test_each_factory(proxy: FaultProxy, edition: Edition) -> None:
    proxy.seed(1)
    sent = json.dumps(draft(edition, PATIENT))
    refused = httpx.post(f"{proxy.base_url}/Consent", content=sent).json()
    entry = edition.errors["invalid-resource"]
    assert refused["issue"][0]["details"]["coding"][0]["code"] == entry.code
    proxy.seed(2)
    assert "_id" not in httpx.get(f"{proxy.base_url}/Consent?_id=1&patient=2").text
    proxy.seed(3)
    assert httpx.get(f"{proxy.base_url}/Consent/1").json()["id"] == "2"
    assert proxy.errors == []


def test_a_fault_that_raises_is_recorded(proxy: FaultProxy) -> None:
    proxy.seed(4)
    assert httpx.get(f"{proxy.base_url}/metadata").status_code == 500
    assert "raises: GET /fhir/metadata" in proxy.errors[0]
    assert "ZeroDivisionError" in proxy.errors[0]


def test_a_consent_is_read_from_json_and_xml(edition: Edition) -> None:
    consent = draft(edition, PATIENT)
    in_json = json.dumps(consent)
    in_xml = Consent.model_validate(consent).model_dump_xml()

    def request(body: str | bytes, kind: str) -> Request:
        content = body.encode() if isinstance(body, str) else body
        return Request("POST", "/fhir/Consent", content, headers=(("Content-Type", kind),))

    for body, kind in (
        (in_json, "application/fhir+json"),
        (in_xml, "text/xml"),
    ):
        found = request(body, kind).consent()
        assert found is not None
        assert found["patient"] == consent["patient"]
    for other in (b"", b"{", b"[]", b'{"resourceType": "Patient"}', b"<Consent"):
        assert request(other, "application/fhir+json").consent() is None
        assert request(other, "application/fhir+xml").consent() is None


def test_a_compressed_response_is_read() -> None:
    body = gzip.compress(b'{"id": "1"}')
    response = Response(200, body, headers=(("Content-Encoding", "gzip"),))
    assert response.resource() == {"id": "1"}
    changed = response.with_resource({"id": "2"})
    assert changed.header("content-encoding") == "gzip"
    assert gzip.decompress(changed.body) == b'{"id": "2"}'
    plain = Response(200).with_resource({"id": "2"})
    assert plain.header("content-encoding") is None
    assert plain.body == b'{"id": "2"}'
