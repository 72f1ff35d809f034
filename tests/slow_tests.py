"""Marks slow tests, and fails a test that is slow without the marker.

`ndop test --fast` leaves out the tests marked `slow`. Those that use a fixture which builds with
Maven, or starts Java or a browser, are marked here; others, which run the suite or the command
in a separate process, have the marker where they are defined.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ndop.system.child_process import ChildProcess

SLOW_FIXTURES = {"built", "chromium", "engine", "server", "servers", "validator", "validators"}

#: Modules that are slow to run with `python -m`.
SLOW_MODULES = {"mypy", "ndop", "pytest", "ruff"}
#: What a fast test may start: a shell, git, Python.
FAST_PROGRAMS = {"git", "python", "sh"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs before `-m` selects tests."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def is_slow(command: Sequence[object]) -> bool:
    words = [str(word) for word in command]
    if shutil.which(words[0]) is None:
        return False  # it will not start
    if Path(words[0]).name.rstrip("0123456789.") not in FAST_PROGRAMS:
        return True
    return "-m" in words and words[words.index("-m") + 1] in SLOW_MODULES


@pytest.fixture(autouse=True)
def only_slow_tests_start_slow_programs(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fail a test without the marker that starts a slow program."""
    if request.node.get_closest_marker("slow"):
        return
    for kind in (subprocess.Popen, ChildProcess):  # the second starts the first, by way of Python
        monkeypatch.setattr(kind, "__init__", guarded(kind.__init__, request.node.nodeid))


def guarded(start: Callable[..., None], test: str) -> Callable[..., None]:
    """A constructor of a process that fails the test instead where the program is slow."""

    def guard(process: Any, args: Any, *more: Any, **settings: Any) -> None:
        command = [args] if isinstance(args, (str, Path)) else list(args)
        if is_slow(command):
            pytest.fail(f"{test} starts {command[0]}: mark it slow")
        start(process, args, *more, **settings)

    return guard
