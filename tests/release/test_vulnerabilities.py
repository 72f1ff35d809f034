"""Requests to a database with the API of OSV, and what is made of its responses."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ndop.release import vulnerabilities
from ndop.release.bom import Component
from ndop.release.vulnerabilities import Vulnerability
from ndop.system.errors import DatabaseError
from tests.conformance.stub_server import StubResponse, stub_server

SAFE = Component("pkg:pypi/sound@1.0", ("MIT",))
VULNERABLE = Component("pkg:maven/org.example/frail@2.0", ("MIT",))


def database_with(*pages: object) -> Callable[[str, str], StubResponse]:
    """Returns the pages in order to what is posted, and details of any vulnerability."""
    rest = iter(pages)

    def script(method: str, path: str) -> StubResponse:
        if method == "POST":
            assert path == "/fhir/v1/querybatch"
            return StubResponse(json.dumps({"results": next(rest)}))
        name = path.rpartition("/")[2]
        details = {"id": name, "summary": f"About {name}", "aliases": [f"CVE-{name}"]}
        return StubResponse(json.dumps(details))

    return script


def test_no_known_vulnerability() -> None:
    with stub_server(database_with([{}, {}])) as database:
        assert vulnerabilities.find_vulnerabilities([SAFE, VULNERABLE], database) == []


def test_all_pages_are_fetched() -> None:
    first = [{}, {"vulns": [{"id": "B"}], "next_page_token": "more"}]
    with stub_server(database_with(first, [{"vulns": [{"id": "A"}]}])) as database:
        assert vulnerabilities.find_vulnerabilities([SAFE, VULNERABLE], database) == [
            Vulnerability(VULNERABLE, "A", ("CVE-A",), "About A"),
            Vulnerability(VULNERABLE, "B", ("CVE-B",), "About B"),
        ]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (StubResponse("{}", status=503), "503"),
        (StubResponse("<html>"), "Invalid JSON"),
        (StubResponse(json.dumps({"results": [{}]})), "expected 2 answers, found 1"),
    ],
)
def test_an_unusable_response(answer: StubResponse, message: str) -> None:
    with stub_server(lambda *_: answer) as database, pytest.raises(DatabaseError, match=message):
        vulnerabilities.find_vulnerabilities([SAFE, VULNERABLE], database)


def test_a_database_that_cannot_be_reached() -> None:
    with pytest.raises(DatabaseError, match="Try again where it can be reached"):
        vulnerabilities.find_vulnerabilities([SAFE], "http://127.0.0.1:1")
