"""What a server does wrong is a violation, brought about by a server that does nothing else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ndop.assurance.torture.comparison import compare
from ndop.assurance.torture.journal import History, Journal, Write
from ndop.assurance.torture.load import Load, wait_until_acknowledging
from ndop.consents import draft
from ndop.consents.drafts import Draft
from ndop.editions import Edition
from ndop.server.process import HOST

PATIENT = "9990000018"
CONSENT_ID = "1"


def stored(consent: Draft, version: int) -> Draft:
    return {**consent, "id": CONSENT_ID, "meta": {"versionId": str(version)}}


@contextmanager
def wrong_server(answers: Mapping[str, tuple[int, Draft]]) -> Iterator[str]:
    """Answers by the method and the end of the path, 404 to all else; yields its base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = f"{self.command} {self.path}"
            status, body = next(
                (answer for key, answer in answers.items() if request.endswith(key)), (404, {})
            )
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}/fhir"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("change", "version", "right"),
    [({}, 1, True), ({"status": "proposed"}, 1, False), ({}, 2, False)],
    ids=["what was sent", "other content", "another version"],
)
def test_an_acknowledgement_of_something_else(
    edition: Edition, tmp_path: Path, change: Draft, version: int, right: bool
) -> None:
    """The first Consent of the load is known: its seed decides."""
    with Journal(tmp_path / "first") as journal:
        load = Load("http://127.0.0.1:1/fhir", edition, journal, connections=1, seed=3)
        with load.running():
            while not journal.histories():
                pass
        sent = journal.histories()[0].writes[0].sent
    answers = {"POST /fhir/Consent": (201, stored({**sent, **change}, version))}
    with wrong_server(answers) as base_url, Journal(tmp_path / "second") as journal:
        with Load(base_url, edition, journal, connections=1, seed=3).running():
            assert wait_until_acknowledging(journal, 1, 30, lambda: False)
        first = [text for text in journal.violations if text.startswith("write 1:")]
    expected = [] if right else ["write 1: acknowledged, but the answer is not what was sent"]
    assert first == expected


def test_writes_that_are_refused_are_not_acknowledged(edition: Edition, tmp_path: Path) -> None:
    with (
        wrong_server({"/Consent": (503, {})}) as base_url,
        Journal(tmp_path / "journal") as journal,
        Load(base_url, edition, journal, connections=1, seed=3).running(),
    ):
        assert not wait_until_acknowledging(journal, 1, 0.5, lambda: False)
        assert not wait_until_acknowledging(journal, 1, 60, lambda: True)


@pytest.mark.parametrize(
    ("status", "kinds"), [(404, []), (500, ["errors"]), (503, ["errors"]), (200, ["duplicates"])]
)
def test_a_version_that_cannot_be_read_is_not_taken_as_absent(
    edition: Edition, status: int, kinds: list[str]
) -> None:
    sent = draft(edition, PATIENT)
    body = stored(sent, 1)
    write = Write(1, PATIENT, sent, CONSENT_ID, status=201, version=1, body=body)
    bundle: Draft = {"total": 1, "entry": [{"resource": body}]}
    answers: dict[str, tuple[int, Draft]] = {
        PATIENT: (200, bundle),
        "_history/1": (200, body),
        "_history/2": (status, stored(sent, 2)),
        f"Consent/{CONSENT_ID}": (200, body),
    }
    with wrong_server(answers) as base_url:
        found = compare(base_url, edition, [History(PATIENT, [write])])
    assert [one.kind for one in found.violations][: len(kinds)] == kinds
    assert bool(found.violations) is bool(kinds)
