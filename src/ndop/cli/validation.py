"""ndop validate: is this resource right?"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ndop.cli.options import EditionOption, load_edition
from ndop.editions import DEFAULT_EDITION
from ndop.system.layout import checkout
from ndop.system.progress import Progress
from ndop.validation import Validator
from ndop.validation.findings import ResultCounts
from ndop.validation.formatters import FORMATTERS, FormatName
from ndop.validation.source_reader import STDIN, find_files


class FailOn(StrEnum):
    """From which severity on a finding makes the command end with 1."""

    ERROR = "error"
    WARNING = "warning"


def validate(
    paths: Annotated[
        list[str],
        typer.Argument(help="Files, folders, globs, or - for standard input: JSON, XML, NDJSON."),
    ],
    edition: EditionOption = DEFAULT_EDITION,
    profile: Annotated[
        str | None, typer.Option(help="Another profile than of Consents: its id or URL.")
    ] = None,
    server: Annotated[
        str | None, typer.Option(help="Ask this server's $validate instead; a FHIR base URL.")
    ] = None,
    output: Annotated[
        FormatName, typer.Option("--format", help="How findings are written.")
    ] = FormatName.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", help="Findings only.")] = False,
    fail_on: Annotated[FailOn, typer.Option(help="End with 1 from this severity on.")] = (
        FailOn.ERROR
    ),
) -> None:
    """Check Consents, also in Bundles, as a server of the edition would, without one."""
    progress = Progress.silent() if quiet else Progress()
    facts = load_edition(checkout(), edition)
    counts = ResultCounts()
    with (
        Validator(facts, profile=profile, server=server, progress=progress) as validator,
        progress.measured("Validating", _bytes_of(paths)) as on_read,
    ):
        formatter = FORMATTERS[output](sys.stdout, facts)
        for result in validator.check_paths(paths, on_read=on_read):
            counts.add(result)
            formatter.write(result)
        formatter.end(counts)
    progress.say(str(counts))
    raise typer.Exit(_status(counts, fail_on))


def _status(counts: ResultCounts, fail_on: FailOn) -> int:
    if counts.unchecked or not counts.valid + counts.invalid:
        return 2
    return int(counts.invalid > 0 or (fail_on == FailOn.WARNING and counts.warnings > 0))


def _bytes_of(paths: list[str]) -> int | None:
    """How many bytes there are to read; None where nobody can know."""
    if STDIN in paths:
        return None
    files = [file for file in find_files(paths) if isinstance(file, str)]
    return sum(Path(file).stat().st_size for file in files if Path(file).is_file())
