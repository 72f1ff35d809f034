"""ndop certificates init."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ndop.server import certificates
from ndop.system.progress import Progress


def init(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days of validity.")] = 365,
) -> None:
    """Create certificates for trying mutual TLS: authority, server, two clients.

    The folder also gets clients.txt, the allow list of the server.
    """
    created = certificates.init(folder, days)
    certificate, key = created.key_pair(certificates.CLIENTS[0])
    Progress().message(
        f"Certificates: {created.folder}. Serve with 'ndop serve --tls {created.folder}'; call "
        f"with curl --cacert {created.authority} --cert {certificate} --key {key}"
    )
