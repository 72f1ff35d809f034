"""What a server says in the situations of the examples, held to what is recorded, or recorded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from ndop.examples.recordings import EVERY_EDITION, Recordings


@dataclass(frozen=True, slots=True)
class Recorder:
    """Of the recordings in `file`, which are written where `recording` is on."""

    file: Path
    recording: bool

    def record(self, edition_id: str, situation: str, diagnostics: Sequence[str]) -> None:
        """Write what was said in a situation."""
        recordings = Recordings.read(self.file).with_diagnostics(edition_id, situation, diagnostics)
        recordings.write(self.file)

    def check(self, answer: httpx.Response, situation: str) -> None:
        """Assert that an answer says what is recorded for every edition, but for numbers in it,
        such as seconds. Records it instead where `recording` is on.
        """
        said = [issue["diagnostics"] for issue in answer.json()["issue"]]
        if self.recording:
            self.record(EVERY_EDITION, situation, said)
        expected = Recordings.read(self.file).diagnostics(EVERY_EDITION, situation)
        assert [_numberless(text) for text in said] == [_numberless(text) for text in expected]


def _numberless(text: str) -> str:
    return re.sub("[0-9]+", "n", text)
