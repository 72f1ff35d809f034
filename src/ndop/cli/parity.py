"""ndop parity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from ndop.assurance.parity import page, served, verdicts
from ndop.assurance.parity.mutations import COUNT, SEED, Mutated, corpus
from ndop.assurance.parity.served import Served
from ndop.assurance.parity.verdicts import Parity
from ndop.cli.options import EditionsOption
from ndop.editions import Edition
from ndop.editions.installed import load_editions
from ndop.java import modules
from ndop.server import process
from ndop.server.assembly import build_all
from ndop.server.process import ServerPlan
from ndop.system.errors import OutOfDateError
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress
from ndop.validation import Validator

_SHOWN = 20


def parity(
    edition: EditionsOption = None,
    seed: Annotated[int, typer.Option(help="Another seed gives another corpus.")] = SEED,
    count: Annotated[int, typer.Option(min=1, help="Consents for each edition.")] = COUNT,
    write: Annotated[
        bool, typer.Option("--write", help="Write docs/parity.md from the numbers.")
    ] = False,
) -> None:
    """Compare the verdicts of published and generated profiles, of server and validator."""
    layout, progress = checkout(), Progress()
    whole = not edition and seed == SEED and count == COUNT
    if write and not whole:
        raise typer.BadParameter("--write goes with no other option: the page has every edition")
    verdicts.insist_on_published(layout)
    editions = load_editions(edition)
    build_all(layout, progress)
    modules.build(layout, [modules.TOOLKIT], progress)
    with progress.step(f"Judging {count} Consents for each edition"):
        corpora = [(one, corpus(one, count=count, seed=seed)) for one in editions]
        outcomes = verdicts.judge(layout, corpora)
    answered = {one.id: _asked(layout, one, mutated, progress) for one, mutated in corpora}
    console = Console(highlight=False, soft_wrap=True)
    failed = [_told(outcome, console, unused=whole) for outcome in outcomes.values()]
    failed += [_told_of_server(name, answers, console) for name, answers in answered.items()]
    if whole:
        _compare_page(layout, page.render(outcomes.values(), answered, seed), write=write)
    if any(failed):
        raise typer.Exit(1)


def _asked(
    layout: Layout, edition: Edition, mutated: Sequence[Mutated], progress: Progress
) -> list[Served]:
    """What a server of the edition and the validator say of the corpus."""
    with (
        process.running(layout, ServerPlan(edition.id), progress) as server,
        Validator(edition, progress=progress) as validator,
        progress.step(f"Asking server and validator ({edition.id})"),
    ):
        return served.ask(edition, mutated, server.base_url, validator)


def _told_of_server(edition: str, answers: Sequence[Served], console: Console) -> bool:
    """Print where server and validator part; whether they do."""
    apart = [str(one) for one in answers if not one.agreed]
    bare = [f"{one.path}: {one.message}" for one in served.unexplained(answers)]
    console.print(
        f"{edition}: validator and server differ on {len(apart)}; "
        f"{len(bare)} findings without requirement or code",
        markup=False,
    )
    for told in [*apart[:_SHOWN], *bare[:_SHOWN]]:
        console.print(f"  {told}", markup=False)
    return bool(apart or bare)


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
