"""ndop run and ndop test: the suite against the reference server, and the project's own tests."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ndop.conformance.run.every_edition import run_every_edition
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.reporting import run_and_report
from ndop.editions.installed import load_edition
from ndop.server import process
from ndop.server.assembly import build_all
from ndop.server.process import ServerPlan
from ndop.system import processes
from ndop.system.layout import checkout
from ndop.system.processes import run_in_terminal
from ndop.system.progress import Progress

_PYTEST = (sys.executable, "-m", "pytest")


def run(
    edition: Annotated[
        str | None, typer.Option(help="One edition; by default all, and a matrix of them.")
    ] = None,
) -> None:
    """Build everything and run the conformance suite against the reference server.

    A server of each edition is started on a free port, and stopped when its run is over.
    """
    layout, progress = checkout(), Progress()
    if edition is not None:
        load_edition(edition)
    build_all(layout, progress)
    if edition is None:
        status = run_every_edition(layout)
    else:
        with process.running(layout, ServerPlan(edition), progress) as server:
            plan = RunPlan(server.base_url, edition, layout.report / edition)
            status = run_and_report(layout, plan)
    raise typer.Exit(status)


def run_tests(
    fast: Annotated[
        bool, typer.Option("--fast", help="Leave out tests that start a server, Java or Maven.")
    ] = False,
) -> None:
    """Run the project's own tests, then the suite against the reference server."""
    layout, progress = checkout(), Progress()
    # A module's tests stay together: they share a server.
    parallel = ["--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    purpose = "Running the Python tests"
    if fast:
        if not run_in_terminal([*_PYTEST, *parallel, "-m", "not slow"], purpose, layout.root):
            raise typer.Exit(1)
        return
    build_all(layout, progress)
    with progress.step("Running the Java tests"):
        processes.run(
            ["mvn", "-B", "-q", "-ntp", "verify"], "Running the Java tests", layout.plugin
        )
    if not run_in_terminal([*_PYTEST, *parallel], purpose, layout.root):
        raise typer.Exit(1)
    run()
