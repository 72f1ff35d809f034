from __future__ import annotations

import json
from typing import Any

import pytest

from ndop.conformance.run.preflight import PreflightReport, check_server
from ndop.conformance.suite.access import Access
from ndop.editions import Edition
from ndop.server.process import free_port
from ndop.system.errors import PresetError, TargetError
from tests.conformance.stub_server import StubHandler, StubResponse, stub_server


def statement(version: str = "3.0.1", **changes: Any) -> str:
    consent = {"type": "Consent", "interaction": [{"code": "create"}, {"code": "read"}]}
    return json.dumps(
        {
            "resourceType": "CapabilityStatement",
            "fhirVersion": version,
            "software": {"name": "Somebody's"},
            "rest": [{"mode": "server", "resource": [consent]}],
            **changes,
        }
    )


def server(search: StubResponse, metadata: StubResponse | None = None) -> StubHandler:
    statement_response = metadata or StubResponse(statement())
    return lambda _method, path: statement_response if path.endswith("/metadata") else search


BUNDLE = StubResponse('{"resourceType": "Bundle", "type": "searchset", "total": 0}')


def checked(script: StubHandler, edition: Edition, access: Access | None = None) -> PreflightReport:
    with stub_server(script) as base_url:
        return check_server(base_url, edition, access)


def rejection(script: StubHandler, edition: Edition, access: Access | None = None) -> str:
    with pytest.raises(TargetError) as error:
        checked(script, edition, access)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("version", ["3.0.1", "3.0.2"])
def test_an_stu3_server_is_accepted(edition: Edition, version: str) -> None:
    report = checked(server(BUNDLE, StubResponse(statement(version))), edition)
    assert f"FHIR {version}, Somebody's" in report.observations[0]
    assert "it declares Consent: create, read" in report.observations
    assert "it answers a search for Consents" in report.observations
    assert report.warnings == ()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (StubResponse(statement("4.0.1")), "speaks FHIR 4.0.1; this API is FHIR STU3"),
        (StubResponse("<html>hello</html>", content_type="text/html"), "found text/html"),
        (StubResponse('{"resourceType": "Patient"}'), "found Patient"),
        (StubResponse("[]"), "found no FHIR resource"),
        (StubResponse("gone", status=404), "HTTP status 404"),
        (
            StubResponse("", status=503, headers={"Retry-After": "120"}),
            "is unavailable (HTTP status 503). It asks clients to retry after 120",
        ),
        (StubResponse("", status=302, headers={"Location": "/login"}), "it redirects to /login"),
        (StubResponse("", status=401), "give a token, headers or a client certificate in a preset"),
    ],
)
def test_anything_else_is_rejected_in_one_sentence(
    edition: Edition, answer: StubResponse, message: str
) -> None:
    assert message in rejection(lambda *_: answer, edition)


def test_a_token_that_is_not_accepted(edition: Edition) -> None:
    access = Access(headers={"Authorization": "Bearer a-secret"}, secrets=("a-secret",))
    message = rejection(server(StubResponse("", status=403)), edition, access)
    assert "what was sent (Authorization) is not accepted" in message
    assert "a-secret" not in message


@pytest.mark.parametrize("rest", [None, "x", [], ["x"], [{"resource": [{"type": "Patient"}]}]])
def test_a_server_that_does_not_declare_consent(edition: Edition, rest: Any) -> None:
    metadata = StubResponse(statement(rest=rest))
    assert checked(server(BUNDLE, metadata), edition).warnings
    message = rejection(server(StubResponse("", status=404), metadata), edition)
    assert "does not declare Consent" in message


def test_a_search_that_fails_is_left_to_the_tests(edition: Edition) -> None:
    report = checked(server(StubResponse("", status=500)), edition)
    assert report.warnings == ("a search for Consents has HTTP status 500",)


def test_nothing_answers(edition: Edition) -> None:
    address = f"http://127.0.0.1:{free_port()}/fhir"
    with pytest.raises(TargetError, match=f"Nothing answers at {address}/metadata"):
        check_server(address, edition)


@pytest.mark.parametrize("url", ["", "localhost", "ftp://example.org", "http://", "http://[::1"])
def test_an_invalid_url(edition: Edition, url: str) -> None:
    with pytest.raises(TargetError):
        check_server(url, edition)


def test_a_password_in_the_url_is_masked(edition: Edition) -> None:
    address = f"http://me:hunter22@127.0.0.1:{free_port()}/fhir"
    with pytest.raises(TargetError) as error:
        check_server(address, edition)
    assert "hunter22" not in str(error.value)
    assert "http://***@127.0.0.1" in str(error.value)


def test_files_that_are_not_certificates(edition: Edition, tmp_path: Any) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(PresetError, match=r"tls.ca: expected certificates in PEM in .*ca.pem"):
        check_server("https://127.0.0.1/fhir", edition, Access(ca=file))
    with pytest.raises(PresetError, match=r"tls.certificate: expected a certificate in PEM"):
        check_server("https://127.0.0.1/fhir", edition, Access(certificate=file))
