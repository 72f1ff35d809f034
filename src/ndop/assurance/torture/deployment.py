"""A server and its store, whose parts can be hurt and started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ndop.assurance.torture.disk import Disk
from ndop.assurance.torture.link import Link
from ndop.server import process
from ndop.server.postgresql import USER, PostgreSQL, running_postgresql
from ndop.server.process import HOST, RunningServer, ServerPlan, free_port
from ndop.system.layout import Layout
from ndop.system.progress import Progress


@dataclass(slots=True)
class Deployment:
    """A server over a store. Clients connect by `clients`, the server to PostgreSQL by `database`;
    both can be cut.
    """

    layout: Layout
    plan: ServerPlan
    disk: Disk
    trail: Path
    clients: Link
    postgresql: PostgreSQL | None = None
    database: Link | None = None
    _starts: int = 0
    _server: ExitStack = field(default_factory=ExitStack)
    _running: RunningServer | None = None

    @property
    def base_url(self) -> str:
        """The base URL for clients; it stays the same."""
        return f"http://{HOST}:{self.clients.port}/fhir"

    @property
    def jdbc_url(self) -> str:
        """The URL of the database itself, of H2 for when the server has been closed."""
        return self.postgresql.jdbc_url() if self.postgresql else process.h2_url(self.plan.data)

    @property
    def jdbc_user(self) -> str:
        """The user of the database; it needs no password."""
        return USER if self.postgresql else "sa"

    @property
    def server(self) -> RunningServer:
        """The server of now."""
        assert self._running is not None
        return self._running

    def has_ended(self) -> bool:
        """Whether the server has ended."""
        return self._running is None or process.has_ended(self._running)

    def start(self) -> None:
        """Start the server, after it has ended or for the first time. Raises ServerError.

        Every other time it does not look at the space that is left, so that the store itself meets
        a full disk.
        """
        self._server.close()
        self._running = None
        settings = dict(self.plan.settings)
        if self._starts % 2:
            settings["ndop.min-free-space"] = "0"
        self._starts += 1
        self._running = self._server.enter_context(
            process.running(self.layout, replace(self.plan, settings=settings), Progress.silent())
        )

    def close(self) -> None:
        """Stop the server."""
        self._server.close()
        self._running = None


@contextmanager
def deployment(layout: Layout, edition: str, store: str, disk: Disk) -> Iterator[Deployment]:
    """A deployment with its data on the disk; its server has not been started. Raises
    MissingToolError where PostgreSQL is wanted and not installed.
    """
    trail = disk.folder / "trail" / "audit.jsonl"
    settings = {"ndop.trail.file": str(trail), "ndop.trail.max-size": "4GB"}
    port = free_port()
    with ExitStack() as stack:
        clients = stack.enter_context(Link(port))
        cluster = database = data = None
        if store == "postgresql":
            folder = disk.folder / "postgresql"
            folder.mkdir()
            cluster = stack.enter_context(running_postgresql(folder))
            database = stack.enter_context(Link(cluster.port))
            settings |= {
                "spring.datasource.url": cluster.jdbc_url(database.port),
                "spring.datasource.username": USER,
            }
        else:
            data = disk.folder / "h2"
        plan = ServerPlan(edition, port=port, data=data, settings=settings)
        made = Deployment(layout, plan, disk, trail, clients, cluster, database)
        stack.callback(made.close)
        yield made
