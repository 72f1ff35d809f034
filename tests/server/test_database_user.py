"""Who uses a database is named, in a useful sentence and without anybody's secrets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ndop.server import database_user
from ndop.server.database_user import DatabaseUser, ndop_command

#: Locks a file as H2 does, says so, and waits for its end.
LOCKS = """
import fcntl, sys
with open(sys.argv[1], "wb") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    "before",
    [
        "/home/a/.venv/bin/python /home/a/.venv/bin/",
        "/home/a/.venv/bin/python3.11 /usr/local/bin/",
        "/usr/bin/python3 -I -X utf8 -Werror /home/a/.venv/bin/",
        "/Users/a/My Projects/.venv/bin/python3 /Users/a/My Projects/.venv/bin/",
        "/Library/Frameworks/Python /usr/local/bin/",
        "python -m ",
        "/home/a/.venv/bin/",
        "",
    ],
)
def test_an_ndop_command_is_recognised(before: str) -> None:
    assert ndop_command(f"{before}ndop serve --port 0") == "ndop serve --port 0"


@pytest.mark.parametrize(
    "command_line",
    [
        "vim /home/a/bin/ndop --password=x",
        "/usr/bin/vim /home/a/bin/ndop --password=x",
        "sh /home/a/deploy.sh /opt/ndop --password=x",
        "python /home/a/deploy.py /opt/ndop --password=x",
        "/usr/bin/python3 /home/a/deploy.py /usr/bin/ndop --password=x",
        "python -c code ndop --password=x",
        "python -c ndop --password=x",
        "python -m other ndop --password=x",
        "bash -c cd /srv/ndop && ndop serve",
        "/opt/ndop-tool serve",
        "",
    ],
)
def test_another_command_is_none(command_line: str) -> None:
    assert ndop_command(command_line) is None


def test_without_ps_the_process_is_still_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", LOCKS, str(tmp_path / "consents.mv.db")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as locking:
        assert locking.stdout is not None
        assert locking.stdout.readline() == "locked\n"
        monkeypatch.setenv("PATH", str(tmp_path))
        user = database_user.database_user(tmp_path)
        locking.communicate()
    assert user == DatabaseUser(locking.pid, "", "", False)
    assert str(database_user.in_use(tmp_path, user)) == (
        f"The database of {tmp_path} is in use by process {locking.pid}. "
        "Stop it, or choose another folder with --data (make: DATA=)."
    )


def test_nobody_uses_a_database_that_is_not_there(tmp_path: Path) -> None:
    assert database_user.database_user(tmp_path) is None
