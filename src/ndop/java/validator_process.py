"""The toolkit as a process that judges resources as a server judges what is posted to it."""

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

#: Half a gibibyte holds the definitions of FHIR and the resources under way. Compiling harder costs
#: more than it saves, up to tens of thousands of resources.
_JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_SECONDS_TO_STOP = 20
_LINES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one resource.

    `situation` is the key of the answer that a server of the edition gives (`Edition.errors`),
    None where it accepts the resource; `diagnostics` are its words. `failure` says why the
    resource could not be judged.
    """

    situation: str | None
    diagnostics: tuple[str, ...]
    findings: tuple[Finding, ...]
    failure: str | None = None


class ValidatorProcess:
    """One process for many resources. They are judged on every core; answers keep their order.

    `package` is the edition's, `profile` the canonical URL of another profile than that of its
    Consents. The toolkit must have been built. Raises CheckError where the process ends early,
    MissingToolError without Java.
    """

    def __init__(self, layout: Layout, package: Path, profile: str | None = None) -> None:
        class_path = ":".join(map(str, modules.class_path(layout, modules.TOOLKIT)))
        command = ["java", *_JVM, "-cp", class_path, MAIN, "validate", "--package", str(package)]
        if profile is not None:
            command += ["--profile", profile]
        with ExitStack() as unless_ready:
            self._log = unless_ready.enter_context(tempfile.TemporaryFile())
            self._process: subprocess.Popen[bytes] = processes.start(
                command,
                "Starting the validator",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
            )
            unless_ready.callback(self._close_pipes)
            unless_ready.callback(self._end)
            self._pending: deque[Future[Answer]] = deque()
            self._submitting = threading.Lock()
            self._reader = threading.Thread(target=self._read, daemon=True)
            self._reader.start()
            unless_ready.pop_all()

    def submit(self, encoding: Encoding, text: str) -> Future[Answer]:
        """Have one resource judged. Blocks while the process has enough to do."""
        assert self._process.stdin is not None
        answer: Future[Answer] = Future()
        line = json.dumps({"encoding": encoding, "text": text})
        with self._submitting:
            self._pending.append(answer)
            try:
                self._process.stdin.write(line.encode("ascii") + b"\n")
                self._process.stdin.flush()
            except (OSError, ValueError):  # it has ended, or was closed
                self._reader.join()
                self._give_up()
        return answer

    def close(self) -> None:
        """End the process; resources that are under way are dropped."""
        self._end()
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

    def _end(self) -> None:
        self._process.kill()
        self._process.wait(_SECONDS_TO_STOP)

    def _close_pipes(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def _read(self) -> None:
        """Hand the process's answers to those who wait for them, until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            answer = Answer(
                said["situation"],
                tuple(said["diagnostics"]),
                tuple(Finding(**finding) for finding in said["findings"]),
                said["failure"],
            )
            self._pending.popleft().set_result(answer)
        self._process.wait()
        self._give_up()

    def _give_up(self) -> None:
        if not self._pending:
            return
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        text = "\n".join(["The validator ended early. It printed:", *lines[-_LINES_SHOWN:]])
        while self._pending:
            try:
                self._pending.popleft().set_exception(CheckError(text))
            except (IndexError, InvalidStateError):  # the reader was first
                return
