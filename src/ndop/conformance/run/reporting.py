"""A conformance run as a command shows it: what is planned, progress, failures, summary."""

from __future__ import annotations

from rich.console import Console

from ndop.conformance.report import reports
from ndop.conformance.run.conformance_run import RunPlan, preview, run
from ndop.conformance.run.watching import watcher
from ndop.system.layout import Layout
from ndop.system.progress import Progress


def run_and_report(layout: Layout, plan: RunPlan) -> int:
    """Run the suite, print its failures and summary, and return the exit status of the command.

    0: every SHALL that was tested passed, 1: some failed, 2: the run is incomplete. Raises as
    `conformance_run.run`.
    """
    console = Console(highlight=False)
    with watcher() as watch:
        result = run(layout, plan, watch)
    for test in result.failures:
        console.print(reports.explain(test, result), markup=False, soft_wrap=True)
        console.print()
    reports.print_summary(result, plan.report_folder, console)
    if result.passed:
        return 0
    return 1 if result.failures else 2


def print_preview(layout: Layout, plan: RunPlan) -> None:
    """Look at the server and print what a run would test and skip. Raises as `preview`."""
    with Progress().step("Looking at the server"):
        planned = preview(layout, plan)
    skipped = f", of which {len(planned.skips)} will be skipped:" if planned.skips else ""
    console = Console(highlight=False, soft_wrap=True)
    for line in (
        *planned.look.seen,
        *(f"note: {remark}" for remark in planned.look.remarks),
        f"{planned.planned} tests{skipped}",
        *(f"  {skip.title} {skip.skip_told}" for skip in planned.skips),
    ):
        console.print(line, markup=False)
