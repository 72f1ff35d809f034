"""ndop fuzz: random requests, and what must hold whatever they are."""

from __future__ import annotations

from itertools import product
from typing import Annotated

import typer
from rich.console import Console

from ndop.assurance.fuzzing import report
from ndop.assurance.fuzzing.plan import KINDS, REQUESTS, Plan
from ndop.assurance.fuzzing.run import fuzz_new_server, fuzz_server
from ndop.cli.options import EditionsOption
from ndop.editions.installed import load_editions
from ndop.server.assembly import build_all
from ndop.server.audit_modes import AuditMode
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
    audit: Annotated[
        list[AuditMode] | None,
        typer.Option(
            help="Audit mode of the server, which gets tokens where it requires them; "
            "by default each in turn. May be repeated."
        ),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            help="Base URL of a running server (with one --edition and one --audit); "
            "by default one is started."
        ),
    ] = None,
) -> None:
    """Send random requests and check every response, the store, the heap and the log."""
    modes = audit or list(AuditMode)
    if server is not None and (len(edition or []) != 1 or len(modes) != 1):
        raise typer.BadParameter("--server needs one --edition and one --audit")
    for one in kind or []:
        if one not in KINDS:
            raise typer.BadParameter(f"--kind: expected one of {', '.join(KINDS)}; found {one}")
    layout, progress = checkout(), Progress()
    editions = load_editions(edition)
    build_all(layout, progress)
    console = Console(highlight=False, soft_wrap=True)
    failed = False
    for facts, mode in product(editions, modes):
        plan = Plan(requests, seed, tuple(kind or ()), mode)
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
