from __future__ import annotations

import subprocess
import sys

import pytest

from ndop.system import processes
from tests.slow_tests import is_slow


@pytest.mark.parametrize(
    "command",
    [
        ["java", "-version"],
        ["/usr/bin/mvn", "verify"],
        [sys.executable, "-m", "pytest"],
        [sys.executable, "-W", "error", "-m", "ndop", "run"],
    ],
)
def test_what_only_a_slow_test_may_start(command: list[str]) -> None:
    assert is_slow(command)
    with pytest.raises(pytest.fail.Exception, match="mark it slow"):
        subprocess.run(command, check=False)
    with pytest.raises(pytest.fail.Exception, match="mark it slow"):
        processes.run(command, "Running")


@pytest.mark.parametrize("command", [["sh", "-c", "true"], [sys.executable, "-c", "pass"]])
def test_what_any_test_may_start(command: list[str]) -> None:
    subprocess.run(command, check=True)


@pytest.mark.slow
def test_a_slow_test_may_start_anything() -> None:
    subprocess.run([sys.executable, "-m", "pytest", "--version"], check=True)
