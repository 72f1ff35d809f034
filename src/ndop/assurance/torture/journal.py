"""What was sent and what was answered, in the order in which it happened."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType

from ndop.consents.drafts import Draft

#: The status under which a request is counted that got no answer.
NO_ANSWER = 0
#: The answers that acknowledge a write, as `Journal.statuses` names them.
ACKNOWLEDGEMENTS = ("create 201", "update 200")


@dataclass(slots=True)
class Write:
    """A create, whose `consent_id` is None until it is known, or the update of a version.

    `status` is that of the answer, NO_ANSWER where there was none. An acknowledged write has the
    version and the body that the server answered with.
    """

    number: int
    patient: str
    sent: Draft
    consent_id: str | None = None
    based_on: int | None = None
    status: int = NO_ANSWER
    version: int | None = None
    body: Draft | None = None
    #: The server answered that nothing was stored.
    denied: bool = False

    @property
    def acknowledged(self) -> bool:
        """Whether the server answered that it has stored this."""
        return self.version is not None


@dataclass(slots=True)
class History:
    """The writes about one patient, in order: a create, then updates. Only the last one can be of
    unknown outcome: nothing is sent after it until the comparison has found out.
    """

    patient: str
    writes: list[Write] = field(default_factory=list)

    @property
    def consent_id(self) -> str | None:
        """The id of the Consent, as far as it is known."""
        return next((one.consent_id for one in self.writes if one.consent_id), None)

    @property
    def acknowledged(self) -> list[Write]:
        """The acknowledged writes."""
        return [one for one in self.writes if one.acknowledged]

    @property
    def unknown(self) -> Write | None:
        """The write of unknown outcome, if there is one."""
        last = self.writes[-1] if self.writes else None
        return last if last is not None and not last.acknowledged else None


class Journal:
    """Every write and its answer: in memory, and line by line in a file. Thread-safe."""

    def __init__(self, file: Path) -> None:
        self._lock = Lock()
        self._file = file.open("w", encoding="utf-8")
        self._histories: dict[str, History] = {}
        self._touched: dict[str, History] = {}
        self._number = 0
        self.statuses: Counter[str] = Counter()
        self.violations: list[str] = []

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def next_number(self) -> int:
        """A number that no write has yet."""
        with self._lock:
            self._number += 1
            return self._number

    def begin(self, write: Write) -> History:
        """Record a write before it is sent; returns the history that it is now the last of."""
        with self._lock:
            history = self._histories.setdefault(write.patient, History(write.patient))
            history.writes.append(write)
            self._touched[write.patient] = history
            self._line("sent", write, {"consent": write.consent_id, "based on": write.based_on})
        return history

    def end(self, write: Write) -> None:
        """Record the answer to a write, or that there was none."""
        with self._lock:
            answer = {"status": write.status, "version": write.version}
            self._line("answered", write, {"consent": write.consent_id, **answer})

    @property
    def acknowledged(self) -> int:
        """How many writes the server has acknowledged."""
        with self._lock:
            return sum(self.statuses[answer] for answer in ACKNOWLEDGEMENTS)

    def count(self, request: str, status: int) -> None:
        """Count an answer by the kind of request."""
        with self._lock:
            self.statuses[f"{request} {status or 'no answer'}"] += 1

    def violation(self, text: str) -> None:
        """Record what must not happen, seen while the load ran."""
        with self._lock:
            self.violations.append(text)

    def touched(self) -> Sequence[History]:
        """The histories with writes since the last call."""
        with self._lock:
            touched, self._touched = list(self._touched.values()), {}
        return touched

    def histories(self) -> Sequence[History]:
        """Every history."""
        with self._lock:
            return list(self._histories.values())

    def _line(self, event: str, write: Write, details: dict[str, object]) -> None:
        content = {"event": event, "write": write.number, "patient": write.patient, **details}
        self._file.write(json.dumps(content) + "\n")
        self._file.flush()
