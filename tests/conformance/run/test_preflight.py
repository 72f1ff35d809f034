from __future__ import annotations

import json
from typing import Any

import pytest

from ndop.conformance.run.preflight import PreflightReport, check_server
from ndop.conformance.suite.access import Access
from ndop.editions import Edition
from ndop.server.process import free_port
from ndop.system.errors import PresetError, TargetError
from tests.conformance.canned import Answer, Script, canned


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


def server(search: Answer, metadata: Answer | None = None) -> Script:
    told = metadata or Answer(statement())
    return lambda _method, path: told if path.endswith("/metadata") else search


BUNDLE = Answer('{"resourceType": "Bundle", "type": "searchset", "total": 0}')


def checked(script: Script, edition: Edition, access: Access | None = None) -> PreflightReport:
    with canned(script) as base_url:
        return check_server(base_url, edition, access)


def rejection(script: Script, edition: Edition, access: Access | None = None) -> str:
    with pytest.raises(TargetError) as error:
        checked(script, edition, access)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("version", ["3.0.1", "3.0.2"])
def test_an_stu3_server_is_accepted(edition: Edition, version: str) -> None:
    report = checked(server(BUNDLE, Answer(statement(version))), edition)
    assert f"FHIR {version}, Somebody's" in report.observations[0]
    assert "it declares Consent: create, read" in report.observations
    assert "it answers a search for Consents" in report.observations
    assert report.warnings == ()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(statement("4.0.1")), "speaks FHIR 4.0.1; this API is FHIR STU3"),
        (Answer("<html>hello</html>", content_type="text/html"), "found text/html"),
        (Answer('{"resourceType": "Patient"}'), "found Patient"),
        (Answer("[]"), "found no FHIR resource"),
        (Answer("gone", status=404), "HTTP status 404"),
        (
            Answer("", status=503, headers={"Retry-After": "120"}),
            "is unavailable (HTTP status 503). It asks clients to retry after 120",
        ),
        (Answer("", status=302, headers={"Location": "/login"}), "it redirects to /login"),
        (Answer("", status=401), "give a token, headers or a client certificate in a preset"),
    ],
)
def test_anything_else_is_rejected_in_one_sentence(
    edition: Edition, answer: Answer, told: str
) -> None:
    assert told in rejection(lambda *_: answer, edition)


def test_a_token_that_is_not_accepted(edition: Edition) -> None:
    access = Access(headers={"Authorization": "Bearer a-secret"}, secrets=("a-secret",))
    told = rejection(server(Answer("", status=403)), edition, access)
    assert "what was sent (Authorization) is not accepted" in told
    assert "a-secret" not in told


@pytest.mark.parametrize("rest", [None, "x", [], ["x"], [{"resource": [{"type": "Patient"}]}]])
def test_a_server_that_does_not_declare_consent(edition: Edition, rest: Any) -> None:
    metadata = Answer(statement(rest=rest))
    assert checked(server(BUNDLE, metadata), edition).warnings
    told = rejection(server(Answer("", status=404), metadata), edition)
    assert "does not declare Consent" in told


def test_a_search_that_fails_is_left_to_the_tests(edition: Edition) -> None:
    report = checked(server(Answer("", status=500)), edition)
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
