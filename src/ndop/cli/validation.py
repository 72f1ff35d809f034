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
from ndop.validation.formats import FORMATS, FormatName, Summary
from ndop.validation.reading import STDIN, files_of


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
    summary = Summary()
    with (
        Validator(facts, profile=profile, server=server, progress=progress) as validator,
        progress.measured("Validating", _bytes_of(paths)) as told,
    ):
        written = FORMATS[output](sys.stdout, facts)
        for result in validator.check_paths(paths, told=told):
            summary.count(result)
            written.write(result)
        written.end(summary)
    progress.say(str(summary))
    raise typer.Exit(_status(summary, fail_on))


def _status(summary: Summary, fail_on: FailOn) -> int:
    if summary.unchecked or not summary.valid + summary.invalid:
        return 2
    return int(summary.invalid > 0 or (fail_on == FailOn.WARNING and summary.warnings > 0))


def _bytes_of(paths: list[str]) -> int | None:
    """How many bytes there are to read; None where nobody can know."""
    if STDIN in paths:
        return None
    files = [file for file in files_of(paths) if isinstance(file, str)]
    return sum(Path(file).stat().st_size for file in files if Path(file).is_file())
