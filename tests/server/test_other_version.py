"""The suite against HAPI in R4: a server of another FHIR version is not tested, and told why."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ndop.java import modules
from ndop.server.process import HOST, free_port
from ndop.system import processes
from ndop.system.layout import Layout

pytestmark = pytest.mark.slow

_PROGRAM = Path(__file__).with_name("R4Server.java")
_SECONDS = 120.0


@pytest.fixture(scope="module")
def address(built: Layout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("r4"), free_port()
    class_path = os.pathsep.join(map(str, modules.class_path(built, modules.SERVER)))
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", class_path]
    with (folder / "log").open("wb") as log:
        server = processes.start(
            [*command, str(_PROGRAM), str(port), str(folder)],
            "Starting HAPI in R4",
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        base_url = f"http://{HOST}:{port}/fhir"
        wait_for(f"{base_url}/metadata", server, folder / "log")
        yield base_url
    finally:
        server.terminate()
        server.wait(_SECONDS)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    latest = time.monotonic() + _SECONDS
    while time.monotonic() < latest and server.poll() is None:
        try:
            assert httpx.get(address, timeout=30).json()["fhirVersion"] == "4.0.1"
            return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"HAPI in R4 does not answer:\n{log.read_text(encoding='utf-8')[-2000:]}")


def test_the_run_ends_before_its_first_test(address: str, tmp_path: Path) -> None:
    report = tmp_path / "report"
    ended = subprocess.run(
        [sys.executable, "-m", "ndop", "conformance", address, f"--report={report}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    assert ended.returncode == 2
    assert f"The server at {address} speaks FHIR 4.0.1; this API is FHIR STU3" in ended.stderr
    assert "Give the base URL of its STU3 endpoint" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not report.exists()
    bundle = httpx.get(f"{address}/Consent").json()
    assert bundle["resourceType"] == "Bundle"
    assert bundle.get("entry", []) == []  # nothing was stored
