"""A conformance run of every edition, each against a server of its own, and their matrix."""

from __future__ import annotations

from rich.console import Console

from ndop.conformance.report import matrix
from ndop.conformance.report.results import RESULTS
from ndop.editions import EditionFolder
from ndop.system.layout import Layout
from ndop.system.parallel_editions import run_in_parallel


def run_every_edition(layout: Layout) -> int:
    """Run `ndop run` for each edition, write and print the matrix; the highest exit status.

    Everything must have been built.
    """
    editions = EditionFolder.of(layout).ids()
    for edition in editions:
        (layout.report / edition / RESULTS).unlink(missing_ok=True)  # of an earlier run
    runs = run_in_parallel(["run"], editions, layout.root, layout.report)
    console = Console(highlight=False, soft_wrap=True)
    for run in runs:
        if run.status != 0:
            console.print(f"{run.edition}: {run.output}", markup=False)
    results = matrix.read(layout.report, [run.edition for run in runs])
    matrix.print_matrix(results, console)
    console.print(f"Report: {matrix.write(results, layout.report)}", markup=False)
    return max(run.status or 0 for run in runs)
