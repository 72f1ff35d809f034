"""ndop examples: the examples of the editions, and new ones."""

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

from ndop.cli.options import STATUSES, EditionOption, EditionsOption, load_edition, load_editions
from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.editions import DEFAULT_EDITION
from ndop.examples.asked_for import consent_asked_for
from ndop.examples.files import examples_of, files_of, write
from ndop.examples.recordings import Recordings
from ndop.system.errors import ConsentError
from ndop.system.layout import checkout

_LISTS = "Example: ndop examples --edition noom-draft"
_WRITES = "Example: ndop examples new --channel OP --nhs-number 9990000018"

app = typer.Typer(
    help="List the examples of the editions, or write a new one.",
    epilog=f"{_LISTS}. {STATUSES}",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Decision(StrEnum):
    """What a patient, or a proxy, decided."""

    OPT_OUT = "opt-out"
    SHARE = "share"


class Media(StrEnum):
    """How a resource is written."""

    JSON = "json"
    XML = "xml"


@app.callback(invoke_without_command=True)
def examples(
    context: typer.Context,
    edition: EditionsOption = None,
    kind: Annotated[
        str | None, typer.Option(help="One kind, such as opt-out, change, search or invalid.")
    ] = None,
) -> None:
    """List the examples of the editions, or write a new one."""
    if context.invoked_subcommand is not None:
        return
    layout = checkout()
    recordings = Recordings.read(layout.recordings)
    rows = [
        (one.id, example.kind, f"{example.folder}/{name}", example.shows)
        for one in load_editions(layout, edition)
        for example in examples_of(one, recordings)
        for name in files_of(example)
    ]
    kinds = sorted({row[1] for row in rows})
    if kind is not None and kind not in kinds:
        raise typer.BadParameter(f"expected one of {', '.join(kinds)}; found {kind!r}")
    _print([row for row in rows if kind in (None, row[1])])


@app.command("new", epilog=f"{_WRITES}. {STATUSES}")
def new(
    channel: Annotated[str, typer.Option(help="How it came: a code of the edition, such as OP.")],
    nhs_number: Annotated[str, typer.Option(help="The patient: ten digits.")],
    purpose: Annotated[
        str | None, typer.Option(help="What it is about; needed where the edition has several.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="The role of the proxy who decided; else the patient did.")
    ] = None,
    decision: Annotated[Decision, typer.Option(help="What was decided.")] = Decision.OPT_OUT,
    date_time: Annotated[
        str | None, typer.Option(help="When, as 2026-01-31T09:30:00+00:00; default now.")
    ] = None,
    consent_id: Annotated[
        str | None, typer.Option("--id", help="The id of the stored Consent that it changes.")
    ] = None,
    media: Annotated[
        Media | None, typer.Option("--format", help="Default: as the output's name ends, or json.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="A file to write; by default standard output.")
    ] = None,
    edition: EditionOption = DEFAULT_EDITION,
) -> None:
    """Write one Consent of an edition, ready to be sent."""
    consent = consent_asked_for(
        load_edition(checkout(), edition),
        nhs_number=nhs_number,
        channel=channel,
        purpose=purpose,
        role=role,
        opted_out=decision is Decision.OPT_OUT,
        date_time=date_time or datetime.now(UTC).isoformat(timespec="seconds"),
    )
    if consent_id is not None:
        consent = {"resourceType": consent["resourceType"], "id": consent_id, **consent}
    if not has_valid_check_digit(nhs_number):
        said = "The check digit of the NHS number is wrong: servers warn of it, strict ones refuse."
        Console(stderr=True, highlight=False, soft_wrap=True).print(said, markup=False)
    named_xml = output is not None and output.suffix == ".xml"
    content = write(consent, (media or (Media.XML if named_xml else Media.JSON)).value)
    if output is None:
        sys.stdout.write(content.decode())
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise ConsentError(f"{output}: cannot be written ({error.strerror}).") from None


def _print(rows: list[tuple[str, str, str, str]]) -> None:
    """A table for people, lines with tabs for pipes."""
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(row) + "\n" for row in rows)
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("edition", "kind", "file", "what it shows"):
        table.add_column(heading, no_wrap=heading in ("edition", "kind"), overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)
