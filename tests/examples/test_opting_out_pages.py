"""The pages on opting out do what they say, pasted from top to bottom."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ndop.editions import EditionFolder
from ndop.server.process import RunningServer
from ndop.system.layout import Layout, checkout

_LAYOUT = checkout()
_PATIENT = "9990000018"
BASE_URL = "http://127.0.0.1:8080/fhir"
_BLOCKS = re.compile(r"```(sh|answer)\n(.*?)```", re.DOTALL)
_MARK = "== end of a request =="


def page(layout: Layout, edition: str) -> Path:
    return layout.root / "docs" / "opting-out" / f"{edition}.md"


#: The editions that have a page.
_IDS = [one for one in EditionFolder.of(_LAYOUT).ids() if page(_LAYOUT, one).is_file()]


def test_every_published_edition_has_a_page(published_ids: list[str]) -> None:
    assert set(published_ids) <= set(_IDS)


@pytest.mark.slow
@pytest.mark.parametrize("edition", _IDS)
def test_every_request_is_answered_as_told(
    built: Layout, servers: Callable[[str], RunningServer], patient: str, edition: str
) -> None:
    """By a patient of the test's own, since others use the server too."""
    text = page(built, edition).read_text(encoding="utf-8")
    assert _PATIENT in text
    blocks = _BLOCKS.findall(text.replace(_PATIENT, patient))
    requests = [text for kind, text in blocks if kind == "sh"]
    answers = [text for kind, text in blocks if kind == "answer"]
    assert len(requests) == len(answers) > 5
    script = f"\necho '{_MARK}'\n".join(["set -eu", *requests])
    done = subprocess.run(
        ["bash", "-c", script.replace(BASE_URL, servers(edition).base_url)],
        cwd=built.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.split(_MARK)[1:]
    for request, answer, found in zip(requests, answers, printed, strict=True):
        for line in answer.splitlines():
            assert line in found, (request, line, found)
