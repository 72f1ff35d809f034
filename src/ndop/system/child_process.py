"""A child process that ends when the process that started it ends, however that happened."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any

#: Time for an orderly end, such as a server's closing its database, before the child is killed.
_SECONDS_TO_END = 20

#: Becomes the program, after it has started the guard in the same process group.
_LAUNCHER = """
python=$1 guard=$2 leash=$3 signal=$4
shift 4
(
  trap '' HUP INT TERM
  exec "$python" -I -S -c "$guard" $$ "$leash" "$signal" </dev/null >/dev/null 2>&1
) &
exec "$@"
"""

#: Nobody writes into the pipe, so `read` returns when its other end is closed: by the parent, or by
#: the system when the parent is dead. While the guard is in the group, no other process can get
#: the group's number, so that the signals cannot reach a stranger. It holds none of the program's
#: other files, whose readers wait for the end of the program.
_GUARD = f"""
import os, resource, signal, sys, time
program, leash = map(int, sys.argv[1:3])
os.closerange(3, leash)
os.closerange(leash + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
os.read(leash, 1)
os.kill(0, signal.Signals["SIG" + sys.argv[3]])
os.kill(0, signal.SIGCONT)
try:
    for _ in range(10 * {_SECONDS_TO_END}):
        os.kill(program, 0)
        time.sleep(0.1)
except ProcessLookupError:
    pass
os.kill(0, signal.SIGKILL)
"""


class ChildProcess(subprocess.Popen[Any]):
    """A program in a session of its own, which does not outlive the process that started it.

    That process alone holds the writing end of a pipe. When it is gone (kill -9, a closed terminal,
    the out-of-memory killer), a guard beside the program sees the end of the pipe, sends
    `ending_signal` to the program and all its descendants in the session, and kills after 20 s what
    is left. The same cleans up after a program that has ended. POSIX only: Linux and macOS.

    `settings` are those of subprocess.Popen. The program must exist: see `processes.start`.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        ending_signal: str = "TERM",
        pass_fds: Iterable[int] = (),
        **settings: Any,
    ) -> None:
        reading, self._leash = os.pipe()
        launcher = ["/bin/sh", "-c", _LAUNCHER, "launcher", sys.executable, _GUARD]
        try:
            super().__init__(
                [*launcher, str(reading), ending_signal, *command],
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
