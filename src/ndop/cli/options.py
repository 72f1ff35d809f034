"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

EditionOption = Annotated[
    str, typer.Option(help="Edition, the name of a file in profiles/editions.")
]
EditionsOption = Annotated[
    list[str] | None,
    typer.Option("--edition", help="Only this edition; may be repeated. By default, all."),
]
