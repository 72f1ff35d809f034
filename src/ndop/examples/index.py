"""The index page of the committed examples (examples/README.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ndop.examples.model import Example

FILE_NAME = "README.md"

_HEAD = """\
# Examples

One example of each kind, in JSON, to read. `ndop build` generates this folder from the editions'
YAML, and every example in JSON and XML in `build/examples`; do not edit either by hand. All
patients are synthetic. [docs/examples.md](../docs/examples.md) explains the kinds and the
manifests; `recorded.json` holds the diagnostics of the reference server for each situation.
"""


def page(chosen: Mapping[str, Sequence[Example]]) -> str:
    """The page in Markdown; `chosen` has the committed examples by edition id."""
    parts = [_HEAD]
    for edition_id, examples in chosen.items():
        parts += [
            f"\n## {edition_id}\n",
            _valid(edition_id, examples),
            _invalid(edition_id, examples),
        ]
    return "\n".join(parts)


def _valid(edition_id: str, examples: Sequence[Example]) -> str:
    rows = [
        f"| {_link(edition_id, one)} | {one.kind} | {_cell(one.shows)} |"
        for one in examples
        if one.verdict is None
    ]
    return "\n".join(["| Valid | Kind | What it shows |", "|---|---|---|", *rows, ""])


def _invalid(edition_id: str, examples: Sequence[Example]) -> str:
    rows = [
        f"| {_link(edition_id, one)} | {_cell(one.shows)} | {one.verdict.requirement} "
        f"| {one.verdict.status} {one.verdict.code} |"
        for one in examples
        if one.verdict is not None
    ]
    head = ["| Invalid | What is wrong | Requirement | Response |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _link(edition_id: str, example: Example) -> str:
    suffix = next(iter(example.raw), "json")
    return f"[{example.name}]({edition_id}/{example.folder}/{example.name}.{suffix})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
