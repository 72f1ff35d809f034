"""The coverage of the register as text for people, Markdown, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from rich import box
from rich.table import Table

from ndop.conformance.coverage.register_coverage import Evidence, RowCoverage
from ndop.conformance.register.requirements import Level

_HEADINGS = ["level", "edition", "rows", "suite", "project", "reason", "open", "passed"]


def as_text(entries: Sequence[RowCoverage]) -> str:
    """A paragraph for each row of the register, its editions together."""
    return "\n".join(_paragraph(of_row) for of_row in _by_row(entries))


def _paragraph(of_row: Sequence[RowCoverage]) -> str:
    results = [f"{entry.edition} {_result(entry)}" for entry in of_row]
    parts = (
        ("from", _united(source.text for entry in of_row for source in entry.sources)),
        ("concerns", [", ".join(_united(name for entry in of_row for name in entry.concerns))]),
        ("tests", _united(test for entry in of_row for test in _shown(entry))),
        ("last", [", ".join(results)]),
    )
    lines = [f"{of_row[0].id} {of_row[0].level} {of_row[0].title}"]
    for heading, values in parts:
        lines += [f"  {heading if first else '':<9} {value}" for first, value in _marked(values)]
    return "\n".join(lines) + "\n"


def _marked(values: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """Each value, and whether it is the first."""
    return ((number == 0, value) for number, value in enumerate(values))


def totals(entries: Sequence[RowCoverage]) -> Table:
    """How many rows rest on what, by level and edition."""
    table = Table(title="Rows of the register, and what shows them", box=box.SIMPLE_HEAD)
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if heading in ("level", "edition") else "right")
    for line in total_lines(entries):
        table.add_row(*map(str, line))
    return table


def total_lines(entries: Sequence[RowCoverage]) -> list[list[str | int]]:
    """Level, edition, number of rows, how many rest on each kind of evidence, and how many passed
    in the last run.
    """
    lines: list[list[str | int]] = []
    for level in get_args(Level):
        for edition in dict.fromkeys(entry.edition for entry in entries):
            own = [one for one in entries if (one.level, one.edition) == (level, edition)]
            if own:
                by = Counter(entry.by for entry in own)
                passed = sum(entry.result == "passed" for entry in own)
                counts = [by[kind] for kind in get_args(Evidence)]
                lines.append([level, edition, len(own), *counts, passed])
    return lines


def as_json(entries: Sequence[RowCoverage]) -> str:
    """A list of entries, one for each row and edition."""
    data = [entry.model_dump() for entry in entries]
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def as_csv(entries: Sequence[RowCoverage]) -> str:
    """A line for each row and edition; several values in a cell have semicolons between them."""
    columns = list(RowCoverage.model_fields)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        data = entry.model_dump()
        data["sources"] = [source.text for source in entry.sources]
        data["result"] = entry.result or ""
        writer.writerow(
            {
                key: "; ".join(value) if isinstance(value, list) else value
                for key, value in data.items()
            }
        )
    return stream.getvalue()


def as_markdown(entries: Sequence[RowCoverage]) -> str:
    """The totals and a table with a line for each row, whose clauses are links."""
    lines = ["# Requirements", "", _line(_HEADINGS), _line(["---"] * len(_HEADINGS))]
    lines += [_line(list(map(str, line))) for line in total_lines(entries)]
    headings = ["row", "level", "what", "clauses", "concerns", "tests", "last result"]
    lines += ["", _line(headings), _line(["---"] * len(headings))]
    for of_row in _by_row(entries):
        sources = _united(
            f"[{source.text}]({source.url})" if source.url else source.text
            for entry in of_row
            for source in entry.sources
        )
        cells = [
            of_row[0].id,
            of_row[0].level,
            of_row[0].title,
            "<br>".join(sources),
            "<br>".join(_united(f"`{name}`" for entry in of_row for name in entry.concerns)),
            "<br>".join(_united(f"`{test}`" for entry in of_row for test in _shown(entry))),
            "<br>".join(f"{entry.edition}: {_result(entry)}" for entry in of_row),
        ]
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def _by_row(entries: Sequence[RowCoverage]) -> list[list[RowCoverage]]:
    rows: dict[str, list[RowCoverage]] = {}
    for entry in entries:
        rows.setdefault(entry.id, []).append(entry)
    return list(rows.values())


def _shown(entry: RowCoverage) -> list[str]:
    return [f"none: {entry.not_testable}"] if entry.by == "reason" else entry.tests


def _result(entry: RowCoverage) -> str:
    if entry.by == "project":
        return "by the project's own test"
    return {"open": "open", "reason": "not testable"}.get(entry.by) or entry.result or "not run"


def _united(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
