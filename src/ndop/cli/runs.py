"""ndop run and ndop test: the suite against our own server, and our own tests."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from ndop.cli.conformance import run_and_report
from ndop.cli.options import build_everything, load_edition, run_tool
from ndop.conformance.report import matrix
from ndop.conformance.report.results import RESULTS
from ndop.conformance.run.plan import RunPlan
from ndop.editions import EditionFolder
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system import processes
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress
from ndop.system.side_by_side import run_side_by_side


def run(
    edition: Annotated[
        str | None, typer.Option(help="One edition; by default every one, and a matrix of them.")
    ] = None,
) -> None:
    """Build everything, start the server on a free port, run the suite against it, stop it."""
    layout, progress = checkout(), Progress()
    if edition is not None:
        load_edition(layout, edition)
    build_everything(layout, progress)
    if edition is None:
        _run_every_edition(layout)
        return
    with process.running(layout, ServerPlan(edition), progress) as server:
        run_and_report(layout, RunPlan(server.base_url, edition, layout.report / edition))


def _run_every_edition(layout: Layout) -> None:
    editions = EditionFolder.of(layout).ids()
    for one in editions:
        (layout.report / one / RESULTS).unlink(missing_ok=True)  # of an earlier run
    runs = run_side_by_side(["run"], editions, layout.root, layout.report)
    console = Console(highlight=False, soft_wrap=True)
    for ended in runs:
        if ended.status != 0:
            console.print(f"{ended.edition}: {ended.told}", markup=False)
    results = matrix.read(layout.report, [ended.edition for ended in runs])
    matrix.print_matrix(results, console)
    console.print(f"Report: {matrix.write(results, layout.report)}", markup=False)
    gravest = max(ended.status or 0 for ended in runs)
    if gravest:
        raise typer.Exit(gravest)


def run_tests(
    fast: Annotated[
        bool, typer.Option("--fast", help="Leave out what starts a server or Maven.")
    ] = False,
) -> None:
    """Run the project's own tests: Python, Java, and the suite against a server of its own."""
    layout, progress = checkout(), Progress()
    if fast:
        run_tool([sys.executable, "-m", "pytest", "-m", "not slow"], layout.root)
        return
    build_everything(layout, progress)
    with progress.step("Running the Java tests"):
        processes.run(
            ["mvn", "-B", "-q", "-ntp", "verify"], "Running the Java tests", layout.plugin
        )
    # A module's tests stay together: they share a server.
    shared_out = ["--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    run_tool([sys.executable, "-m", "pytest", *shared_out], layout.root)
    run()
