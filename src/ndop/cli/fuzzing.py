"""ndop fuzz."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from ndop.assurance.fuzzing import report
from ndop.assurance.fuzzing.fuzz import Plan, Result
from ndop.assurance.fuzzing.fuzz import fuzz as fuzz_server
from ndop.assurance.fuzzing.strategies import KINDS
from ndop.cli.options import EditionsOption
from ndop.editions import Edition
from ndop.editions.installed import load_editions
from ndop.server import process
from ndop.server.assembly import build_all
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress
from ndop.system.signals import signal_handler


def fuzz(
    edition: EditionsOption = None,
    requests: Annotated[
        int, typer.Option(min=1, help="Requests for each edition, at least.")
    ] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same requests.")] = 0,
    kind: Annotated[
        list[str] | None,
        typer.Option(help=f"One of {', '.join(KINDS)}; by default all. May be repeated."),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            help="Base URL of a running server (with one --edition); by default one is started."
        ),
    ] = None,
) -> None:
    """Send random requests and check every response, the store, the heap and the log."""
    if server is not None and len(edition or []) != 1:
        raise typer.BadParameter("--server needs one --edition")
    for one in kind or []:
        if one not in KINDS:
            raise typer.BadParameter(f"--kind: expected one of {', '.join(KINDS)}; found {one}")
    layout, progress = checkout(), Progress()
    editions = load_editions(edition)
    build_all(layout, progress)
    plan = Plan(requests, seed, tuple(kind or ()))
    failed = False
    for facts in editions:
        if server is not None:
            result = _fuzzed(layout, facts, server, plan, progress, None)
        else:
            result = _with_a_server(layout, facts, plan, progress)
        failed = failed or bool(result.failures)
    if failed:
        raise typer.Exit(1)


@contextmanager
def _interrupts_between_requests() -> Iterator[Callable[[], None]]:
    """Yields a function that raises KeyboardInterrupt if Ctrl-C was pressed.

    Hypothesis loses an exception that is raised while its own code runs, so the first Ctrl-C is
    only recorded; a second one is raised at once.
    """
    pressed = False

    def record(_signal: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    def raise_if_interrupted() -> None:
        if pressed:
            raise KeyboardInterrupt

    with signal_handler([signal.SIGINT], record):
        yield raise_if_interrupted


def _with_a_server(layout: Layout, facts: Edition, plan: Plan, progress: Progress) -> Result:
    # A database in memory would make stored Consents look like a leak.
    with (
        tempfile.TemporaryDirectory() as data,
        process.running(layout, ServerPlan(facts.id, data=Path(data)), progress) as running,
    ):
        return _fuzzed(layout, facts, running.base_url, plan, progress, running)


def _fuzzed(
    layout: Layout,
    facts: Edition,
    base_url: str,
    plan: Plan,
    progress: Progress,
    running: RunningServer | None,
) -> Result:
    with (
        progress.track_items(f"Fuzzing {facts.id}", plan.requests) as sent,
        _interrupts_between_requests() as raise_if_interrupted,
    ):

        def after_request(number: int) -> None:
            raise_if_interrupted()
            sent(number)

        result = fuzz_server(
            facts,
            base_url,
            plan,
            server=running,
            sent=after_request,
            looking=lambda _: raise_if_interrupted(),
        )
    console = Console(highlight=False, soft_wrap=True)
    console.print(report.table(result))
    for line in report.lines(result, base_url):
        console.print(line, markup=False)
    console.print(f"Report: {report.write(result, layout.report / facts.id, base_url)}")
    if result.interruption is not None:
        raise result.interruption
    return result
