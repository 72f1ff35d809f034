"""scripts/prerequisites.sh on machines that lack something, played by a PATH of small programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ndop.system.layout import Layout

TOOLS = ("sed", "head", "sh")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with the shell's tools and, at first, everything that is needed."""
    for name in TOOLS:
        tool = shutil.which(name)
        assert tool is not None
        (tmp_path / name).symlink_to(tool)
    say(tmp_path, "python3", "3.11.7")
    say(tmp_path, "javac", "javac 17.0.15")
    say(tmp_path, "mvn", "Apache Maven 3.8.7")
    return tmp_path


def say(folder: Path, name: str, text: str) -> None:
    program = folder / name
    program.write_text(f'#!/bin/sh\necho "{text}"\n', encoding="utf-8")
    program.chmod(0o755)


def check(layout: Layout, machine: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(layout.root / "scripts/prerequisites.sh")],
        env={"PATH": str(machine), "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_is_there(layout: Layout, machine: Path) -> None:
    done = check(layout, machine)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "old", "message"),
    [
        ("python3", "3.10.12", "Python: found 3.10.12, needed 3.11 or newer."),
        ("python3", "2.7.18", "Python: found 2.7.18, needed 3.11 or newer."),
        ("javac", "javac 11.0.2", "JDK (javac): found 11.0.2, needed 17 or newer."),
        ("javac", "javac 1.8.0_392", "JDK (javac): found 1.8.0, needed 17 or newer."),
        ("mvn", "Apache Maven 3.6.3", "Maven: found 3.6.3, needed 3.8 or newer."),
    ],
)
def test_too_old(layout: Layout, machine: Path, name: str, old: str, message: str) -> None:
    say(machine, name, old)
    done = check(layout, machine)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Debian, Ubuntu: sudo apt install" in done.stderr
    assert "macOS:          brew install" in done.stderr


@pytest.mark.parametrize(
    ("name", "new"),
    [("python3", "3.14.0"), ("javac", "javac 25"), ("mvn", "Apache Maven 4.0.0")],
)
def test_newer_is_fine(layout: Layout, machine: Path, name: str, new: str) -> None:
    say(machine, name, new)
    assert check(layout, machine).returncode == 0


def test_missing(layout: Layout, machine: Path) -> None:
    for name in ("python3", "javac", "mvn"):
        (machine / name).unlink()
    done = check(layout, machine)
    assert done.returncode == 2
    for message in ("Python: found none", "JDK (javac): found none", "Maven: found none"):
        assert message in done.stderr
