"""Two processes never hold one lock at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ndop.system.file_lock import locked

_PROGRAM = """
import sys
from pathlib import Path
from ndop.system.file_lock import locked
print("asks", flush=True)
with locked(Path(sys.argv[1])):
    print("holds", flush=True)
"""


def test_another_process_waits(tmp_path: Path) -> None:
    lock = tmp_path / "missing" / "lock"
    with locked(lock):
        other = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(lock)], stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "asks\n"
        try:
            other.wait(1)
        except subprocess.TimeoutExpired:
            waits = True
        else:
            waits = False
    out, _ = other.communicate(timeout=30)
    assert waits
    assert out == "holds\n"


def test_a_lock_whose_holder_failed_is_free(tmp_path: Path) -> None:
    for _ in range(2):
        try:
            with locked(tmp_path / "lock"):
                raise KeyError
        except KeyError:
            continue
