"""The stock HAPI image with the extension, run through the Docker SDK.

The image, the path of the jar and the port inside are read from docker-compose.yml.
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
from ndop.server import database_user
from ndop.server.process import HOST, check_port, free_port, is_ready
from ndop.system.errors import ServerError
from ndop.system.layout import Layout
from ndop.system.progress import Progress

_SECONDS_TO_READY = 300
_SECONDS_TO_STOP = 20
_LOG_LINES_SHOWN = 20
#: The folder of the database in the container, where that of the host is mounted.
_DATA = "/data"

#: What the SDK raises: errors of the engine and of the connection to it.
_DOCKER_ERRORS = (DockerException, RequestException)


@dataclass(frozen=True, slots=True)
class ContainerPlan:
    """What to start: an edition, a port of this machine (0 picks a free one), and the folder of
    the database. `settings` are the extension's, passed on as environment variables.
    """

    edition: str
    port: int = 0
    data: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunningContainer:
    """A container whose server has started and answers requests."""

    base_url: str
    container: Container
    log: Path


@dataclass(frozen=True, slots=True)
class StockImage:
    """The image of the Compose file: its name, the path of the extension's jar, the port inside."""

    name: str
    jar: str
    port: int


def stock_image(layout: Layout) -> StockImage:
    """The image that docker-compose.yml runs."""
    compose = yaml.safe_load((layout.root / "docker-compose.yml").read_text(encoding="utf-8"))
    server = compose["services"]["server"]
    jar_name = Path(modules.EXTENSION.products[0]).name
    (jar,) = (m["target"] for m in server["volumes"] if m["target"].endswith(jar_name))
    (published,) = server["ports"]
    return StockImage(server["image"], jar, int(published.rpartition(":")[2]))


def run_arguments(layout: Layout, plan: ContainerPlan, port: int) -> dict[str, Any]:
    """The arguments of the SDK's `containers.run`: fewest rights, on 127.0.0.1 only."""
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
        # So that the files of the database belong to the caller.
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
    """Run the image within the block: pulled if it is missing, removed at the end.

    The extension must have been built. Raises ServerError: no engine answers, the image cannot
    be pulled, the port or the database is in use, or the server did not start; the text ends with
    the last lines of its log.
    """
    if plan.data:
        database_user.check_unused(plan.data, progress)
    port = plan.port or free_port()
    check_port(port)
    client = _engine()
    try:
        _ensure_image(client, stock_image(layout).name, progress)
        if plan.data:
            plan.data.mkdir(parents=True, exist_ok=True)
        container = _start(client, run_arguments(layout, plan, port))
        try:
            log = layout.build / "logs" / f"container-{plan.edition}-{port}.log"
            base_url = f"http://{HOST}:{port}/fhir"
            _copy_logs(container, log)
            with progress.step(f"Starting the image ({plan.edition})"):
                _wait_until_ready(container, base_url)
            yield RunningContainer(base_url, container, log)
        finally:
            with progress.step("Stopping the container"), suppress(NotFound):
                container.stop(timeout=_SECONDS_TO_STOP)
                container.remove(v=True, force=True)
    finally:
        client.close()


def check_engine() -> None:
    """Raise ServerError where no Docker engine answers."""
    _engine().close()


def has_ended(running: RunningContainer) -> bool:
    """Whether the container has ended on its own."""
    try:
        running.container.reload()
    except _DOCKER_ERRORS:
        return True
    return running.container.status not in ("created", "running")


def _engine() -> DockerClient:
    try:
        client = docker.from_env()
        client.ping()
    except _DOCKER_ERRORS as error:
        raise ServerError(
            f"No Docker engine answers ({_first_line(error)}). Start Docker, or name its address "
            "in DOCKER_HOST; without Docker, 'ndop serve' runs the embedded server."
        ) from error
    return client


def _ensure_image(client: DockerClient, name: str, progress: Progress) -> None:
    with suppress(ImageNotFound):
        client.images.get(name)
        return
    with progress.step(f"Pulling {name.partition('@')[0]}"):
        try:
            client.images.pull(name)
        except _DOCKER_ERRORS as error:
            raise ServerError(f"The image {name} cannot be pulled: {_first_line(error)}") from error


def _start(client: DockerClient, arguments: dict[str, Any]) -> Container:
    try:
        container: Container = client.containers.run(**arguments)
    except _DOCKER_ERRORS as error:
        raise ServerError(f"The container cannot be started: {_first_line(error)}") from error
    return container


def _copy_logs(container: Container, log: Path) -> None:
    """Copy the server's log to a file, for as long as the container runs."""
    log.parent.mkdir(parents=True, exist_ok=True)

    def copy() -> None:
        with log.open("wb") as output, suppress(*_DOCKER_ERRORS):
            for part in container.logs(stream=True, follow=True):
                output.write(part)
                output.flush()

    threading.Thread(target=copy, daemon=True).start()


def _wait_until_ready(container: Container, base_url: str) -> None:
    begun = time.monotonic()
    with httpx.Client(timeout=10) as client:
        while time.monotonic() - begun < _SECONDS_TO_READY:
            container.reload()
            if container.status not in ("created", "running"):
                raise ServerError(
                    f"The server in the container did not start.\n{_log_tail(container)}"
                )
            with suppress(httpx.TransportError):
                if is_ready(client, base_url):
                    return
            time.sleep(0.5)
    raise ServerError(
        f"The server in the container did not answer within {_SECONDS_TO_READY} s.\n"
        f"{_log_tail(container)}"
    )


def _variable(setting: str) -> str:
    """The environment variable that Spring Boot binds to a setting."""
    return setting.replace("-", "").replace(".", "_").upper()


def _log_tail(container: Container) -> str:
    return container.logs(tail=_LOG_LINES_SHOWN).decode("utf-8", "replace").rstrip()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
