"""ndop uphold: apply opt-outs to a file of NHS numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ndop.cli.options import EditionOption
from ndop.editions import DEFAULT_EDITION, Coding, Edition
from ndop.editions.installed import load_edition
from ndop.upholding.atomic_file import atomic_copy
from ndop.upholding.mesh import write_message
from ndop.upholding.opt_out_lookup import OptOutLookup
from ndop.upholding.result_cache import ResultCache
from ndop.upholding.uphold import ProgressCallback
from ndop.upholding.uphold import uphold as uphold_file

_HOUR = 3600
_SECONDS = 30.0


def uphold(
    source: Annotated[Path, typer.Argument(help="File with 'NHS number,' and LF on each line.")],
    output: Annotated[Path, typer.Option(help="File to write, without the opted-out numbers.")],
    server: Annotated[
        str | None, typer.Option(help="Base URL of the server to look each number up on.")
    ] = None,
    edition: EditionOption = DEFAULT_EDITION,
    purpose: Annotated[
        str | None,
        typer.Option(help="Code of the purpose; required if the edition has several."),
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option(help="Header to send, as 'Name: value'; may be repeated.")
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Requests in parallel.")] = 8,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse numbers with a wrong check digit.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option(help="Folder of earlier results to reuse for some hours.")
    ] = None,
    hours: Annotated[
        float, typer.Option(min=0, help="How long a result in --keep is reused.")
    ] = 24.0,
    mesh_from: Annotated[
        str | None,
        typer.Option(
            help="Your MESH mailbox: address the file to the service instead of using a server."
        ),
    ] = None,
) -> None:
    """Remove opted-out NHS numbers from a file, or address the file to the service."""
    facts = load_edition(edition)
    if (server is None) == (mesh_from is None):
        raise typer.BadParameter("expected --server URL, or --mesh-from MAILBOX, and not both")
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if mesh_from is not None:
        control = write_message(source, output, facts.upholding, mesh_from, strict=strict)
        console.print(f"For MESH: {output} and {control}", markup=False)
        return
    assert server is not None
    coding = _purpose(facts, purpose)
    cache = ResultCache(keep, hours * _HOUR) if keep else None
    key = cache.key(source, server, facts.id, coding.code, str(strict)) if cache else ""
    if cache and (cached := cache.get(key)) and not output.exists():
        atomic_copy(cached, output)
        console.print(f"{output}: reused a result less than {hours:g} hours old", markup=False)
        return
    with _progress_display(console) as on_progress, httpx.Client(timeout=_SECONDS) as http:
        http.headers.update(_headers(header or []))
        look_up = OptOutLookup(facts, coding, server, http, at_once).opted_out
        result = uphold_file(source, output, look_up, on_progress, strict=strict)
    if cache:
        cache.put(key, output)
    removed = result.numbers - result.kept
    console.print(
        f"{output}: {result.kept} of {result.numbers} numbers, {removed} removed", markup=False
    )


def _purpose(edition: Edition, code: str | None) -> Coding:
    codings = {coding.code: coding for coding in edition.purpose_codings()}
    if code is None and len(codings) == 1:
        return next(iter(codings.values()))
    if code not in codings:
        expected = " or ".join(f"{one.code} ({one.display})" for one in codings.values())
        raise typer.BadParameter(f"--purpose: expected {expected}; found {code or 'none'}")
    return codings[code]


def _headers(lines: list[str]) -> dict[str, str]:
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise typer.BadParameter(f"--header: expected 'Name: value', found {name!r}")
        headers[name.strip()] = value.strip()
    return headers


@contextmanager
def _progress_display(console: Console) -> Iterator[ProgressCallback]:
    """A bar in a terminal, elsewhere a line for each tenth."""
    if not console.is_terminal:
        tenths = 0

        def print_tenth(done: int, numbers: int) -> None:
            nonlocal tenths
            if done * 10 // numbers > tenths:
                tenths = done * 10 // numbers
                console.print(f"{done} of {numbers} numbers", markup=False)

        yield print_tenth
        return
    columns = (TextColumn("NHS numbers"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, numbers: progress.update(task, completed=done, total=numbers)
