"""The diagnostics of the reference server, recorded from a running one (examples/recorded.json).

The texts stand in the server only. Tests that meet a situation hold the server's answer to what is
recorded, and record it anew when they are run with `--record-examples`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ndop.system.errors import BuildError

_TEXTS = TypeAdapter(dict[str, dict[str, list[str]]])
#: The key of what the server says in the same words whatever its edition.
EVERY_EDITION = "every edition"


@dataclass(frozen=True, slots=True)
class Recordings:
    """Edition id, or EVERY_EDITION, to situation to the diagnostics of each issue, in order."""

    texts: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Recordings:
        """What is recorded in `file`; nothing where there is no such file.

        Raises BuildError: it is not what `write` writes.
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
        """One text for each issue of the outcome; empty where nothing is recorded yet."""
        own, shared = self.texts.get(edition_id, {}), self.texts.get(EVERY_EDITION, {})
        return own.get(situation) or shared.get(situation) or ()

    def recorded(self, edition_id: str, situation: str, diagnostics: Sequence[str]) -> Recordings:
        """A copy with the diagnostics of one situation recorded anew."""
        own = {**self.texts.get(edition_id, {}), situation: list(diagnostics)}
        return Recordings({**self.texts, edition_id: own})

    def write(self, file: Path) -> None:
        """Write them to `file`, in a stable order."""
        text = json.dumps(self.texts, indent=2, ensure_ascii=False, sort_keys=True)
        file.write_text(f"{text}\n", encoding="utf-8")
