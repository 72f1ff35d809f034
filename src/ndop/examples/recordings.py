"""The diagnostics of the reference server, recorded from a running one (examples/recorded.json).

The server is the only source of these texts. Tests that provoke a situation compare its response
with the recording; run with `--record-examples`, they update the recording instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ndop.system.errors import BuildError

_TEXTS = TypeAdapter(dict[str, dict[str, list[str]]])
#: The key of texts that are the same in every edition.
EVERY_EDITION = "every edition"


@dataclass(frozen=True, slots=True)
class Recordings:
    """Edition id, or EVERY_EDITION, to situation to the diagnostics of each issue, in order."""

    texts: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Recordings:
        """The recordings in `file`; none if there is no such file.

        Raises BuildError if the file does not have the format that `write` gives it.
        """
        if not file.is_file():
            return cls()
        try:
            texts = _TEXTS.validate_json(file.read_bytes())
        except ValidationError as error:
            fault = error.errors()[0]
            where = " / ".join(map(str, fault["loc"]))
            raise BuildError(
                f"{file}: expected editions with situations with lists of texts, found at "
                f"{where or 'the top'}: {fault['msg']}. Record it anew: "
                "pytest --record-examples tests/examples/test_on_a_server.py tests/server"
            ) from error
        return cls(texts)

    def diagnostics(self, edition_id: str, situation: str) -> Sequence[str]:
        """One text for each issue of the outcome; empty if nothing is recorded yet."""
        own, shared = self.texts.get(edition_id, {}), self.texts.get(EVERY_EDITION, {})
        return own.get(situation) or shared.get(situation) or ()

    def with_diagnostics(
        self, edition_id: str, situation: str, diagnostics: Sequence[str]
    ) -> Recordings:
        """A copy in which the diagnostics of one situation are replaced."""
        own = {**self.texts.get(edition_id, {}), situation: list(diagnostics)}
        return Recordings({**self.texts, edition_id: own})

    def write(self, file: Path) -> None:
        """Write the recordings to `file`, in a stable order."""
        text = json.dumps(self.texts, indent=2, ensure_ascii=False, sort_keys=True)
        file.write_text(f"{text}\n", encoding="utf-8")
