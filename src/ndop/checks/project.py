"""Every check of the project's own files."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from ndop.checks.documents import document_problems
from ndop.checks.facts import fact_problems
from ndop.checks.generated import generated_problems
from ndop.checks.register import register_problems
from ndop.checks.sources import ProjectSources
from ndop.editions import Edition, EditionFolder
from ndop.system.errors import NdopError
from ndop.system.layout import Layout
from ndop.system.problem import Problem

_CORRECT = "Correct it, then check again: more may be wrong."
#: Where the next of several errors about an edition begins: a file and a line.
_NEXT_PLACE = re.compile(r"\n(?=\S+:\d+: )")


def project_problems(layout: Layout, commands: Collection[str]) -> list[Problem]:
    """What is wrong with editions, register, pages and generated files, all at once.

    `commands` are those of `ndop`, which pages and scripts may call. Where the YAML of an edition
    is wrong, only that is reported: everything else is compared with it. Takes seconds; starts
    pytest to collect the suite, and neither Java nor a server.
    """
    folder = EditionFolder.of(layout)
    try:
        editions = folder.load_all()
    except NdopError as error:
        return [*_broken_editions(layout, folder)] or [_as_problem(layout.root, error)]
    checks: Sequence[Callable[[], Iterable[Problem]]] = (
        partial(register_problems_and_facts, layout, editions),
        partial(document_problems, layout, editions, commands),
        partial(generated_problems, layout, editions),
    )
    with ThreadPoolExecutor() as pool:  # one of them waits for pytest most of the time
        found = pool.map(partial(_found, layout.root), checks)
    return [problem for of_check in found for problem in of_check]


def register_problems_and_facts(layout: Layout, editions: Sequence[Edition]) -> Iterator[Problem]:
    """Problems of the register alone: the tests of its rows, and the facts that they restate.

    Raises BuildError: register or suite cannot be read.
    """
    sources = ProjectSources.read(layout, editions)
    yield from register_problems(sources)
    yield from fact_problems(sources)


def _found(root: Path, check: Callable[[], Iterable[Problem]]) -> list[Problem]:
    """The problems that a check finds, followed by the error that stops it, if any."""
    found: list[Problem] = []
    try:
        found.extend(check())
    except NdopError as error:
        found.append(_as_problem(root, error))
    return found


def _broken_editions(layout: Layout, folder: EditionFolder) -> Iterator[Problem]:
    """Each line of each error once, whichever editions inherit or share the fact that is wrong."""
    editions: dict[str, list[str]] = {}
    for edition_id in folder.ids():
        try:
            folder.load(edition_id)
        except NdopError as error:
            for one in _NEXT_PLACE.split(str(error).replace(f"{layout.root}/", "")):
                editions.setdefault(one, []).append(edition_id)
    for text, ids in editions.items():
        place, _, rest = text.partition(": ")
        own = [Path(place.rpartition(":")[0] or place).stem] == ids
        yield Problem(place, rest if own else f"{rest} (in {', '.join(ids)})", _CORRECT)


def _as_problem(root: Path, error: NdopError) -> Problem:
    """The problem described by an error whose text begins with a location."""
    place, _, text = str(error).replace(f"{root}/", "").partition(": ")
    return Problem(place, text, _CORRECT)
