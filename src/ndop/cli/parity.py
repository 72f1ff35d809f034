"""ndop parity: the same verdict as the published profiles, over a corpus of mutated Consents."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from ndop.editions import EditionFolder
from ndop.errors import OutOfDateError
from ndop.java import modules
from ndop.layout import Layout, checkout
from ndop.parity import page, verdicts
from ndop.parity.mutations import COUNT, SEED, corpus
from ndop.parity.verdicts import Parity
from ndop.profiles import build as profiles
from ndop.progress import Progress

_SHOWN = 20


def parity(
    edition: Annotated[str | None, typer.Option(help="One edition; by default every one.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives another corpus.")] = SEED,
    count: Annotated[int, typer.Option(min=1, help="Consents for each edition.")] = COUNT,
    write: Annotated[
        bool, typer.Option("--write", help="Write docs/parity.md from the numbers.")
    ] = False,
) -> None:
    """Compare verdicts of the published and the generated profiles over mutated Consents."""
    layout, progress = checkout(), Progress()
    folder = EditionFolder.of(layout)
    whole = edition is None and seed == SEED and count == COUNT
    if write and not whole:
        raise typer.BadParameter("--write goes with no other option: the page has every edition")
    verdicts.insist_on_published(layout)
    editions = folder.load_all() if edition is None else [folder.load(edition)]
    profiles.build_if_stale(layout, folder.load_all(), progress)
    modules.build(layout, [modules.TOOLKIT], progress)
    with progress.step(f"Judging {count} Consents for each edition"):
        corpora = [(one, corpus(one, count=count, seed=seed)) for one in editions]
        outcomes = verdicts.judge(layout, corpora)
    console = Console(highlight=False, soft_wrap=True)
    failed = [_told(outcome, console, unused=whole) for outcome in outcomes.values()]
    if whole:
        _compare_page(layout, page.render(outcomes.values(), seed), write=write)
    if any(failed):
        raise typer.Exit(1)


def _told(outcome: Parity, console: Console, *, unused: bool) -> bool:
    """Print the outcome; whether it failed. A small corpus need not use every explanation."""
    console.print(
        f"{outcome.edition}: {len(outcome.judged)} Consents, "
        f"{sum(one.generated_accepts for one in outcome.judged)} of them valid; "
        f"{len(outcome.unexplained)} verdicts without an explanation",
        markup=False,
    )
    for one in outcome.unexplained[:_SHOWN]:
        console.print(f"  {one}", markup=False)
    if len(outcome.unexplained) > _SHOWN:
        console.print(f"  … and {len(outcome.unexplained) - _SHOWN} more", markup=False)
    idle = outcome.unused if unused else []
    for entry in idle:
        console.print(f"  explains nothing: {entry.because}: {entry.why}", markup=False)
    return bool(outcome.unexplained or idle)


def _compare_page(layout: Layout, text: str, *, write: bool) -> None:
    if write:
        layout.parity_page.write_text(text, encoding="utf-8")
    elif layout.parity_page.read_text(encoding="utf-8") != text:
        raise OutOfDateError(
            f"{layout.parity_page}: the numbers differ from those of this run. "
            "Run 'ndop parity --write' and commit what it writes."
        )
