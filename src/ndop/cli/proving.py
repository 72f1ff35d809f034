"""ndop prove."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ndop.assurance.mutation import proof as proofs_of
from ndop.assurance.mutation.catalogue import faults_of, rows_without_fault
from ndop.assurance.mutation.model import Fault
from ndop.assurance.mutation.parts import Part
from ndop.assurance.mutation.proof import Proof, blind_tests
from ndop.cli.options import EditionsOption
from ndop.conformance.coverage import register_coverage
from ndop.conformance.register import requirements
from ndop.editions import Edition
from ndop.editions.installed import load_editions
from ndop.server.assembly import build_all
from ndop.system.layout import Layout, checkout
from ndop.system.parallel_editions import run_in_parallel
from ndop.system.progress import Progress

#: The part that is every fault.
_ALL = "1/1"
#: The file of an edition's proofs in its folder of build/proof.
PROOFS = "proofs.json"


def prove(
    edition: EditionsOption = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only faults of this requirement; may be repeated.")
    ] = None,
    part: Annotated[
        str, typer.Option(help="Only a part of each edition's faults, such as 2/7.")
    ] = _ALL,
) -> None:
    """Seed faults in the server's responses: a test of the requirement must catch each."""
    layout, progress, only = checkout(), Progress(), only or []
    editions = load_editions(edition)
    register = requirements.read(layout.requirements)
    faults = {one.id: _chosen(faults_of(one, register), only, part) for one in editions}
    editions = [one for one in editions if faults[one.id]]
    if not editions:
        raise typer.BadParameter(f"--only, --part: no fault is of {', '.join(only)} {part}")
    tests = [] if only else register_coverage.collect(layout)
    without = [
        f"{one.id}: {row}" for one in editions for row in rows_without_fault(one, register, tests)
    ]
    build_all(layout, progress)
    for one in editions:
        _file(layout, one).unlink(missing_ok=True)  # of an earlier proof
    if len(editions) == 1:
        (one,) = editions
        proofs_of.write(proofs_of.prove(layout, one, faults[one.id], progress), _file(layout, one))
    else:
        chosen = [f"--part={part}", *(f"--only={row}" for row in only)]
        _prove_in_parallel(layout, editions, chosen)
    proofs = {one.id: proofs_of.read(_file(layout, one)) for one in editions}
    of_every_fault = not only and part == _ALL
    unproved = [f"no fault breaks {row}" for row in without] + [
        f"{one}: no fault makes {test} fail"
        for one, own in proofs.items()
        for test in blind_tests(own)
        if of_every_fault
    ]
    _tell([proof for own in proofs.values() for proof in own], unproved)
    if unproved or not all(proof.holds for own in proofs.values() for proof in own):
        raise typer.Exit(1)


def told(proof: Proof) -> str:
    """A line for a proof: whether it holds, the requirement, the fault, the tests."""
    fault = f"{proof.requirement} {proof.fault} ({proof.edition})"
    if proof.holds:
        return f"caught: {fault}: {', '.join(proof.caught_by)}"
    others = f"caught only by {', '.join(proof.others)}" if proof.others else "caught by nothing"
    own = [*proof.passed_by, *(f"{one} (skipped)" for one in proof.skipped)]
    return f"NOT CAUGHT: {fault}: {others}; tests of its own: {', '.join(own) or 'none'}"


def _file(layout: Layout, edition: Edition) -> Path:
    return layout.proof / edition.id / PROOFS


def _chosen(faults: Sequence[Fault], only: Sequence[str], part: str) -> list[Fault]:
    try:
        chosen = Part.parse(part)
    except ValueError as error:
        raise typer.BadParameter(f"--part: {error}") from error
    return chosen.take([one for one in faults if not only or one.requirement in only])


def _prove_in_parallel(layout: Layout, editions: Sequence[Edition], chosen: Sequence[str]) -> None:
    """A process an edition. Exits with 2 where one could not do its work."""
    ids = [one.id for one in editions]
    runs = run_in_parallel(["prove", *chosen], ids, layout.root, layout.proof)
    broken = [run for run in runs if not (layout.proof / run.edition / PROOFS).exists()]
    for run in broken:
        typer.echo(f"{run.edition}: {run.output}", err=True)
    if broken:
        raise typer.Exit(2)


def _tell(proofs: Sequence[Proof], unproved: Sequence[str]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for proof in proofs:
        console.print(told(proof), markup=False)
    console.print(_totals(proofs))
    for sentence in unproved:
        console.print(sentence, markup=False)


def _totals(proofs: Sequence[Proof]) -> Table:
    table = Table(title="Seeded faults", box=box.SIMPLE_HEAD)
    table.add_column("edition")
    for heading in ("faults", "requirements", "caught by their own test", "missed"):
        table.add_column(heading, justify="right")
    for edition in dict.fromkeys(proof.edition for proof in proofs):
        own = [proof for proof in proofs if proof.edition == edition]
        rows = {proof.requirement for proof in own}
        caught = sum(proof.holds for proof in own)
        table.add_row(edition, *map(str, (len(own), len(rows), caught, len(own) - caught)))
    return table
