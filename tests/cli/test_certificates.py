"""Certificates made, served with, and called with, each by its command."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ndop.layout import Layout
from ndop.server.process import free_port

PRESET = """\
base-url: https://127.0.0.1:{port}/fhir
claims: [requires-token]
tls:
  ca: {folder}/authority.pem
  certificate: {folder}/client-1.pem
  key: {folder}/client-1.key
"""


def ndop(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ndop", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_certificates_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    made = ndop("certificates", "init", str(folder))
    assert made.returncode == 0, made.stderr
    assert f"ndop serve --tls {folder}" in made.stderr
    names = {file.name for file in folder.iterdir()}
    assert {"authority.pem", "server.key", "client-1.pem", "client-2.key", "clients.txt"} <= names
    again = ndop("certificates", "init", str(folder))
    assert again.returncode == 2
    assert "Traceback" not in again.stderr
    assert str(folder) in again.stderr


@pytest.mark.slow
def test_a_server_that_wants_certificates_and_tokens(built: Layout, tmp_path: Path) -> None:
    """The suite gets in with both, is told what is missing otherwise; SIGTERM ends the server."""
    assert built
    port, folder = free_port(), tmp_path / "tls"
    preset = tmp_path / "preset.yaml"
    preset.write_text(PRESET.format(port=port, folder=folder), encoding="utf-8")
    report = ("--report", str(tmp_path / "report"))
    serving = subprocess.Popen(
        [
            *(sys.executable, "-m", "ndop", "serve", "--port", str(port)),
            *("--tls", str(folder), "--audit", "required", "--data", str(tmp_path / "data")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert serving.stdout is not None
    while "Serving" not in serving.stdout.readline():
        assert serving.poll() is None

    done = ndop("conformance", "--preset", str(preset), "--only", "headers", *report)
    without = ndop("conformance", f"https://127.0.0.1:{port}/fhir", *report)
    serving.send_signal(signal.SIGTERM)
    printed, _ = serving.communicate(timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "headers: " in done.stderr
    assert without.returncode == 2
    assert "certificate" in without.stderr
    assert "Traceback" not in without.stderr + printed
    assert serving.returncode == 0
    assert "The server has stopped." in printed
