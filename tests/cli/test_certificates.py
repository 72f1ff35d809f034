"""Certificates made, served with, and called with, each by its command."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from ndop.server.process import free_port
from ndop.system.layout import Layout
from tests.cli.command import ndop, ndop_in_process, running_ndop, wait_for_exit

PRESET = """\
base-url: https://127.0.0.1:{port}/fhir
claims: [requires-token]
tls:
  ca: {folder}/authority.pem
  certificate: {folder}/client-1.pem
  key: {folder}/client-1.key
"""


def test_certificates_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    made = ndop_in_process("certificates", "init", str(folder))
    assert made.returncode == 0, made.stderr
    assert f"ndop serve --tls {folder}" in made.stderr
    names = {file.name for file in folder.iterdir()}
    assert {"authority.pem", "server.key", "client-1.pem", "client-2.key", "clients.txt"} <= names
    again = ndop_in_process("certificates", "init", str(folder))
    assert again.returncode == 2
    assert str(folder) in again.stderr


@pytest.mark.slow
def test_a_server_that_wants_certificates_and_tokens(built: Layout, tmp_path: Path) -> None:
    """The suite gets in with both, is told what is missing otherwise; SIGTERM ends the server."""
    assert built
    port, folder = free_port(), tmp_path / "tls"
    preset = tmp_path / "preset.yaml"
    preset.write_text(PRESET.format(port=port, folder=folder), encoding="utf-8")
    report = ("--report", str(tmp_path / "report"))
    serve = ("serve", "--port", str(port), "--tls", str(folder), "--audit", "required")
    with running_ndop(*serve, "--data", str(tmp_path / "data"), until="Serving") as serving:
        done = ndop("conformance", "--preset", str(preset), "--only", "headers", *report)
        without = ndop("conformance", f"https://127.0.0.1:{port}/fhir", *report)
        serving.send_signal(signal.SIGTERM)
        status, printed = wait_for_exit(serving)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "headers: " in done.stderr
    assert without.returncode == 2
    assert "certificate" in without.stderr
    assert status == 0
    assert "The server has stopped." in printed
