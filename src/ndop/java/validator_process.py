"""The toolkit as a long-running process that validates resources as a server does on POST."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import threading
from collections import deque
from concurrent.futures import Future, InvalidStateError
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from ndop.java import modules
from ndop.java.toolkit import MAIN, Finding
from ndop.system import processes
from ndop.system.errors import CheckError
from ndop.system.layout import Layout

Encoding = Literal["JSON", "XML"]

#: 512 MiB hold FHIR's definitions and the resources in flight. A second compiler tier costs more
#: than it saves, up to tens of thousands of resources.
_JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_SECONDS_TO_STOP = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on one resource.

    `situation` is the key, in `Edition.errors`, of the error that a server of the edition would
    answer with, None where it would accept the resource; `diagnostics` are the texts of that
    error. `failure` says why the resource could not be validated.
    """

    situation: str | None
    diagnostics: tuple[str, ...]
    findings: tuple[Finding, ...]
    failure: str | None = None


class ValidatorProcess:
    """One process for many resources. It validates on every core and answers in order.

    `package` is the FHIR package of the edition; `profile` is the canonical URL of the profile to
    validate against, by default that of the edition's Consents. The toolkit must have been built.
    Raises CheckError where the process ends early, MissingToolError without Java.
    """

    def __init__(self, layout: Layout, package: Path, profile: str | None = None) -> None:
        class_path = ":".join(map(str, modules.class_path(layout, modules.TOOLKIT)))
        command = ["java", *_JVM, "-cp", class_path, MAIN, "validate", "--package", str(package)]
        if profile is not None:
            command += ["--profile", profile]
        with ExitStack() as on_failure:
            self._log = on_failure.enter_context(tempfile.TemporaryFile())
            self._process: subprocess.Popen[bytes] = processes.start(
                command,
                "Starting the validator",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
            )
            on_failure.callback(self._close_pipes)
            on_failure.callback(self._kill)
            self._pending: deque[Future[Answer]] = deque()
            self._submitting = threading.Lock()
            self._reader = threading.Thread(target=self._read, daemon=True)
            self._reader.start()
            on_failure.pop_all()

    def submit(self, encoding: Encoding, text: str) -> Future[Answer]:
        """Validate one resource. Blocks while the process has enough to do."""
        assert self._process.stdin is not None
        answer: Future[Answer] = Future()
        line = json.dumps({"encoding": encoding, "text": text})
        with self._submitting:
            self._pending.append(answer)
            try:
                self._process.stdin.write(line.encode("ascii") + b"\n")
                self._process.stdin.flush()
            except (OSError, ValueError):  # the process has ended, or was closed
                self._reader.join()
                self._fail_pending()
        return answer

    def close(self) -> None:
        """Kill the process; resources in flight are dropped."""
        self._kill()
        self._reader.join()
        self._close_pipes()
        self._log.close()

    def __enter__(self) -> ValidatorProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait(_SECONDS_TO_STOP)

    def _close_pipes(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def _read(self) -> None:
        """Resolve the futures with the process's answers, until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            data = json.loads(line)
            answer = Answer(
                data["situation"],
                tuple(data["diagnostics"]),
                tuple(Finding(**finding) for finding in data["findings"]),
                data["failure"],
            )
            self._pending.popleft().set_result(answer)
        self._process.wait()
        self._fail_pending()

    def _fail_pending(self) -> None:
        if not self._pending:
            return
        self._log.seek(0)
        printed = processes.tail(self._log.read().decode("utf-8", "replace"))
        text = f"The validator ended early. It printed:\n{printed}"
        while self._pending:
            try:
                self._pending.popleft().set_exception(CheckError(text))
            except (IndexError, InvalidStateError):  # the reader thread was first
                return
