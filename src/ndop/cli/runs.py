"""ndop run, conformance, test: the suite against our server or any other, and our own tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ndop.cli.options import (
    DEFAULT_EDITION,
    EditionOption,
    build_everything,
    load_edition,
    run_tool,
)
from ndop.cli.side_by_side import run_side_by_side
from ndop.cli.watching import watcher
from ndop.conformance import matrix, report
from ndop.conformance.plugin import CLAIMS
from ndop.conformance.run import RunPlan
from ndop.conformance.run import run as run_suite
from ndop.editions import EditionFolder
from ndop.java import processes
from ndop.layout import Layout, checkout
from ndop.progress import Progress
from ndop.server import process
from ndop.server.process import ServerPlan


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
        _run_and_report(layout, RunPlan(server.base_url, edition, layout.report / edition))


def _run_every_edition(layout: Layout) -> None:
    editions = EditionFolder(layout.editions, layout.shared_facts).ids()
    runs = run_side_by_side(editions, layout.root, layout.report)
    console = Console(highlight=False, soft_wrap=True)
    for ended in runs:
        if ended.status != 0:
            console.print(f"{ended.edition}: {ended.told}", markup=False)
    results = matrix.read(layout.report, [ended.edition for ended in runs])
    matrix.show(results, console)
    console.print(f"Report: {matrix.write(results, layout.report)}", markup=False)
    gravest = max(ended.status or 0 for ended in runs)
    if gravest:
        raise typer.Exit(gravest)


def conformance(
    base_url: Annotated[str, typer.Argument(help="Base URL of the server under test.")],
    edition: EditionOption = DEFAULT_EDITION,
    report_folder: Annotated[
        Path | None, typer.Option("--report", help="Folder for the reports.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(help="What the server is set up for: " + ", ".join(sorted(CLAIMS)) + "."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="An area or a requirement id; may be repeated.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="How many tests at once.")] = 1,
    first: Annotated[bool, typer.Option("-x", help="Stop at the first failure.")] = False,
) -> None:
    """Run the conformance suite against any server."""
    layout = checkout()
    load_edition(layout, edition)
    _insist_on_claims(claim or [])
    _run_and_report(
        layout,
        RunPlan(
            base_url,
            edition,
            report_folder or layout.report / edition,
            claims=tuple(claim or []),
            only=tuple(only or []),
            workers=workers,
            stop_at_first_failure=first,
        ),
    )


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
    run_tool([sys.executable, "-m", "pytest"], layout.root)
    run()


def _insist_on_claims(claims: list[str]) -> None:
    for claim in claims:
        if claim not in CLAIMS:
            raise typer.BadParameter(f"expected one of {', '.join(CLAIMS)}; found {claim!r}")


def _run_and_report(layout: Layout, plan: RunPlan) -> None:
    console = Console(highlight=False)
    with watcher() as watch:
        result = run_suite(layout, plan, watch)
    for test in result.failures:
        console.print(report.explain(test, result), markup=False, soft_wrap=True)
        console.print()
    report.print_summary(result, plan.report_folder, console)
    if not result.passed:
        raise typer.Exit(1)
