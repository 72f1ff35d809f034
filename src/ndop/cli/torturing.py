"""ndop torture: faults under load, and whether anything that was acknowledged is lost."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from ndop.assurance.torture import report
from ndop.assurance.torture.plan import STORES, Plan, faults_of
from ndop.assurance.torture.run import Round, TortureResult
from ndop.assurance.torture.run import torture as torture_store
from ndop.cli.options import EditionOption
from ndop.editions import DEFAULT_EDITION
from ndop.editions.installed import load_edition
from ndop.server import postgresql
from ndop.server.assembly import build_all
from ndop.system.errors import MissingToolError
from ndop.system.layout import checkout
from ndop.system.progress import Progress

#: Columns of the table outside a terminal, so that nothing is cut off.
_WIDTH = 160


def torture(
    edition: EditionOption = DEFAULT_EDITION,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds for each store.")] = 100,
    store: Annotated[
        list[str] | None,
        typer.Option(help="h2 or postgresql; by default both, where PostgreSQL is installed."),
    ] = None,
    faults: Annotated[
        list[str] | None,
        typer.Option("--faults", help="Only this fault, such as kill-server; may be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same faults.")] = 0,
    connections: Annotated[int, typer.Option(min=1, max=32, help="Connections of the load.")] = 4,
) -> None:
    """Hurt server and database under load, and look for what was acknowledged and is lost."""
    stores = _stores(store)
    chosen = [name for one in faults or [] for name in one.split(",")]
    known = {name for one in stores for name in faults_of(one)}
    for name in chosen:
        if name not in known:
            raise typer.BadParameter(
                f"--faults: expected one of {', '.join(sorted(known))}; found {name}"
            )
    if chosen:
        stores = [one for one in stores if not set(chosen).isdisjoint(faults_of(one))]
    layout, progress = checkout(), Progress()
    facts = load_edition(edition)
    build_all(layout, progress)
    folder = layout.report / edition
    results: list[TortureResult] = []
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _WIDTH
    for one in stores:
        plan = Plan(edition, one, rounds, seed, tuple(chosen), connections)
        progress.message(f"Torturing {edition} over {one}: {rounds} rounds")

        def show(finished: Round) -> None:
            progress.message(report.line(finished, rounds))

        result = torture_store(layout, facts, plan, folder / f"torture-{one}.jsonl", show)
        results.append(result)
        if result.interruption is not None:
            break
    console.print(report.table(results))
    for result in results:
        for text in report.lines(result):
            console.print(text, markup=False)
        if result.violations:
            console.print(f"What it stored: {folder / f'torture-{result.plan.store}'}")
    console.print(f"Report: {report.write(results, folder)}")
    for result in results:
        if result.interruption is not None:
            raise result.interruption
    if any(result.violations for result in results):
        raise typer.Exit(1)


def _stores(asked: list[str] | None) -> list[str]:
    for one in asked or []:
        if one not in STORES:
            raise typer.BadParameter(f"--store: expected one of {', '.join(STORES)}; found {one}")
    if asked:
        return list(dict.fromkeys(asked))
    try:
        postgresql.programs()
    except MissingToolError:
        return ["h2"]
    return list(STORES)
