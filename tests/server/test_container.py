"""The stock image: the arguments for the Docker SDK and, where there is an engine, all of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import docker
import httpx
import pytest
import yaml
from docker.errors import NotFound

from ndop.conformance.suite.client import JSON
from ndop.consents import draft
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.server import container
from ndop.server.container import ContainerPlan, running_container
from ndop.system.layout import Layout
from ndop.system.progress import Progress


def test_the_image_and_the_place_of_the_jar_are_those_of_the_compose_file(layout: Layout) -> None:
    arguments = container.run_arguments(layout, ContainerPlan(DEFAULT_EDITION), 9080)
    compose = yaml.safe_load((layout.root / "docker-compose.yml").read_text(encoding="utf-8"))
    server = compose["services"]["server"]
    assert arguments["image"] == server["image"]
    mounts = {mount["target"] for mount in server["volumes"]}
    ((source, mounted),) = arguments["volumes"].items()
    assert mounted == {"bind": next(iter(mounts)), "mode": "ro"}
    assert source.endswith("ndop-fhir-extension.jar")
    assert set(arguments["environment"]) <= set(server["environment"])
    assert arguments["ports"] == {"8080/tcp": ("127.0.0.1", 9080)}


def test_the_database_is_kept_in_the_folder_that_was_named(layout: Layout, tmp_path: Path) -> None:
    arguments = container.run_arguments(layout, ContainerPlan(DEFAULT_EDITION, data=tmp_path), 9080)
    mounted = arguments["volumes"][str(tmp_path)]
    assert mounted["mode"] == "rw"
    assert arguments["environment"]["SPRING_DATASOURCE_URL"].startswith(
        f"jdbc:h2:file:{mounted['bind']}/"
    )


@pytest.mark.slow
def test_without_an_engine_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    """Before anything is built. A child, since the SDK leaves the socket of its attempt open."""
    done = subprocess.run(
        [sys.executable, "-m", "ndop", "serve", "--docker"],
        env={**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/nothing.sock"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("No Docker engine answers")
    assert "DOCKER_HOST" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    address = urlsplit(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")
    if address.scheme == "unix" and not Path(address.path).is_socket():
        pytest.skip(f"no Docker engine here: there is no socket {address.path}")
    client = docker.from_env()
    yield client
    client.close()


@pytest.mark.slow
def test_the_image_serves_and_leaves_nothing_behind(
    engine: docker.DockerClient, built: Layout, edition: Edition, progress: Progress, tmp_path: Path
) -> None:
    consent = draft(edition, next(synthetic()))
    with running_container(built, ContainerPlan(edition.id, data=tmp_path), progress) as server:
        sent = httpx.post(
            f"{server.base_url}/Consent", json=consent, headers={"Content-Type": JSON}
        )
        assert sent.status_code == 201, sent.text
        assert "ndop-fhir serves" in server.log.read_text(encoding="utf-8")
        name = server.container.id
    with pytest.raises(NotFound):
        engine.containers.get(str(name))
