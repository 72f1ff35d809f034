from __future__ import annotations

import pytest

from ndop.conformance.report.results import Exchange
from ndop.conformance.suite.proxies import is_from_proxy

JSON = '{"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "%s"}]}'
XML = (
    '<OperationOutcome xmlns="http://hl7.org/fhir"><issue><code value="%s"/></issue>'
    "</OperationOutcome>"
)


def answer(status: int | None, body: str) -> Exchange:
    return Exchange(
        method="GET",
        url="http://127.0.0.1/fhir/Consent",
        request_headers={},
        request_body=None,
        status=status,
        response_headers={},
        response_body=body,
        seconds=0,
    )


@pytest.mark.parametrize("form", [JSON, XML])
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "forbidden"),
        (405, "not-supported"),
        (415, "not-supported"),
        (502, "transient"),
        (504, "transient"),
    ],
)
def test_answers_of_a_proxy_are_recognised(form: str, status: int, code: str) -> None:
    """NDOP-148: in JSON and in XML."""
    assert is_from_proxy(answer(status, form % code))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (422, JSON % "forbidden"),
        (403, JSON % "invalid"),
        (403, XML % "invalid"),
        (403, (JSON % "forbidden").replace('"code"', '"details": {}, "code"')),
        (403, "<html/>"),
        (403, '["OperationOutcome"]'),
        (403, '{"resourceType": "OperationOutcome", "issue": {}}'),
        (None, "no answer"),
    ],
)
def test_other_answers_are_from_the_server(status: int | None, body: str) -> None:
    assert not is_from_proxy(answer(status, body))
