"""Whether pages and integrations name every edition, and only editions and commands that exist."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from ndop.editions import Edition
from ndop.system.layout import Layout
from ndop.system.problem import Problem

#: A row of the README's table of editions.
_ROW = re.compile(r"^\| `([^`]+)`[^|]*\|(?:[^|]*\|){3}$", re.MULTILINE)
_TABLE = "| Edition | What it is |"
#: The ndop command as pages and scripts call it, and the first word that follows it.
_CALL = re.compile(r"(?:\.venv/bin/ndop\"?|\$\(NDOP\)|(?:^|[`'])ndop) ([a-z][a-z-]*)")


def document_problems(
    layout: Layout, editions: Sequence[Edition], commands: Collection[str]
) -> Iterator[Problem]:
    """Editions that a page or the action omits, editions that it names but that do not exist, and
    commands that the hook, the action, the Makefile or a page calls but that do not exist.
    """
    ids = [edition.id for edition in editions]
    yield from _readable("README.md", _readme, layout, editions)
    yield from _opting_out(layout, ids)
    yield from _readable("docs/validate.md", _validate, layout, ids)
    yield from _readable("action.yml", _action, layout, ids)
    yield from _readable(".pre-commit-hooks.yaml", _hook, layout)
    yield from _calls(layout, commands)


def _readable(
    name: str, check: Callable[..., Iterator[Problem]], *arguments: object
) -> Iterator[Problem]:
    """What a check of one file finds; one problem if the file cannot be read as it must be."""
    try:
        yield from check(*arguments)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        yield Problem(name, f"cannot be read: {error}", "Restore the file.")
    except (LookupError, TypeError, AttributeError) as error:
        found = f"{type(error).__name__}: {error}"
        yield Problem(name, f"expected its usual keys and values; found {found}", "Restore them.")


def _readme(layout: Layout, editions: Sequence[Edition]) -> Iterator[Problem]:
    file = layout.root / "README.md"
    text = file.read_text(encoding="utf-8")
    start = text.find(_TABLE)
    table = text[start:].partition("\n\n")[0] if start >= 0 else ""
    line = text[: max(start, 0)].count("\n") + 1
    named = {row[1]: line + table[: row.start()].count("\n") for row in _ROW.finditer(table)}
    for edition in editions:
        if edition.id not in named:
            yield Problem(
                f"README.md:{line}",
                f"the table of editions has no row of {edition.id}",
                f"Add '| `{edition.id}` | {edition.title} | … | profiles, server, suite |'.",
            )
    for edition_id in named.keys() - {edition.id for edition in editions}:
        yield Problem(
            f"README.md:{named[edition_id]}",
            f"there is no edition {edition_id}",
            "Remove the row.",
        )


def _opting_out(layout: Layout, ids: Sequence[str]) -> Iterator[Problem]:
    folder = layout.root / "docs" / "opting-out"
    pages = {page.stem for page in folder.glob("*.md")}
    for edition_id in sorted(set(ids) - pages):
        yield Problem(
            f"docs/opting-out/{edition_id}.md",
            f"{edition_id} has no page that shows how to opt out in it",
            "Write it on the pattern of its neighbours; tests/examples runs what it shows.",
        )
    for stray in sorted(pages - set(ids)):
        yield Problem(
            f"docs/opting-out/{stray}.md", f"there is no edition {stray}", "Remove the page."
        )


def _validate(layout: Layout, ids: Sequence[str]) -> Iterator[Problem]:
    name = "docs/validate.md"
    for number, line in enumerate(_lines(layout.root / name), 1):
        if line.startswith("| `--edition` |"):
            for missing in (one for one in ids if f"`{one}`" not in line):
                yield Problem(
                    f"{name}:{number}",
                    f"the option --edition does not name {missing}",
                    f"Add `{missing}`.",
                )
            return
    yield Problem(name, "expected a row of a table for --edition; found none", "Restore the row.")


def _action(layout: Layout, ids: Sequence[str]) -> Iterator[Problem]:
    name = "action.yml"
    given: dict[str, Any] = _yaml(layout.root / name)["inputs"]["edition"]
    place = f"{name}:{_line_of(layout.root / name, str(given['description']))}"
    for edition_id in ids:
        if edition_id not in re.split(r"[\s,]+", given["description"].rstrip(".")):
            yield Problem(
                place,
                f"the description of the input edition does not name {edition_id}",
                f"Add {edition_id}.",
            )
    if given["default"] not in ids:
        yield Problem(
            place,
            f"the default of the input edition is {given['default']!r}, which is no edition",
            f"Expected one of {', '.join(ids)}.",
        )


def _hook(layout: Layout) -> Iterator[Problem]:
    name = ".pre-commit-hooks.yaml"
    for hook in _yaml(layout.root / name):
        script = layout.root / hook["entry"]
        if not os.access(script, os.X_OK):
            yield Problem(
                f"{name}:{_line_of(layout.root / name, hook['entry'])}",
                f"entry: {hook['entry']} is no program",
                "Correct the path, or make the file executable.",
            )


def _calls(layout: Layout, commands: Collection[str]) -> Iterator[Problem]:
    known = {command.partition(" ")[0] for command in commands}
    root = layout.root
    files = [
        *(root / name for name in ("Makefile", "README.md", "CONTRIBUTING.md", "action.yml")),
        *sorted((root / "docs").glob("*.md")),
        *sorted((root / "scripts").glob("*.sh")),
    ]
    for file in filter(Path.is_file, files):
        text = file.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            for call in _CALL.finditer(line):
                if call[1] not in known:
                    yield Problem(
                        f"{file.relative_to(root).as_posix()}:{number}",
                        f"there is no command 'ndop {call[1]}'",
                        "'ndop --help' lists them.",
                    )


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def _line_of(file: Path, text: str) -> int:
    """The number of the first line that contains a text, 1 if there is none."""
    return next((number for number, line in enumerate(_lines(file), 1) if text in line), 1)


def _yaml(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
