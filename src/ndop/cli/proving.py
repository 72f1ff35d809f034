"""ndop prove: faults seeded in front of our server, and whether the suite catches them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ndop.cli.options import build_everything, load_edition
from ndop.conformance import accounting, requirements
from ndop.editions import Edition, EditionFolder
from ndop.faults.catalogue import faults_of, rows_without_fault
from ndop.faults.model import Fault
from ndop.faults.parts import Part
from ndop.faults.prove import Proof
from ndop.faults.prove import prove as prove_faults
from ndop.layout import checkout
from ndop.progress import Progress


def prove(
    edition: Annotated[
        list[str] | None, typer.Option(help="Only this edition; may be repeated.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only faults of this requirement; may be repeated.")
    ] = None,
    part: Annotated[
        str, typer.Option(help="Only a part of each edition's faults, such as 2/4.")
    ] = "1/1",
    workers: Annotated[int, typer.Option(min=1, max=3, help="How many editions at once.")] = 2,
) -> None:
    """Seed each fault in front of our server: a test of its own requirement must catch it."""
    layout, progress = checkout(), Progress.in_lines()
    folder = EditionFolder.of(layout)
    editions = [load_edition(layout, one) for one in edition or folder.ids()]
    register = requirements.read(layout.requirements)
    faults = {one.id: _chosen(faults_of(one, register), only or [], part) for one in editions}
    if not any(faults.values()):
        raise typer.BadParameter(f"--only, --part: no fault is of {', '.join(only or [])} {part}")
    tests = accounting.collect(layout)
    without = [
        f"{one.id}: {row}"
        for one in editions
        for row in rows_without_fault(one, register, tests)
        if not only
    ]
    build_everything(layout, progress)
    console, lock = Console(highlight=False, soft_wrap=True), threading.Lock()

    def tell(proof: Proof) -> None:
        with lock:
            console.print(told(proof), markup=False)

    def prove_one(one: Edition) -> list[Proof]:
        return prove_faults(layout, one, faults[one.id], tell, progress)

    with ThreadPoolExecutor(workers) as pool:
        proofs = [proof for found in pool.map(prove_one, editions) for proof in found]
    console.print(_totals(proofs))
    for row in without:
        console.print(f"no fault breaks {row}", markup=False)
    if without or not all(proof.holds for proof in proofs):
        raise typer.Exit(1)


def told(proof: Proof) -> str:
    """A line for a proof: whether it holds, the fault, its requirements, the tests."""
    fault = f"{proof.fault.requirement} {proof.fault.name} ({proof.edition})"
    if proof.holds:
        return f"caught: {fault}: {', '.join(proof.caught_by)}"
    others = f"caught only by {', '.join(proof.others)}" if proof.others else "caught by nothing"
    own = [*proof.passed_by, *(f"{one} (skipped)" for one in proof.skipped)]
    return f"NOT CAUGHT: {fault}: {others}; tests of its own: {', '.join(own) or 'none'}"


def _chosen(faults: Sequence[Fault], only: Sequence[str], part: str) -> list[Fault]:
    try:
        chosen = Part.parse(part)
    except ValueError as error:
        raise typer.BadParameter(f"--part: {error}") from error
    return chosen.take([one for one in faults if not only or one.requirement in only])


def _totals(proofs: Sequence[Proof]) -> Table:
    table = Table(title="Seeded faults", box=box.SIMPLE_HEAD)
    table.add_column("edition")
    for heading in ("faults", "requirements", "caught by their own test", "missed"):
        table.add_column(heading, justify="right")
    for edition in dict.fromkeys(proof.edition for proof in proofs):
        own = [proof for proof in proofs if proof.edition == edition]
        rows = {proof.fault.requirement for proof in own}
        caught = sum(proof.holds for proof in own)
        table.add_row(edition, *map(str, (len(own), len(rows), caught, len(own) - caught)))
    return table
