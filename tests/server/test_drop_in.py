"""The extension as a stock HAPI image finds it: in a folder on loader.path of Spring Boot's
PropertiesLauncher, with no NDOP setting at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from ndop.conformance.suite.expectations import assert_spine_error
from ndop.editions import Edition
from ndop.java import modules
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system import processes
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.server.raw_http import raw_request

pytestmark = pytest.mark.slow

_STAND_IN = Path(__file__).with_name("HostStandIn.java")
_IMPORTS = "META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports"


@pytest.fixture(scope="module")
def stock_server(
    built: Layout, progress: Progress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """The boot jar of the embedded server, started as the image starts its own, with the jar in a
    folder, and beside it stand-ins for what the image serves besides."""
    folder = tmp_path_factory.mktemp("extra-classes")
    shutil.copy(built.plugin / "extension/target/ndop-fhir-extension.jar", folder)
    class_path = os.pathsep.join(map(str, modules.class_path(built, modules.SERVER)))
    compiler = ["javac", "-cp", class_path, "-d", str(folder), str(_STAND_IN)]
    processes.run(compiler, "Compiling the stand-ins of a host")
    (folder / _IMPORTS).parent.mkdir(parents=True)
    (folder / _IMPORTS).write_text("HostStandIn\n", encoding="utf-8")
    plan = ServerPlan("", launcher_folder=folder)
    with process.running(built, plan, progress) as server:
        yield server


def test_the_jar_is_picked_up(stock_server: RunningServer, edition: Edition) -> None:
    log = stock_server.log.read_text(encoding="utf-8")
    assert "ndop-fhir serves ndop-1.1.0" in log
    statement = httpx.get(f"{stock_server.base_url}/metadata").json()
    assert statement["kind"] == "instance"
    types = [resource["type"] for resource in statement["rest"][0]["resource"]]
    assert types == [edition.consent.type, *edition.conformance.types]


def test_a_browser_gets_the_page(stock_server: RunningServer) -> None:
    """Template, examples and all come out of the one jar."""
    page = httpx.get(urljoin(stock_server.base_url, "/"), headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert stock_server.base_url in page.text
    assert "examples/valid/manifest.json" in page.text


def test_errors_of_the_container_are_ours(stock_server: RunningServer) -> None:
    """The valve's class comes from loader.path as well."""
    answer = httpx.get(f"{stock_server.base_url}/%zz")
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "address",
    [
        "/page",
        "/page?serverId=home",
        "/home",
        "/about",
        "/control/jobs",
        "/control/jobs/1",
        "/mcp/messages",
        "/v3/api-docs",
        "/actuator",
        "/actuator/env",
        "/websocket",
        "/fhir/special/1",
        "/fhir/../page",
        "/filtered",
        "/error",
    ],
)
def test_the_host_is_closed(stock_server: RunningServer, edition: Edition, address: str) -> None:
    """NDOP-211: not even a filter that asked to be the first answers."""
    assert "stand-ins of the host are mapped" in stock_server.log.read_text(encoding="utf-8")
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        line = f"{method} {address} HTTP/1.1"
        answer = raw_request(stock_server.base_url, line, "Content-Length: 0")
        assert "stand-in" not in answer.text, line
        assert_spine_error(edition, answer, status=404, code="NO_RECORD_FOUND")


def test_health_probes_are_those_of_the_extension(stock_server: RunningServer) -> None:
    probe = urljoin(stock_server.base_url, "/actuator/health")
    assert httpx.get(probe).json() == {"status": "UP"}
    assert httpx.post(probe).status_code == 404
