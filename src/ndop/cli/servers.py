"""ndop serve, bench: the reference server, kept running or measured."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ndop.cli.options import EditionOption, build_everything, load_edition
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.server import certificates, container, process
from ndop.server.audit_modes import Audit, AuditMode, every_mode
from ndop.server.bench import Load, Measured, measure
from ndop.server.certificates import Certificates
from ndop.server.container import ContainerPlan
from ndop.server.process import ServerPlan
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress

#: Of a table in a pipe, where no window cuts it.
_WIDTH = 120


def serve(
    edition: EditionOption = DEFAULT_EDITION,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one.")] = 8080,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the database; default build/data/<edition>.")
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="A bare HAPI server, without the NDOP extension.")
    ] = False,
    audit: Annotated[
        Audit | None,
        typer.Option(help="Audit headers and tokens: ignored, judged where sent, or required."),
    ] = None,
    tls: Annotated[
        Path | None,
        typer.Option(help="Mutual TLS with the certificates of this folder; made where it is new."),
    ] = None,
    in_docker: Annotated[
        bool, typer.Option("--docker", help="The stock HAPI image with the extension's jar in it.")
    ] = False,
) -> None:
    """Keep the reference server running until Ctrl-C."""
    if plain and in_docker:
        raise typer.BadParameter("--plain and --docker exclude each other")
    settings = audit.settings if audit else {}
    if tls and (plain or in_docker):
        raise typer.BadParameter("--tls goes with neither --plain nor --docker")
    layout, progress = checkout(), Progress()
    facts = load_edition(layout, edition)
    if in_docker:
        container.insist_on_engine()
    build_everything(layout, progress)
    if in_docker:
        _serve_in_docker(
            layout,
            ContainerPlan(
                edition, port, data or layout.build / "data" / f"{edition}-docker", settings
            ),
            progress,
        )
        return
    known = _certificates(tls) if tls else None
    if known:
        settings |= known.settings(facts.transport)
    plan = ServerPlan(
        edition,
        port=port,
        data=data or layout.build / "data" / edition,
        plain=plain,
        settings=settings,
        tls=known.client_context() if known else None,
        jvm=process.LONG_LIVED,
    )
    with process.running(layout, plan, progress) as server:
        progress.say(f"Serving {edition} at {server.base_url} (Ctrl-C ends it; log: {server.log})")
        process.wait_for_interrupt(lambda: process.has_ended(server), server.log)
    progress.say("The server has stopped.")


def _certificates(folder: Path) -> Certificates:
    found = Certificates(folder)
    return found if found.authority.is_file() else certificates.init(folder)


def _serve_in_docker(layout: Layout, plan: ContainerPlan, progress: Progress) -> None:
    with container.running_container(layout, plan, progress) as server:
        progress.say(
            f"Serving {plan.edition} in Docker at {server.base_url} "
            f"(Ctrl-C ends it; log: {server.log})"
        )
        process.wait_for_interrupt(lambda: container.has_ended(server), server.log)
    progress.say("The container has been removed.")


def bench(
    edition: EditionOption = DEFAULT_EDITION,
    base_url: Annotated[
        str | None, typer.Option(help="A running server; by default one is started for this.")
    ] = None,
    audit_modes: Annotated[
        bool,
        typer.Option("--audit-modes", help="A server for each mode of audit, side by side."),
    ] = False,
    connections: Annotated[int, typer.Option(min=1, max=64, help="Requests at once.")] = 4,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Rounds for each kind.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="Length of a round.")] = 3.0,
) -> None:
    """Measure requests per second of create, read and search by patient."""
    if audit_modes and base_url is not None:
        raise typer.BadParameter("--audit-modes starts servers of its own: leave --base-url out")
    layout, progress = checkout(), Progress()
    facts = load_edition(layout, edition)
    load = Load(connections=connections, rounds=rounds, seconds=seconds)
    if base_url is not None:
        _print_rates([Measured(edition, base_url)], facts, load)
        return
    build_everything(layout, progress)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        modes = list(every_mode(facts, Path(folder))) if audit_modes else [AuditMode(edition)]
        measured = []
        for number, mode in enumerate(modes):
            plan = ServerPlan(
                edition,
                data=Path(folder) / str(number),
                settings=mode.settings,
                jvm=process.LONG_LIVED,
            )
            server = servers.enter_context(process.running(layout, plan, progress))
            measured.append((Measured(mode.name, server.base_url, mode.sending), server))
        _print_rates([one for one, _ in measured], facts, load)
        for one, server in measured:
            progress.say(
                f"{one.name}: ready after {server.seconds_to_ready:.1f} s; "
                f"resident memory {process.resident_memory(server) // 2**20} MiB"
            )


def _print_rates(servers: Sequence[Measured], edition: Edition, load: Load) -> None:
    """A line for each kind of request and server; ratios are to the first server."""
    table = Table(box=box.SIMPLE_HEAD)
    for heading in (
        *("request", "server", "number", "per second (median)"),
        *("lowest", "highest", "median ms", "ratio"),
    ):
        table.add_column(heading, justify="left" if heading in ("request", "server") else "right")
    for rates in measure(servers, edition, load):
        for rate in rates:
            table.add_row(
                rate.name,
                rate.server,
                str(rate.requests),
                f"{rate.median_per_second:.0f}",
                f"{rate.lowest_per_second:.0f}",
                f"{rate.highest_per_second:.0f}",
                f"{rate.median_milliseconds:.1f}",
                f"{rate.median_per_second / rates[0].median_per_second:.2f}",
            )
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(table)
