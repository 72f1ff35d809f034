"""ndop validate."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ndop.cli.options import EditionOption
from ndop.editions import DEFAULT_EDITION
from ndop.editions.installed import load_edition
from ndop.system.progress import Progress
from ndop.validation import Validator
from ndop.validation.findings import ResultCounts
from ndop.validation.formatters import FORMATTERS, FormatName
from ndop.validation.source_reader import STDIN, find_files


class FailOn(StrEnum):
    """The lowest severity of a finding that makes the exit status 1."""

    ERROR = "error"
    WARNING = "warning"


def validate(
    paths: Annotated[
        list[str],
        typer.Argument(help="Files, folders, globs, or - for standard input: JSON, XML, NDJSON."),
    ],
    edition: EditionOption = DEFAULT_EDITION,
    profile: Annotated[
        str | None, typer.Option(help="Id or URL of another profile than that of Consents.")
    ] = None,
    server: Annotated[
        str | None, typer.Option(help="FHIR base URL of a server whose $validate is used instead.")
    ] = None,
    output: Annotated[
        FormatName, typer.Option("--format", help="The format of the findings.")
    ] = FormatName.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print findings only.")] = False,
    fail_on: Annotated[
        FailOn, typer.Option(help="The lowest severity that makes the exit status 1.")
    ] = (FailOn.ERROR),
) -> None:
    """Validate Consents, alone or in Bundles, as a server of the edition would."""
    progress = Progress.silent() if quiet else Progress()
    facts = load_edition(edition)
    counts = ResultCounts()
    with (
        Validator(facts, profile=profile, server=server, progress=progress) as validator,
        progress.track_bytes("Validating", _bytes_of(paths)) as on_read,
    ):
        formatter = FORMATTERS[output](sys.stdout, facts)
        for result in validator.check_paths(paths, on_read=on_read):
            counts.add(result)
            formatter.write(result)
        formatter.end(counts)
    progress.message(str(counts))
    raise typer.Exit(_status(counts, fail_on))


def _status(counts: ResultCounts, fail_on: FailOn) -> int:
    if counts.unchecked or not counts.valid + counts.invalid:
        return 2
    return int(counts.invalid > 0 or (fail_on == FailOn.WARNING and counts.warnings > 0))


def _bytes_of(paths: list[str]) -> int | None:
    """How many bytes there are to read; None where that cannot be known."""
    if STDIN in paths:
        return None
    files = [file for file in find_files(paths) if isinstance(file, str)]
    return sum(Path(file).stat().st_size for file in files if Path(file).is_file())
