"""docs/parity.md: the numbers of a run over whole corpora, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import jinja2

from ndop.assurance.parity import server_verdicts
from ndop.assurance.parity.explanations import Explanation, Spelling
from ndop.assurance.parity.profile_verdicts import ProfileParity, ProfileVerdicts
from ndop.assurance.parity.server_verdicts import ServerVerdict
from ndop.system.errors import OutOfDateError
from ndop.system.layout import Layout

_TEMPLATE = "parity.md.j2"


def render(
    profiles: Iterable[ProfileParity], servers: Mapping[str, Sequence[ServerVerdict]], seed: int
) -> str:
    """The page as Markdown. `servers` maps edition id to the verdicts of its server."""
    # What is rendered is Markdown, not markup.
    environment = jinja2.Environment(  # noqa: S701
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    editions = [
        {
            "id": parity.edition,
            "rows": [*_rows_by_kind(parity.verdicts), _row("all", parity.verdicts)],
            "unexplained": len(parity.unexplained),
            "reasons": _reasons(parity),
            "responses": _responses(servers[parity.edition]),
            "disagreements": sum(not one.agrees for one in servers[parity.edition]),
        }
        for parity in profiles
    ]
    return environment.get_template(_TEMPLATE).render(editions=editions, seed=seed)


def write(layout: Layout, text: str) -> None:
    """Write the page."""
    layout.parity_page.write_text(text, encoding="utf-8")


def check(layout: Layout, text: str) -> None:
    """Raises OutOfDateError if the committed page differs from this one."""
    if layout.parity_page.read_text(encoding="utf-8") != text:
        raise OutOfDateError(
            f"{layout.parity_page}: the numbers differ from those of this run. "
            "Run 'ndop parity --write' and commit what it writes."
        )


def _rows_by_kind(verdicts: Sequence[ProfileVerdicts]) -> Iterable[tuple[object, ...]]:
    kinds = sorted({one.mutated.kind for one in verdicts})
    return (_row(kind, [one for one in verdicts if one.mutated.kind == kind]) for kind in kinds)


def _row(name: str, verdicts: Sequence[ProfileVerdicts]) -> tuple[object, ...]:
    return (
        name,
        len(verdicts),
        sum(one.published_accepts for one in verdicts),
        sum(one.published_would_accept for one in verdicts),
        sum(one.generated_accepts for one in verdicts),
    )


def _reasons(parity: ProfileParity) -> list[tuple[str, str, int, str]]:
    entries = sorted(
        parity.explained.items(), key=lambda one: (-one[1], one[0].because, one[0].why)
    )
    return [(entry.because, _refused_by(entry), count, entry.why) for entry, count in entries]


def _refused_by(entry: Explanation | Spelling) -> str:
    return entry.objects if isinstance(entry, Explanation) else "published (spelling)"


def _responses(verdicts: Sequence[ServerVerdict]) -> list[tuple[str, int]]:
    rows = [
        (f"`{code}`" if code else "accepted", count)
        for code, count in sorted(server_verdicts.counts(verdicts).items())
    ]
    duplicates = sum(one.is_duplicate for one in verdicts)
    return [*rows, ("`DUPLICATE_REJECTED`, counted as accepted", duplicates)]
