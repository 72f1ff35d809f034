"""A child process that ends when the process that started it ends, however that happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_GUARD = Path(__file__).with_name("guard.py")


class ChildProcess(subprocess.Popen[Any]):
    """A program in a session of its own, which does not outlive the process that started it.

    That process alone holds the writing end of a pipe. When it is gone (kill -9, a closed terminal,
    the out-of-memory killer), a guard beside the program sees the end of the pipe, sends
    `ending_signal` to the process group, which is the program and all its descendants that have not
    left it, and kills after 20 s what is left. The same cleans up after a program that has ended.
    POSIX only: Linux and macOS.

    `settings` are those of subprocess.Popen. The program must exist: see `processes.start`.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        ending_signal: signal.Signals = signal.SIGTERM,
        pass_fds: Iterable[int] = (),
        **settings: Any,
    ) -> None:
        reading, self._leash = os.pipe()
        launcher = [sys.executable, "-ISB", str(_GUARD), str(reading), str(int(ending_signal))]
        try:
            super().__init__(
                [*launcher, *command],
                pass_fds=[*pass_fds, reading],
                start_new_session=True,
                **settings,
            )
        except BaseException:
            self._release()
            raise
        finally:
            os.close(reading)
        self.args = list(command)

    def poll(self) -> int | None:
        """As that of Popen."""
        status = super().poll()
        if status is not None:
            self._release()
        return status

    def wait(self, timeout: float | None = None) -> int:
        """As that of Popen."""
        status = super().wait(timeout)
        self._release()
        return status

    def _release(self) -> None:
        leash, self._leash = self._leash, -1
        if leash >= 0:
            os.close(leash)
