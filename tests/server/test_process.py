from __future__ import annotations

import shutil
import socket
from collections import namedtuple
from pathlib import Path

import httpx
import pytest

from ndop.editions import DEFAULT_EDITION
from ndop.server import process
from ndop.server.process import ServerPlan, free_port
from ndop.system.errors import MissingToolError, ServerError
from ndop.system.layout import Layout
from ndop.system.progress import Progress


def start(layout: Layout, plan: ServerPlan, progress: Progress) -> str:
    with (
        pytest.raises((ServerError, MissingToolError)) as error,
        process.running(layout, plan, progress),
    ):
        pytest.fail("it started")
    return str(error.value)


def test_a_port_in_use(layout: Layout, progress: Progress) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = start(layout, ServerPlan(DEFAULT_EDITION, port=port), progress)
    assert f"Port {port} of 127.0.0.1 cannot be used" in message
    assert "make serve PORT=" in message


def test_a_full_disk(
    layout: Layout, progress: Progress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 5 * 2**20))
    message = start(layout, ServerPlan(DEFAULT_EDITION, data=tmp_path / "new"), progress)
    assert "5 MiB are free" in message
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_no_java(
    built: Layout, progress: Progress, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "'java' is not installed" in start(built, ServerPlan(DEFAULT_EDITION), progress)


@pytest.mark.slow
def test_a_server_that_refuses_to_start_says_why(built: Layout, progress: Progress) -> None:
    message = start(built, ServerPlan("of-nobody"), progress)
    assert "There is no edition 'of-nobody'" in message
    assert "\tat " not in message


@pytest.mark.slow
def test_a_server_leaves_nothing_behind(built: Layout, progress: Progress) -> None:
    port = free_port()
    with process.running(built, ServerPlan(DEFAULT_EDITION, port=port), progress) as running:
        assert httpx.get(f"{running.base_url}/metadata").status_code == 200
    assert running.process.poll() is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
