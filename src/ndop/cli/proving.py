"""ndop prove."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from ndop.assurance.mutation import report
from ndop.assurance.mutation.run import Selection, run, select
from ndop.assurance.mutation.shards import Shard
from ndop.cli.options import EditionsOption
from ndop.editions.installed import load_editions
from ndop.server.assembly import build_all
from ndop.system.layout import checkout
from ndop.system.progress import Progress


def prove(
    edition: EditionsOption = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only faults of this requirement; may be repeated.")
    ] = None,
    shard: Annotated[
        str,
        typer.Option(
            "--shard", "--part", help="Only a shard of each edition's faults, such as 2/7."
        ),
    ] = "1/1",
) -> None:
    """Seed faults in the server's responses: a test of the requirement must catch each."""
    layout, progress = checkout(), Progress()
    editions = load_editions(edition)
    try:
        selection = Selection(only or (), Shard.parse(shard))
    except ValueError as error:
        raise typer.BadParameter(f"--shard: {error}") from error
    faults = select(layout, editions, selection)
    if not faults:
        raise typer.BadParameter(f"no fault matches {' '.join(selection.arguments())}")
    build_all(layout, progress)
    outcome = run(layout, editions, faults, selection, progress)
    console = Console(highlight=False, soft_wrap=True)
    for result in outcome.results:
        console.print(report.line(result), markup=False)
    console.print(report.totals(outcome.results))
    for sentence in outcome.unproved:
        console.print(sentence, markup=False)
    if outcome.failed:
        raise typer.Exit(1)
