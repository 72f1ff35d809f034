"""Fuzzing one edition: a server if none is given, progress, Ctrl-C, and a report."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import httpx

from ndop.assurance.fuzzing.fuzzer import FuzzResult, fuzz
from ndop.assurance.fuzzing.plan import Plan
from ndop.editions import Edition
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.errors import ServerError
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from ndop.system.signals import signal_handler


def fuzz_new_server(
    layout: Layout, edition: Edition, plan: Plan, progress: Progress
) -> tuple[FuzzResult, str]:
    """Start a server of the edition and fuzz it. Returns the result and the server's base URL."""
    # The database is on disk: in memory, stored Consents would look like a leak.
    with tempfile.TemporaryDirectory() as folder:
        trail = Path(folder) / "trail" / "audit.jsonl"
        trail.parent.mkdir()
        settings = {
            **plan.audit.settings,
            "ndop.trail.file": str(trail),
            "ndop.trail.max-size": "4GB",  # all of it in this file
        }
        started = ServerPlan(edition.id, data=Path(folder) / "data", settings=settings)
        with process.running(layout, started, progress) as server:
            base_url = server.base_url
            return fuzz_server(edition, base_url, plan, progress, server, trail), base_url


def fuzz_server(
    edition: Edition,
    base_url: str,
    plan: Plan,
    progress: Progress,
    server: RunningServer | None = None,
    trail: Path | None = None,
) -> FuzzResult:
    """Fuzz a running server; see `fuzz`. The first Ctrl-C takes effect between two requests.

    Raises ServerError if nothing listens at its address.
    """
    if server is None:
        _require_answer(base_url)
    title = f"Fuzzing {edition.id}, audit {plan.audit}"
    with (
        progress.track_items(title, plan.requests) as advance,
        _interruption_between_requests() as raise_if_interrupted,
    ):

        def on_request(number: int) -> None:
            raise_if_interrupted()
            advance(number)

        return fuzz(
            edition,
            base_url,
            plan,
            server=server,
            trail=trail,
            on_request=on_request,
            on_check=lambda _: raise_if_interrupted(),
        )


def _require_answer(base_url: str) -> None:
    try:
        httpx.get(f"{base_url}/metadata", timeout=60)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise ServerError(
            f"{base_url} does not answer ({error}). Start the server, or leave --server out."
        ) from error


@contextmanager
def _interruption_between_requests() -> Iterator[Callable[[], None]]:
    """Yields a function that raises KeyboardInterrupt once Ctrl-C was pressed.

    Hypothesis may run code in which an exception is lost at any moment, so the signal itself raises
    nothing. A second Ctrl-C does, at once.
    """
    pressed = False

    def on_signal(_signal: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    def raise_if_interrupted() -> None:
        if pressed:
            raise KeyboardInterrupt

    with signal_handler([signal.SIGINT], on_signal):
        yield raise_if_interrupted
