"""docs/parity.md: the numbers of a run over whole corpora, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import jinja2

from ndop.assurance.parity import served
from ndop.assurance.parity.explanations import Explanation, Spelling
from ndop.assurance.parity.served import Served
from ndop.assurance.parity.verdicts import Judged, Parity

_TEMPLATE = "parity.md.j2"


def render(outcomes: Iterable[Parity], answered: Mapping[str, Sequence[Served]], seed: int) -> str:
    """The page for these outcomes, in Markdown; `answered`: edition id to server and validator."""
    # What is rendered is Markdown, not markup.
    environment = jinja2.Environment(  # noqa: S701
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    editions = [
        {
            "id": outcome.edition,
            "rows": [*_by_kind(outcome.judged), _row("all", outcome.judged)],
            "unexplained": len(outcome.unexplained),
            "reasons": _reasons(outcome),
            "answers": _answers(answered[outcome.edition]),
            "apart": sum(not one.agreed for one in answered[outcome.edition]),
        }
        for outcome in outcomes
    ]
    return environment.get_template(_TEMPLATE).render(editions=editions, seed=seed)


def _by_kind(judged: Sequence[Judged]) -> Iterable[tuple[object, ...]]:
    kinds = sorted({one.mutated.kind for one in judged})
    return (_row(kind, [one for one in judged if one.mutated.kind == kind]) for kind in kinds)


def _row(name: str, judged: Sequence[Judged]) -> tuple[object, ...]:
    return (
        name,
        len(judged),
        sum(one.published_accepts for one in judged),
        sum(one.published_would_accept for one in judged),
        sum(one.generated_accepts for one in judged),
    )


def _reasons(outcome: Parity) -> list[tuple[str, str, int, str]]:
    entries = sorted(
        outcome.explained.items(), key=lambda one: (-one[1], one[0].because, one[0].why)
    )
    return [(entry.because, _who(entry), count, entry.why) for entry, count in entries]


def _answers(answered: Sequence[Served]) -> list[tuple[str, int]]:
    known = sum(one.is_known for one in answered)
    rows = [
        (f"`{code}`" if code else "accepted", count)
        for code, count in sorted(served.counts(answered).items())
    ]
    return [*rows, ("`DUPLICATE_REJECTED`, counted as accepted", known)]


def _who(entry: Explanation | Spelling) -> str:
    return entry.objects if isinstance(entry, Explanation) else "published (another word)"
