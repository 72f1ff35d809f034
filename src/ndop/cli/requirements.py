"""ndop requirements: the register, its tests and the last results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ndop.checks.project import register_problems_and_facts
from ndop.cli.options import EditionsOption
from ndop.conformance.coverage import tables
from ndop.conformance.coverage.register_coverage import (
    RowCoverage,
    collect,
    coverage,
    last_results,
)
from ndop.conformance.register import requirements as register_file
from ndop.editions import EditionFolder
from ndop.system.layout import Layout, checkout


class Format(StrEnum):
    """How the matrix is written."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"


_WRITERS: dict[Format, Callable[[Sequence[RowCoverage]], str]] = {
    Format.TEXT: tables.as_text,
    Format.CSV: tables.as_csv,
    Format.JSON: tables.as_json,
    Format.MARKDOWN: tables.as_markdown,
}


def requirements(
    area: Annotated[list[str] | None, typer.Option(help="Only this area; may be repeated.")] = None,
    level: Annotated[list[str] | None, typer.Option(help="Only SHALL, SHOULD or MAY.")] = None,
    edition: EditionsOption = None,
    form: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option(help="File to write; by default standard output.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only check that every row is accounted for.")
    ] = False,
) -> None:
    """Print each requirement with clause, element or interaction, tests and last result."""
    layout, console = checkout(), Console(stderr=True, highlight=False)
    if check:
        check_register(layout)
        return
    entries = _chosen(_coverage(layout), area or [], level or [], edition or [])
    if output is not None:
        output.write_text(_WRITERS[form](entries), encoding="utf-8")
    else:
        typer.echo(_WRITERS[form](entries), nl=False)
    console.print(tables.totals(entries))


def check_register(layout: Layout) -> None:
    """Print what is wrong with the register and its tests; exit with 1 where something is."""
    editions = EditionFolder.of(layout).load_all()
    found = list(register_problems_and_facts(layout, editions))
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in found:
        errors.print(str(problem), markup=False)
    if found:
        raise typer.Exit(1)
    errors.print("Every requirement is accounted for.", markup=False)


def _coverage(layout: Layout) -> list[RowCoverage]:
    register = register_file.read(layout.requirements)
    editions = EditionFolder.of(layout).load_all()
    return coverage(register, editions, collect(layout), last_results(layout, editions))


def _chosen(
    entries: Sequence[RowCoverage], areas: list[str], levels: list[str], editions: list[str]
) -> list[RowCoverage]:
    """The entries asked for. Raises BadParameter for what no entry has."""
    for name, asked, known in (
        ("--area", areas, {entry.area for entry in entries}),
        ("--level", levels, {entry.level for entry in entries}),
        ("--edition", editions, {entry.edition for entry in entries}),
    ):
        for one in asked:
            if one not in known:
                expected = ", ".join(sorted(known))
                raise typer.BadParameter(f"{name}: expected one of {expected}; found {one!r}")
    return [
        entry
        for entry in entries
        if (not areas or entry.area in areas)
        and (not levels or entry.level in levels)
        and (not editions or entry.edition in editions)
    ]
