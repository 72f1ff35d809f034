"""ndop requirements: the register, its tests and the last results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ndop.checks.run import check_register
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
from ndop.system.layout import checkout
from ndop.system.progress import Progress


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
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option(help="File to write; by default standard output.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only check register, tests, faults and facts.")
    ] = False,
) -> None:
    """List each requirement with its source, what it concerns, its tests and last result."""
    layout = checkout()
    if check:
        raise typer.Exit(0 if check_register(layout, Progress()) else 1)
    register = register_file.read(layout.requirements)
    editions = EditionFolder.of(layout).load_all()
    entries = _filtered(
        coverage(register, editions, collect(layout), last_results(layout, editions)),
        area or [],
        level or [],
        edition or [],
    )
    text = _WRITERS[form](entries)
    if output is not None:
        output.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)
    Console(stderr=True, highlight=False).print(tables.totals(entries))


def _filtered(
    entries: Sequence[RowCoverage], areas: list[str], levels: list[str], editions: list[str]
) -> list[RowCoverage]:
    """The entries that match. Raises BadParameter for a value that no entry has."""
    for option, requested, valid in (
        ("--area", areas, {entry.area for entry in entries}),
        ("--level", levels, {entry.level for entry in entries}),
        ("--edition", editions, {entry.edition for entry in entries}),
    ):
        for value in requested:
            if value not in valid:
                expected = ", ".join(sorted(valid))
                raise typer.BadParameter(f"{option}: expected one of {expected}; found {value!r}")
    return [
        entry
        for entry in entries
        if (not areas or entry.area in areas)
        and (not levels or entry.level in levels)
        and (not editions or entry.edition in editions)
    ]
