"""ndop certificates: for trying mutual TLS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ndop.cli.options import STATUSES
from ndop.server import certificates
from ndop.system.progress import Progress

_EXAMPLE = f"Example: ndop certificates init /tmp/tls. {STATUSES}"

app = typer.Typer(
    help="Certificates for trying mutual TLS.",
    epilog=_EXAMPLE,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _group() -> None:
    """Certificates for trying mutual TLS."""


@app.command("init", epilog=_EXAMPLE)
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long they are valid.")] = 365,
) -> None:
    """Make a test authority, a server and two client certificates, and the list of clients."""
    made = certificates.init(folder, days)
    Progress().say(
        f"Certificates: {made.folder}. Serve with 'ndop serve --tls {made.folder}'; call with "
        f"curl --cacert {made.authority} --cert {made.of('client-1')[0]} "
        f"--key {made.of('client-1')[1]}"
    )
