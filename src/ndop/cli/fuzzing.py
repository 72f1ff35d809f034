"""ndop fuzz: random requests, and what must hold whatever they are."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from ndop.assurance.fuzzing import report
from ndop.assurance.fuzzing.plan import KINDS, REQUESTS, Plan
from ndop.assurance.fuzzing.run import fuzz_new_server, fuzz_server
from ndop.cli.options import EditionsOption
from ndop.editions.installed import load_editions
from ndop.server.assembly import build_all
from ndop.system.layout import checkout
from ndop.system.progress import Progress


def fuzz(
    edition: EditionsOption = None,
    requests: Annotated[
        int, typer.Option(min=1, help="Requests for each edition, at least.")
    ] = REQUESTS,
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
    console = Console(highlight=False, soft_wrap=True)
    failed = False
    for facts in editions:
        if server is None:
            result, base_url = fuzz_new_server(layout, facts, plan, progress)
        else:
            result, base_url = fuzz_server(facts, server, plan, progress), server
        console.print(report.table(result))
        for line in report.lines(result, base_url):
            console.print(line, markup=False)
        console.print(f"Report: {report.write(result, layout.report / facts.id, base_url)}")
        if result.interruption is not None:
            raise result.interruption
        failed = failed or bool(result.failures)
    if failed:
        raise typer.Exit(1)
