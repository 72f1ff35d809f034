from __future__ import annotations

import json

import pytest

from ndop.conformance.target import insist_on_stu3
from ndop.errors import TargetError
from ndop.server.process import free_port
from tests.conformance.canned import Answer, canned


def statement(version: str) -> str:
    return json.dumps({"resourceType": "CapabilityStatement", "fhirVersion": version})


@pytest.mark.parametrize("version", ["3.0.1", "3.0.2"])
def test_an_stu3_server_is_accepted(version: str) -> None:
    with canned(lambda *_: Answer(statement(version))) as base_url:
        insist_on_stu3(base_url)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(statement("4.0.1")), "speaks FHIR 4.0.1; this API is FHIR STU3"),
        (Answer("<html>hello</html>", content_type="text/html"), "found text/html"),
        (Answer('{"resourceType": "Patient"}'), "found Patient"),
        (Answer("[]"), "found no FHIR resource"),
        (Answer("gone", status=503), "HTTP status 503"),
        (Answer("", status=302, headers={"Location": "/login"}), "HTTP status 302"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(answer: Answer, told: str) -> None:
    with canned(lambda *_: answer) as base_url, pytest.raises(TargetError) as error:
        insist_on_stu3(base_url)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_nothing_answers() -> None:
    address = f"http://127.0.0.1:{free_port()}/fhir"
    with pytest.raises(TargetError, match=f"Nothing answers at {address}/metadata"):
        insist_on_stu3(address)


@pytest.mark.parametrize("url", ["", "localhost", "ftp://example.org", "http://", "http://[::1"])
def test_no_url(url: str) -> None:
    with pytest.raises(TargetError):
        insist_on_stu3(url)
