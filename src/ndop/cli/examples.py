"""ndop examples and ndop examples new."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ndop.cli.options import EditionOption, EditionsOption
from ndop.consents import with_id
from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.editions import DEFAULT_EDITION
from ndop.editions.installed import load_edition, load_editions
from ndop.examples.files import examples_of, files_of, write
from ndop.examples.new_consent import new_consent
from ndop.examples.recordings import Recordings
from ndop.system.errors import ConsentError
from ndop.system.layout import checkout


class Decision(StrEnum):
    """What the patient, or a proxy, decided."""

    OPT_OUT = "opt-out"
    SHARE = "share"


class OutputFormat(StrEnum):
    """The format of a resource."""

    JSON = "json"
    XML = "xml"


def examples(
    edition: EditionsOption = None,
    kind: Annotated[
        str | None, typer.Option(help="One kind, such as opt-out, change, search or invalid.")
    ] = None,
) -> None:
    """List the examples of the editions."""
    recordings = Recordings.read(checkout().recordings)
    rows = [
        (one.id, example.kind, f"{example.folder}/{name}", example.shows)
        for one in load_editions(edition)
        for example in examples_of(one, recordings)
        for name in files_of(example)
    ]
    kinds = sorted({row[1] for row in rows})
    if kind is not None and kind not in kinds:
        raise typer.BadParameter(f"expected one of {', '.join(kinds)}; found {kind!r}")
    _print([row for row in rows if kind in (None, row[1])])


def new(
    channel: Annotated[
        str, typer.Option(help="How the decision was made: a code of the edition, such as OP.")
    ],
    nhs_number: Annotated[str, typer.Option(help="The patient: ten digits.")],
    purpose: Annotated[
        str | None, typer.Option(help="Code of the purpose; required if the edition has several.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="Role of the proxy who decided; by default the patient did.")
    ] = None,
    decision: Annotated[Decision, typer.Option(help="What was decided.")] = Decision.OPT_OUT,
    date_time: Annotated[
        str | None, typer.Option(help="When, as 2026-01-31T09:30:00+00:00; by default now.")
    ] = None,
    consent_id: Annotated[
        str | None, typer.Option("--id", help="Id of the stored Consent that it updates.")
    ] = None,
    output_format: Annotated[
        OutputFormat | None,
        typer.Option("--format", help="By default as the name of the output file ends, or json."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write; by default standard output.")
    ] = None,
    edition: EditionOption = DEFAULT_EDITION,
) -> None:
    """Write a new Consent of an edition, ready to be sent."""
    consent = new_consent(
        load_edition(edition),
        nhs_number=nhs_number,
        channel=channel,
        purpose=purpose,
        role=role,
        opted_out=decision is Decision.OPT_OUT,
        date_time=date_time or datetime.now(UTC).isoformat(timespec="seconds"),
    )
    if consent_id is not None:
        consent = with_id(consent, consent_id)
    if not has_valid_check_digit(nhs_number):
        typer.echo(
            "The check digit of the NHS number is wrong: servers warn, strict ones refuse.",
            err=True,
        )
    named_xml = output is not None and output.suffix == ".xml"
    content = write(
        consent, (output_format or (OutputFormat.XML if named_xml else OutputFormat.JSON)).value
    )
    if output is None:
        sys.stdout.write(content.decode())
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise ConsentError(f"{output}: cannot be written ({error.strerror}).") from None


def _print(rows: list[tuple[str, str, str, str]]) -> None:
    """Print a table in a terminal, tab-separated lines elsewhere."""
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(row) + "\n" for row in rows)
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("edition", "kind", "file", "what it shows"):
        table.add_column(heading, no_wrap=heading in ("edition", "kind"), overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)
