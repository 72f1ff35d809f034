"""ndop parity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ndop.assurance.corpus import COUNT, SEED
from ndop.assurance.parity import page
from ndop.assurance.parity.profile_verdicts import require_published
from ndop.assurance.parity.run import is_complete, run
from ndop.cli.options import EditionsOption
from ndop.editions.installed import load_editions
from ndop.server.assembly import build_all
from ndop.system.layout import checkout
from ndop.system.progress import Progress


def parity(
    edition: EditionsOption = None,
    seed: Annotated[int, typer.Option(help="Another seed gives another corpus.")] = SEED,
    count: Annotated[int, typer.Option(min=1, help="Number of Consents for each edition.")] = COUNT,
    write: Annotated[
        bool, typer.Option("--write", help="Write docs/parity.md from the numbers.")
    ] = False,
    published: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The published profiles, a folder for each edition (docs/parity.md says where to "
            "get them); by default NDOP_PUBLISHED, else ../shared/reference.",
        ),
    ] = None,
) -> None:
    """Compare the verdicts of published and generated profiles, of server and validator."""
    layout, progress = checkout(), Progress()
    if published is not None:
        layout = replace(layout, published_folder=published.resolve())
    complete = is_complete(edition, count, seed)
    if write and not complete:
        raise typer.BadParameter(
            "--write goes without --edition, --seed and --count: the page has every edition"
        )
    editions = load_editions(edition)
    require_published(layout, editions)
    build_all(layout, progress)
    outcome = run(layout, editions, progress, count=count, seed=seed, complete=complete)
    console = Console(highlight=False, soft_wrap=True)
    for line in outcome.lines():
        console.print(line, markup=False)
    if write:
        page.write(layout, outcome.page())
    elif complete:
        page.check(layout, outcome.page())
    if outcome.failed:
        raise typer.Exit(1)
