"""The index page of the committed examples (examples/README.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ndop.examples.model import Example

FILE_NAME = "README.md"

_HEAD = """\
# Examples

One example of each kind, for reading; `ndop build` writes this folder from the editions' YAML, and
every other example, in JSON and XML, into `build/examples`. Nothing here is edited by hand.
Patients are synthetic. [docs/examples.md](../docs/examples.md) explains the kinds and the
manifests; `recorded.json` holds what the reference server says in each situation.
"""


def page(chosen: Mapping[str, Sequence[Example]]) -> str:
    """The page in Markdown, of the committed examples of each edition, by its id."""
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
    return "\n".join(["| Sent or answered | Kind | What it shows |", "|---|---|---|", *rows, ""])


def _invalid(edition_id: str, examples: Sequence[Example]) -> str:
    rows = [
        f"| {_link(edition_id, one)} | {_cell(one.shows)} | {one.verdict.requirement} "
        f"| {one.verdict.status} {one.verdict.code} |"
        for one in examples
        if one.verdict is not None
    ]
    head = ["| Refused | What is wrong | Requirement | Answer |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _link(edition_id: str, example: Example) -> str:
    ending = next(iter(example.raw), "json")
    return f"[{example.name}]({edition_id}/{example.folder}/{example.name}.{ending})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
