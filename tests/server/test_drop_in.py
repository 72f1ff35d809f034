"""The extension as a stock HAPI image finds it: in a folder on loader.path of Spring Boot's
PropertiesLauncher, with no NDOP setting at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import pytest

from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stock_server(
    built: Layout, progress: Progress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """The boot jar of the embedded server, started as the image starts its own, with one jar
    in a folder."""
    folder = tmp_path_factory.mktemp("extra-classes")
    shutil.copy(built.plugin / "extension/target/ndop-fhir-extension.jar", folder)
    plan = ServerPlan("", launcher_folder=folder)
    with process.running(built, plan, progress) as server:
        yield server


def test_the_jar_is_picked_up(stock_server: RunningServer) -> None:
    log = stock_server.log.read_text(encoding="utf-8")
    assert "ndop-fhir serves ndop-1.1.0" in log
    statement = httpx.get(f"{stock_server.base_url}/metadata").json()
    assert statement["kind"] == "instance"
    assert [resource["type"] for resource in statement["rest"][0]["resource"]] == ["Consent"]


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
