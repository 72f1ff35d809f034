"""ndop sbom: the components of ndop-fhir, their licences and known vulnerabilities."""

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
        Path | None, typer.Option(help="Folder to write to; by default build/sbom.")
    ] = None,
    look_up: Annotated[
        bool,
        typer.Option("--vulnerabilities", help="Look up known vulnerabilities of each component."),
    ] = False,
    database: Annotated[
        str, typer.Option(help="Base URL of a database with the API of OSV.")
    ] = vulnerabilities.DATABASE,
) -> None:
    """List all components of both languages (CycloneDX) and check their licences."""
    layout, progress = checkout(), Progress()
    files = bom.write(layout, output or layout.bills, progress)
    listed_components = {file: bom.read_components(file) for file in files}
    console = Console(highlight=False, soft_wrap=True)
    for file, listed in listed_components.items():
        console.print(f"{file}: {len(listed)} components", markup=False)
    everything = [one for listed in listed_components.values() for one in listed]
    policy = licences.read()
    violations = policy.violations(everything)
    counts = Counter(" or ".join(policy.licences_of(one)) for one in everything)
    for licence, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        console.print(f"{count:5} {licence or 'none stated'}", markup=False)
    for violation in violations:
        console.print(violation, markup=False)
    found = _print_vulnerabilities(everything, database, console, progress) if look_up else 0
    if violations or found:
        raise typer.Exit(1)


def _print_vulnerabilities(
    components: list[Component], database: str, console: Console, progress: Progress
) -> int:
    with progress.step(f"Looking up vulnerabilities at {database}"):
        found = vulnerabilities.find_vulnerabilities(components, database)
    for one in found:
        names = " ".join((one.id, *one.aliases))
        console.print(f"{one.component.purl}: {names}: {one.summary}", markup=False)
    console.print(
        f"{len(found)} known vulnerabilities in {len(components)} components", markup=False
    )
    return len(found)
