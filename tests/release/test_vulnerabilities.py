"""What is asked of a database in the form of OSV, and what is told of its answers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ndop.release import vulnerabilities
from ndop.release.bill import Component
from ndop.release.vulnerabilities import Vulnerability
from ndop.system.errors import DatabaseError
from tests.conformance.canned import Answer, canned

SOUND = Component("pkg:pypi/sound@1.0", ("MIT",))
FRAIL = Component("pkg:maven/org.example/frail@2.0", ("MIT",))


def answered(*pages: object) -> Callable[[str, str], Answer]:
    """Gives one page after the other to what is posted, and describes every vulnerability."""
    rest = iter(pages)

    def script(method: str, path: str) -> Answer:
        if method == "POST":
            assert path == "/fhir/v1/querybatch"
            return Answer(json.dumps({"results": next(rest)}))
        name = path.rpartition("/")[2]
        told = {"id": name, "summary": f"About {name}", "aliases": [f"CVE-{name}"]}
        return Answer(json.dumps(told))

    return script


def test_nothing_is_known() -> None:
    with canned(answered([{}, {}])) as database:
        assert vulnerabilities.known([SOUND, FRAIL], database) == []


def test_what_is_known_is_described_page_by_page() -> None:
    first = [{}, {"vulns": [{"id": "B"}], "next_page_token": "more"}]
    with canned(answered(first, [{"vulns": [{"id": "A"}]}])) as database:
        assert vulnerabilities.known([SOUND, FRAIL], database) == [
            Vulnerability(FRAIL, "A", ("CVE-A",), "About A"),
            Vulnerability(FRAIL, "B", ("CVE-B",), "About B"),
        ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer("{}", status=503), "503"),
        (Answer("<html>"), "Invalid JSON"),
        (Answer(json.dumps({"results": [{}]})), "expected 2 answers, found 1"),
    ],
)
def test_a_database_that_does_not_answer(answer: Answer, told: str) -> None:
    with canned(lambda *_: answer) as database, pytest.raises(DatabaseError, match=told):
        vulnerabilities.known([SOUND, FRAIL], database)


def test_a_database_that_is_not_there() -> None:
    with pytest.raises(DatabaseError, match="Try again where it can be reached"):
        vulnerabilities.known([SOUND], "http://127.0.0.1:1")
