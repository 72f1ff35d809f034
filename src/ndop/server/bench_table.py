"""The results of `ndop bench` as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from ndop.server.bench import Throughput

#: Columns of the table outside a terminal, so that nothing is cut off.
_WIDTH = 120
_TEXT_COLUMNS = ("request", "server")
_NUMBER_COLUMNS = ("number", "per second (median)", "lowest", "highest", "median ms", "ratio")


def show(results: Iterable[Sequence[Throughput]]) -> None:
    """Print a row for each kind of request and server; ratios are to the first server."""
    table = Table(box=box.SIMPLE_HEAD)
    for heading in _TEXT_COLUMNS:
        table.add_column(heading)
    for heading in _NUMBER_COLUMNS:
        table.add_column(heading, justify="right")
    for of_kind in results:
        for one in of_kind:
            table.add_row(
                one.name,
                one.server,
                str(one.requests),
                f"{one.median_per_second:.0f}",
                f"{one.lowest_per_second:.0f}",
                f"{one.highest_per_second:.0f}",
                f"{one.median_milliseconds:.1f}",
                f"{one.median_per_second / of_kind[0].median_per_second:.2f}",
            )
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(table)
