"""The stock HAPI image with the extension in it, run through the Docker SDK.

The image, the place of the jar and the port inside are the Compose file's: they stand there once.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import httpx
import yaml
from docker import DockerClient
from docker.errors import DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from requests.exceptions import RequestException

from ndop.java import modules
from ndop.server.process import HOST, answers, free_port, insist_on_port
from ndop.system.errors import ServerError
from ndop.system.layout import Layout
from ndop.system.progress import Progress

_SECONDS_TO_READY = 300
_SECONDS_TO_STOP = 20
_LOG_LINES_SHOWN = 20
#: Where the database is inside the container; the folder of the host is mounted here.
_DATA = "/data"

#: What the SDK raises: the engine's refusals, and the connection's failures.
_FAILURES = (DockerException, RequestException)


@dataclass(frozen=True, slots=True)
class ContainerPlan:
    """What to start: an edition, a port of this machine (0 picks one), the database's folder.

    `settings` are the extension's; in the container they are environment variables.
    """

    edition: str
    port: int = 0
    data: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunningContainer:
    """A container whose server answers."""

    base_url: str
    container: Container
    log: Path


@dataclass(frozen=True, slots=True)
class StockImage:
    """What the Compose file says about the image."""

    name: str
    jar: str
    port: int


def stock_image(layout: Layout) -> StockImage:
    """The image of docker-compose.yml, where it takes the jar, and its port inside."""
    compose = yaml.safe_load((layout.root / "docker-compose.yml").read_text(encoding="utf-8"))
    server = compose["services"]["server"]
    jar_name = Path(modules.EXTENSION.products[0]).name
    (jar,) = (m["target"] for m in server["volumes"] if m["target"].endswith(jar_name))
    (published,) = server["ports"]
    return StockImage(server["image"], jar, int(published.rpartition(":")[2]))


def arguments(layout: Layout, plan: ContainerPlan, port: int) -> dict[str, Any]:
    """What the SDK is asked to run: least rights, this machine only, removed by us."""
    image = stock_image(layout)
    volumes = {
        str(layout.root / modules.EXTENSION.products[0]): {"bind": image.jar, "mode": "ro"},
    }
    environment = {
        "NDOP_EDITION": plan.edition,
        **{_variable(name): value for name, value in plan.settings.items()},
    }
    if plan.data:
        volumes[str(plan.data.resolve())] = {"bind": _DATA, "mode": "rw"}
        environment["SPRING_DATASOURCE_URL"] = f"jdbc:h2:file:{_DATA}/consents"
    return {
        "image": image.name,
        "environment": environment,
        "volumes": volumes,
        "ports": {f"{image.port}/tcp": (HOST, port)},
        # The folder of the database belongs to who started this.
        "user": f"{os.getuid()}:{os.getgid()}",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "labels": {"ndop.edition": plan.edition},
        "detach": True,
    }


@contextmanager
def running_container(
    layout: Layout, plan: ContainerPlan, progress: Progress
) -> Iterator[RunningContainer]:
    """Run the image for the time of the block: pulled if it is not here, removed at the end.

    The extension must have been built. Raises ServerError: no engine answers, the image cannot
    be had, the port is taken, or the server does not answer; the text ends with what it logged.
    """
    port = plan.port or free_port()
    insist_on_port(port)
    client = _engine()
    try:
        _insist_on_image(client, stock_image(layout).name, progress)
        if plan.data:
            plan.data.mkdir(parents=True, exist_ok=True)
        container = _start(client, arguments(layout, plan, port))
        try:
            log = layout.build / "logs" / f"container-{plan.edition}-{port}.log"
            base_url = f"http://{HOST}:{port}/fhir"
            _follow(container, log)
            with progress.step(f"Starting the image ({plan.edition})"):
                _wait_until_ready(container, base_url)
            yield RunningContainer(base_url, container, log)
        finally:
            with progress.step("Stopping the container"), suppress(NotFound):
                container.stop(timeout=_SECONDS_TO_STOP)
                container.remove(v=True, force=True)
    finally:
        client.close()


def insist_on_engine() -> None:
    """Raises ServerError where no Docker engine answers."""
    _engine().close()


def has_ended(running: RunningContainer) -> bool:
    """Whether the container stopped by itself."""
    try:
        running.container.reload()
    except _FAILURES:
        return True
    return running.container.status not in ("created", "running")


def _engine() -> DockerClient:
    try:
        client = docker.from_env()
        client.ping()
    except _FAILURES as error:
        raise ServerError(
            f"No Docker engine answers ({_first_line(error)}). Start Docker, or name its address "
            "in DOCKER_HOST; without Docker, 'ndop serve' runs the embedded server."
        ) from error
    return client


def _insist_on_image(client: DockerClient, name: str, progress: Progress) -> None:
    with suppress(ImageNotFound):
        client.images.get(name)
        return
    with progress.step(f"Pulling {name.partition('@')[0]}"):
        try:
            client.images.pull(name)
        except _FAILURES as error:
            raise ServerError(f"The image {name} cannot be pulled: {_first_line(error)}") from error


def _start(client: DockerClient, asked: dict[str, Any]) -> Container:
    try:
        container: Container = client.containers.run(**asked)
    except _FAILURES as error:
        raise ServerError(f"The container cannot be started: {_first_line(error)}") from error
    return container


def _follow(container: Container, log: Path) -> None:
    """Copy what the server logs, for as long as it runs."""
    log.parent.mkdir(parents=True, exist_ok=True)

    def copy() -> None:
        with log.open("wb") as output, suppress(*_FAILURES):
            for part in container.logs(stream=True, follow=True):
                output.write(part)
                output.flush()

    threading.Thread(target=copy, daemon=True).start()


def _wait_until_ready(container: Container, base_url: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < _SECONDS_TO_READY:
        container.reload()
        if container.status not in ("created", "running"):
            raise ServerError(f"The server in the container did not start.\n{_end(container)}")
        with suppress(httpx.TransportError):
            if answers(base_url):
                return
        time.sleep(0.5)
    raise ServerError(
        f"The server in the container did not answer within {_SECONDS_TO_READY} s.\n"
        f"{_end(container)}"
    )


def _variable(setting: str) -> str:
    """The environment variable of a setting, as Spring Boot derives it."""
    return setting.replace("-", "").replace(".", "_").upper()


def _end(container: Container) -> str:
    return container.logs(tail=_LOG_LINES_SHOWN).decode("utf-8", "replace").rstrip()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
