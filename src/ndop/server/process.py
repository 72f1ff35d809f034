"""The embedded reference server as a child process: start it, wait until it is ready, stop it."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import httpx

from ndop.java import modules
from ndop.server import database_user
from ndop.system import processes
from ndop.system.errors import ProgramError, ServerError
from ndop.system.file_lock import try_lock
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from ndop.system.signals import TERMINATION_SIGNALS, signal_handler

_MAIN = "ndop.fhir.server.FhirServer"
#: Servers listen on this machine only.
HOST = "127.0.0.1"
#: A server that makes progress is waited for, on however busy a machine.
_SECONDS_TO_READY = 600
_SECONDS_TO_STOP = 20
#: From when a server has closed its database and port until its process is gone.
_SECONDS_TO_END = 5
#: One that has not served anything has nothing to bring to an end.
_SECONDS_TO_STOP_STARTING = 2
_FREE_BYTES_NEEDED = 256 * 1024 * 1024

_OTHER_PORT = "Choose another with --port (make: PORT=), or stop what listens there."

#: JVM options of a short-lived server: it starts faster and runs a little slower.
SHORT_LIVED = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g")
#: JVM options of a server that keeps running.
LONG_LIVED = ("-XX:+UseSerialGC", "-Xmx1g")
#: A crash leaves no patient data behind: not the messages of the last exceptions, and no memory.
_CONFIDENTIAL_CRASHES = (
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-LogEvents",
    "-XX:-CreateCoredumpOnCrash",
    "-XX:-HeapDumpOnOutOfMemoryError",
)


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """What to start.

    `data` is the folder of the database, None for one in memory. `plain` leaves out the
    extension, which gives a bare HAPI server. `settings` are Spring Boot's or the extension's.
    `tls` is the client's context for a server that is configured for TLS. `launcher_folder`
    starts the boot jar as the stock image does: by PropertiesLauncher, with that folder on
    loader.path and without settings of the extension.
    """

    edition: str
    port: int = 0
    data: Path | None = None
    plain: bool = False
    launcher_folder: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    jvm: tuple[str, ...] = SHORT_LIVED


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that has started and answers requests."""

    base_url: str
    process: subprocess.Popen[bytes]
    log: Path
    seconds_to_ready: float


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(layout: Layout, plan: ServerPlan, progress: Progress) -> Iterator[RunningServer]:
    """Run a server within the block. It must have been built.

    It ends with this process, even if that is killed. Raises ServerError: the port or the database
    is in use, the folder cannot be written, the disk is full, or the server did not start; the text
    ends with the last lines of its log.
    """
    with ExitStack() as resources:
        if plan.data:
            database_user.check_unused(plan.data, progress)
        port = plan.port or free_port()
        check_port(port)
        _check_disk_space(plan.data or layout.build)
        if plan.data:
            _create_folder(plan.data)
            resources.enter_context(database_user.claimed(plan.data))
        log = layout.build / "logs" / f"{plan.edition}-{port}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        base_url = f"{'https' if plan.tls else 'http'}://{HOST}:{port}/fhir"
        temporary = resources.enter_context(
            tempfile.TemporaryDirectory(prefix="ndop-server-", ignore_cleanup_errors=True)
        )
        process = _start(layout, plan, port, log, temporary)
        patience = _SECONDS_TO_STOP_STARTING
        try:
            name = "plain HAPI" if plan.plain else plan.edition
            with progress.step(f"Starting the server ({name})"):
                seconds = _wait_until_ready(process, plan, base_url, log)
            patience = _SECONDS_TO_STOP
            yield RunningServer(base_url, process, log, seconds)
        finally:
            _stop(process, patience)


def is_ready(client: httpx.Client, base_url: str) -> bool:
    """Whether the server gives its CapabilityStatement, or asks for a token in FHIR's form.

    Raises httpx.TransportError while nothing answers.
    """
    response = client.get(f"{base_url}/metadata")
    return response.status_code == httpx.codes.OK or (
        response.status_code == httpx.codes.BAD_REQUEST
        and "fhir" in response.headers.get("content-type", "")
    )


def resident_memory(server: RunningServer) -> int:
    """The resident memory of the server's process in bytes. Raises ServerError: it has ended."""
    command = ["ps", "-o", "rss=", "-p", str(server.process.pid)]
    try:
        return int(processes.run(command, "Reading the memory in use")) * 1024
    except ProgramError as error:
        raise ServerError(str(error)) from error


def has_ended(server: RunningServer) -> bool:
    """Whether the server has ended on its own."""
    return server.process.poll() is not None


def wait_for_interrupt(has_ended: Callable[[], bool], log: Path) -> None:
    """Block until Ctrl-C or SIGTERM. Raises ServerError where the server ends on its own."""
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    with signal_handler(TERMINATION_SIGNALS, stop):
        while not stopped:
            if has_ended():
                raise ServerError(f"The server ended on its own.\n{_log_tail(log)}")
            time.sleep(0.2)


def h2_url(data: Path | None) -> str:
    """The JDBC URL of the database in a folder, None for one in memory."""
    where = "mem:" if data is None else f"file:{data.resolve()}/"
    return f"jdbc:h2:{where}{database_user.DATABASE_NAME}"


def _start(
    layout: Layout, plan: ServerPlan, port: int, log: Path, temporary: str
) -> subprocess.Popen[bytes]:
    settings = {
        "server.port": str(port),
        "spring.datasource.url": h2_url(plan.data),
        **({} if plan.plain or plan.launcher_folder else {"ndop.edition": plan.edition}),
        **plan.settings,
    }
    command = [
        "java",
        *_CONFIDENTIAL_CRASHES,
        f"-Djava.io.tmpdir={temporary}",
        *plan.jvm,
        *_program(layout, plan),
        *(f"--{name}={value}" for name, value in settings.items()),
    ]
    with log.open("ab") as output:
        if not try_lock(output, _SECONDS_TO_END):  # which the server inherits
            raise ServerError(
                f"Another server is starting at port {port} of {HOST} (log: {log}). {_OTHER_PORT}"
            )
        output.truncate(0)
        return processes.start(
            command,
            "Starting the server",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _program(layout: Layout, plan: ServerPlan) -> list[str]:
    if plan.launcher_folder:
        boot_jar = layout.root / modules.SERVER.products[2]
        return [f"-Dloader.path={plan.launcher_folder}", "-jar", str(boot_jar)]
    class_path = modules.class_path(layout, modules.SERVER)
    if not plan.plain:
        class_path.insert(1, layout.root / modules.EXTENSION.products[0])
    return ["-cp", os.pathsep.join(map(str, class_path)), _MAIN]


def _wait_until_ready(
    process: subprocess.Popen[bytes], plan: ServerPlan, base_url: str, log: Path
) -> float:
    begun = time.monotonic()
    with httpx.Client(timeout=10, verify=plan.tls or True) as client:
        while time.monotonic() - begun < _SECONDS_TO_READY:
            if process.poll() is not None:
                if plan.data and (user := database_user.database_user(plan.data)):
                    raise database_user.in_use(plan.data, user)  # it was faster
                raise ServerError(f"The server did not start.\n{_log_tail(log)}")
            try:
                if is_ready(client, base_url):
                    return time.monotonic() - begun
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    raise ServerError(f"The server did not answer within {_SECONDS_TO_READY} s.\n{_log_tail(log)}")


def _stop(process: subprocess.Popen[bytes], patience: float) -> None:
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def check_port(port: int) -> None:
    """Raise ServerError where no server can listen on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise ServerError(
                f"Port {port} of {HOST} cannot be used "
                f"({getattr(error, 'strerror', None) or error}). {_OTHER_PORT}"
            ) from error


def _create_folder(folder: Path) -> None:
    try:
        # Who has opted out is for its owner only.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise ServerError(
            f"{folder} cannot be the folder of a database ({error.strerror}). "
            "Choose another with --data (make: DATA=)."
        ) from error


def _check_disk_space(folder: Path) -> None:
    existing = folder
    while not existing.exists():
        existing = existing.parent
    disk = shutil.disk_usage(existing)
    free = disk.free
    if disk.total and free < _FREE_BYTES_NEEDED:  # no disk has no bytes at all, such as /proc
        raise ServerError(
            f"The disk of {existing} is full: the server needs {_FREE_BYTES_NEEDED // 2**20} MiB, "
            f"{free // 2**20} MiB are free. Make room, or choose another folder "
            "with --data (make: DATA=)."
        )


def _log_tail(log: Path) -> str:
    end = processes.tail(log.read_text(encoding="utf-8", errors="replace"))
    return f"{end}\nThe whole log: {log}"
