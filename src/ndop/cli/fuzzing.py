"""ndop fuzz: random requests, and what must hold whatever they are."""

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
from ndop.cli.options import EditionsOption, build_everything, load_editions
from ndop.editions import Edition
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress
from ndop.system.signals import handling


def fuzz(
    edition: EditionsOption = None,
    requests: Annotated[int, typer.Option(min=1, help="At least so many, each edition.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed sends the same requests.")] = 0,
    kind: Annotated[
        list[str] | None, typer.Option(help=f"One of: {', '.join(KINDS)}; by default all.")
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            help="Base URL of a running server (with one --edition); by default one is started."
        ),
    ] = None,
) -> None:
    """Send random requests and hold every answer, the store, the heap and the log to account."""
    if server is not None and len(edition or []) != 1:
        raise typer.BadParameter("--server needs one --edition")
    for one in kind or []:
        if one not in KINDS:
            raise typer.BadParameter(f"--kind: expected one of {', '.join(KINDS)}; found {one}")
    layout, progress = checkout(), Progress()
    editions = load_editions(layout, edition)
    build_everything(layout, progress)
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
def _interrupted_between_requests() -> Iterator[Callable[[], None]]:
    """Yields what raises KeyboardInterrupt after Ctrl-C. Hypothesis runs code at any moment in
    which an exception is lost; a second Ctrl-C is raised at once all the same.
    """
    pressed = False

    def note(_signal: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    def insist_on_going_on() -> None:
        if pressed:
            raise KeyboardInterrupt

    with handling([signal.SIGINT], note):
        yield insist_on_going_on


def _with_a_server(layout: Layout, facts: Edition, plan: Plan, progress: Progress) -> Result:
    # On disk: in memory the stored Consents would count as a leak.
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
        progress.counted(f"Fuzzing {facts.id}", plan.requests) as sent,
        _interrupted_between_requests() as insist_on_going_on,
    ):

        def told(number: int) -> None:
            insist_on_going_on()
            sent(number)

        result = fuzz_server(
            facts,
            base_url,
            plan,
            server=running,
            sent=told,
            looking=lambda _: insist_on_going_on(),
        )
    console = Console(highlight=False, soft_wrap=True)
    console.print(report.table(result))
    for line in report.lines(result, base_url):
        console.print(line, markup=False)
    console.print(f"Report: {report.write(result, layout.report / facts.id, base_url)}")
    if result.interruption is not None:
        raise result.interruption
    return result
