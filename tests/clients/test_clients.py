"""Clients that others wrote, each used as its own documentation says."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from ndop.consents import draft
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition
from ndop.java import modules
from ndop.server.process import RunningServer
from ndop.system import processes
from ndop.system.errors import ProgramError
from ndop.system.layout import Layout

pytestmark = pytest.mark.slow

_HERE = Path(__file__).parent
#: What every client is told of one new Consent.
_OF_A_CONSENT = {
    "capabilities": "instance",
    "validate": "information",
    "search": "1 1",
    "read": "1",
    "history": "2",
    "vread": "1",
    "duplicate": "422 DUPLICATE_REJECTED",
}


@pytest.fixture
def questions(edition: Edition) -> list[str]:
    """A Consent of a new patient, and the URLs of its profile and of a value set."""
    consent = json.dumps(draft(edition, next(synthetic())))
    return [consent, edition.consent.url, edition.value_sets[0].url]


def steps(output: str) -> dict[str, str]:
    lines = (line.removeprefix("step ") for line in output.splitlines() if line.startswith("step "))
    return dict(line.split(": ", 1) for line in lines)


@pytest.mark.parametrize("encoding", ["JSON", "XML"])
def test_hapis_java_client(
    built: Layout, server: RunningServer, edition: Edition, questions: list[str], encoding: str
) -> None:
    class_path = os.pathsep.join(map(str, modules.class_path(built, modules.SERVER)))
    program = str(_HERE / "HapiClient.java")
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", class_path, program]
    output = processes.run(
        [*command, server.base_url, encoding, *questions], "Using HAPI's Java client"
    )
    assert steps(output) == {
        **_OF_A_CONSENT,
        "profile": edition.consent.url,
        "profile by id": edition.consent.url,
        "validate wrong": "error",
        "expand": str(_size_of_first_value_set(edition)),
        "validate-code": "true",
        "create": "true",
        "update": "2",
        "unchanged": "true",
    }


def test_the_npm_client(
    server: RunningServer,
    edition: Edition,
    questions: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """fhir-kit-client, installed as its users do."""
    if shutil.which("npm") is None:
        pytest.skip("needs Node.js with npm")
    for name in ("package.json", "fhir_kit_client.mjs"):
        shutil.copy(_HERE / name, tmp_path)
    # Node.js brings its own list of authorities; this makes it trust the system's, as pip does.
    monkeypatch.setenv("NODE_OPTIONS", "--use-openssl-ca")
    install = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        processes.run([*install, "--prefix", str(tmp_path)], "Installing fhir-kit-client")
    except ProgramError as error:
        pytest.skip(f"needs a registry that npm can reach and trusts: {error}")
    command = ["node", str(tmp_path / "fhir_kit_client.mjs"), server.base_url, *questions]
    output = processes.run(command, "Using fhir-kit-client")
    assert steps(output) == {
        **_OF_A_CONSENT,
        "profile": edition.consent.url,
        "expand": str(_size_of_first_value_set(edition)),
        "create": "Consent",
    }


def _size_of_first_value_set(edition: Edition) -> int:
    (system,) = {
        one.code_system for one in edition.value_sets[0].include if one.code_system is not None
    }
    return len(edition.code_system(system).concepts)
