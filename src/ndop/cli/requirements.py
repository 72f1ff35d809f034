"""ndop requirements: the register, its tests and the last results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ndop.cli.options import EditionsOption
from ndop.conformance.coverage import tables
from ndop.conformance.coverage.register_coverage import (
    Entry,
    account,
    collect,
    last_results,
    problems,
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


_REMEDY = (
    "A row needs a test of the suite that names it, or the project's own test (column shown_by), "
    "or the reason why none is possible (column not_testable)."
)

_WRITERS: dict[Format, Callable[[Sequence[Entry]], str]] = {
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
    entries = _chosen(_account(layout), area or [], level or [], edition or [])
    if output is not None:
        output.write_text(_WRITERS[form](entries), encoding="utf-8")
    else:
        typer.echo(_WRITERS[form](entries), nl=False)
    console.print(tables.totals(entries))


def check_register(layout: Layout) -> None:
    """Print what is wrong with the register and its tests; exit with 1 where something is."""
    register = register_file.read(layout.requirements)
    editions = EditionFolder.of(layout).load_all()
    found = problems(layout, register, editions, collect(layout))
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in found:
        errors.print(f"{layout.requirements.name}: {problem}", markup=False)
    if found:
        errors.print(_REMEDY)
        raise typer.Exit(1)
    errors.print(f"{len(register.rows)} requirements, each accounted for.", markup=False)


def _account(layout: Layout) -> list[Entry]:
    register = register_file.read(layout.requirements)
    editions = EditionFolder.of(layout).load_all()
    return account(register, editions, collect(layout), last_results(layout, editions))


def _chosen(
    entries: Sequence[Entry], areas: list[str], levels: list[str], editions: list[str]
) -> list[Entry]:
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
