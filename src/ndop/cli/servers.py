"""ndop serve and ndop bench: run the reference server, and measure it."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from ndop.cli.options import EditionOption
from ndop.editions import DEFAULT_EDITION
from ndop.editions.installed import load_edition
from ndop.server import bench_table, certificates, container, process
from ndop.server.assembly import build_all
from ndop.server.audit_modes import AuditMode, AuditScenario, audit_scenarios
from ndop.server.bench import BenchTarget, Load, measure
from ndop.server.certificates import Certificates
from ndop.server.container import ContainerPlan
from ndop.server.process import ServerPlan
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress


def serve(
    edition: EditionOption = DEFAULT_EDITION,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free port.")] = 8080,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the database; by default build/data/<edition>.")
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="A plain HAPI server, without the NDOP extension.")
    ] = False,
    audit: Annotated[
        AuditMode | None,
        typer.Option(
            help="Audit headers and tokens: ignored, checked if they are sent, or required."
        ),
    ] = None,
    tls: Annotated[
        Path | None,
        typer.Option(
            help="Mutual TLS with the certificates of this folder, created if it does not exist."
        ),
    ] = None,
    in_docker: Annotated[
        bool, typer.Option("--docker", help="Run the stock HAPI image with the extension's jar.")
    ] = False,
) -> None:
    """Keep the reference server running until Ctrl-C.

    Settings are environment variables, such as NDOP_REQUIRE_IF_MATCH=true (docs/settings.md).
    """
    if plain and in_docker:
        raise typer.BadParameter("--plain and --docker exclude each other")
    settings = audit.settings if audit else {}
    if tls and (plain or in_docker):
        raise typer.BadParameter("--tls goes with neither --plain nor --docker")
    layout, progress = checkout(), Progress()
    facts = load_edition(edition)
    if in_docker:
        container.check_engine()
    build_all(layout, progress)
    if in_docker:
        _serve_in_docker(
            layout,
            ContainerPlan(
                edition, port, data or layout.build / "data" / f"{edition}-docker", settings
            ),
            progress,
        )
        return
    tls_files = _certificates(tls) if tls else None
    if tls_files:
        settings |= tls_files.settings(facts.transport)
    plan = ServerPlan(
        edition,
        port=port,
        data=data or layout.build / "data" / edition,
        plain=plain,
        settings=settings,
        tls=tls_files.client_context() if tls_files else None,
        jvm=process.LONG_LIVED,
    )
    with process.running(layout, plan, progress) as server:
        progress.message(
            f"Serving {edition} at {server.base_url} (Ctrl-C stops it; log: {server.log})"
        )
        process.wait_for_interrupt(lambda: process.has_ended(server), server.log)
    progress.message("The server has stopped.")


def _certificates(folder: Path) -> Certificates:
    found = Certificates(folder)
    return found if found.authority.is_file() else certificates.init(folder)


def _serve_in_docker(layout: Layout, plan: ContainerPlan, progress: Progress) -> None:
    with container.running_container(layout, plan, progress) as server:
        progress.message(
            f"Serving {plan.edition} in Docker at {server.base_url} "
            f"(Ctrl-C stops it; log: {server.log})"
        )
        process.wait_for_interrupt(lambda: container.has_ended(server), server.log)
    progress.message("The container has been removed.")


def bench(
    edition: EditionOption = DEFAULT_EDITION,
    base_url: Annotated[
        str | None, typer.Option(help="Base URL of a running server; by default one is started.")
    ] = None,
    audit_modes: Annotated[
        bool,
        typer.Option("--audit-modes", help="Compare the audit modes, with a server for each."),
    ] = False,
    connections: Annotated[int, typer.Option(min=1, max=64, help="Connections in parallel.")] = 4,
    rounds: Annotated[
        int, typer.Option(min=1, max=50, help="Rounds for each kind of request.")
    ] = 5,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="Seconds of a round.")] = 3.0,
) -> None:
    """Measure requests per second of create, read and search by patient."""
    if audit_modes and base_url is not None:
        raise typer.BadParameter("--audit-modes starts servers of its own: leave --base-url out")
    layout, progress = checkout(), Progress()
    facts = load_edition(edition)
    load = Load(connections=connections, rounds=rounds, seconds=seconds)
    if base_url is not None:
        bench_table.show(measure([BenchTarget(edition, base_url)], facts, load))
        return
    build_all(layout, progress)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        scenarios = [AuditScenario(edition)]
        if audit_modes:
            scenarios = list(audit_scenarios(facts, Path(folder)))
        running = []
        for number, scenario in enumerate(scenarios):
            plan = ServerPlan(
                edition,
                data=Path(folder) / str(number),
                settings=scenario.settings,
                jvm=process.LONG_LIVED,
            )
            server = servers.enter_context(process.running(layout, plan, progress))
            running.append((BenchTarget(scenario.name, server.base_url, scenario.headers), server))
        bench_table.show(measure([target for target, _ in running], facts, load))
        for target, server in running:
            progress.message(
                f"{target.name}: ready after {server.seconds_to_ready:.1f} s; "
                f"resident memory {process.resident_memory(server) // 2**20} MiB"
            )
