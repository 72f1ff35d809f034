"""A conformance run as a command shows it: what is planned, progress, failures, summary."""

from __future__ import annotations

from rich.console import Console

from ndop.conformance.report.console import format_failure, print_summary
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.progress_display import progress_display
from ndop.conformance.run.runner import preview, run
from ndop.system.layout import Layout
from ndop.system.progress import Progress


def run_and_report(layout: Layout, plan: RunPlan) -> int:
    """Run the suite, print its failures and summary, and return the exit status of the command.

    0: every SHALL that was tested passed, 1: some failed, 2: the run is incomplete. Raises as
    `runner.run`.
    """
    console = Console(highlight=False)
    with progress_display() as on_progress:
        result = run(layout, plan, on_progress)
    for test in result.failures:
        console.print(format_failure(test, result), markup=False, soft_wrap=True)
        console.print()
    print_summary(result, plan.report_folder, console)
    if result.passed:
        return 0
    return 1 if result.failures else 2


def print_preview(layout: Layout, plan: RunPlan) -> None:
    """Look at the server and print what a run would test and skip. Raises as `preview`."""
    with Progress().step("Looking at the server"):
        planned = preview(layout, plan)
    skipped = f", of which {len(planned.skipped)} will be skipped:" if planned.skipped else ""
    console = Console(highlight=False, soft_wrap=True)
    for line in (
        *planned.preflight.observations,
        *(f"note: {warning}" for warning in planned.preflight.warnings),
        f"{planned.planned} tests{skipped}",
        *(f"  {skip.title} {skip.skip_reason}" for skip in planned.skipped),
    ):
        console.print(line, markup=False)
