"""ndop sbom: what ndop-fhir is made of, under which licences, and what is known of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ndop.release import bom, licences, vulnerabilities
from ndop.release.bom import Component
from ndop.system.layout import checkout
from ndop.system.progress import Progress


def sbom(
    output: Annotated[
        Path | None, typer.Option(help="Folder for the bills; by default build/sbom.")
    ] = None,
    look_up: Annotated[
        bool, typer.Option("--vulnerabilities", help="Ask a database what is known of each part.")
    ] = False,
    database: Annotated[
        str, typer.Option(help="Base URL of a database in the form of OSV.")
    ] = vulnerabilities.DATABASE,
) -> None:
    """List the parts of both languages (CycloneDX), and check their licences."""
    layout, progress = checkout(), Progress()
    files = bom.write(layout, output or layout.bills, progress)
    parts = {file: bom.read_components(file) for file in files}
    console = Console(highlight=False, soft_wrap=True)
    for file, listed in parts.items():
        console.print(f"{file}: {len(listed)} components", markup=False)
    everything = [one for listed in parts.values() for one in listed]
    policy = licences.read()
    violations = policy.violations(everything)
    counts = Counter(" or ".join(policy.licences_of(one)) for one in everything)
    for licence, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        console.print(f"{count:5} {licence or 'none named'}", markup=False)
    for violation in violations:
        console.print(violation, markup=False)
    found = _looked_up(everything, database, console, progress) if look_up else 0
    if violations or found:
        raise typer.Exit(1)


def _looked_up(
    components: list[Component], database: str, console: Console, progress: Progress
) -> int:
    with progress.step(f"Asking {database}"):
        found = vulnerabilities.find_vulnerabilities(components, database)
    for one in found:
        names = " ".join((one.id, *one.aliases))
        console.print(f"{one.component.purl}: {names}: {one.summary}", markup=False)
    console.print(f"{len(found)} vulnerabilities known of {len(components)} parts", markup=False)
    return len(found)
