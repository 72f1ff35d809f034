"""YAML that remembers where each value stood, so that an error can name its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ndop.system.errors import EditionError, NdopError

#: The way to a value: mapping keys and list indexes.
Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; both count from 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class LocatedData:
    """A mapping and the place of each value in it."""

    file: Path
    data: dict[str, Any]
    places: dict[Way, Place] = field(default_factory=dict)
    error: type[NdopError] = EditionError

    def place(self, way: Way) -> Place:
        """Where a value stands, or the nearest value around it that stands anywhere."""
        while way and way not in self.places:
            way = way[:-1]
        return self.places.get(way, Place(self.file, 1))

    def explained(self, detail: Any, *, shows_value: bool = True) -> str:
        """One error of pydantic: the place, the key, what was expected and found."""
        way: Way = tuple(step for step in detail["loc"] if step != "[key]")
        place, kind = self.place(way), detail["type"]
        if kind == "missing":
            return f"{place}: {dotted(way)}: expected a value, found none"
        if kind == "extra_forbidden":
            return f"{place}: {dotted(way)}: expected no such key; is it misspelt?"
        expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        found = f"; found {detail['input']!r}" if shows_value else ""
        return f"{place}: {dotted(way)}: expected {expected}{found}"[:400]


def read(file: Path, error: type[NdopError] = EditionError) -> LocatedData:
    """Read one YAML file whose root is a mapping.

    Raises `error`, with file and line: the file is missing or unreadable, not YAML, has a key
    twice, or something else than a mapping at its root.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise error(f"{file}: cannot be read as UTF-8 text: {fault}") from fault
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            found = "nothing" if root is None else "something else"
            raise error(f"{file}:1: expected a mapping of keys to values, found {found}")
        located = LocatedData(file, {}, error=error)
        _note_places(root, (), located, ())
        loader.flatten_mapping(root)
        located.data = loader.construct_document(root)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        line = mark.line + 1 if mark else 1
        raise error(f"{file}:{line}: not valid YAML: {fault.problem}") from fault
    finally:
        loader.dispose()
    return located


def _note_places(
    node: yaml.Node, way: Way, located: LocatedData, around: tuple[yaml.Node, ...]
) -> None:
    if node in around:
        raise located.error(
            f"{located.file}:{node.start_mark.line + 1}: not valid YAML: "
            f"{dotted(way)} contains itself"
        )
    located.places[way] = Place(located.file, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in seen:
                raise located.error(
                    f"{located.file}:{line}: {dotted((*way, key))} stands here for the second "
                    f"time; the first is in line {seen[key]}. Keep one."
                )
            seen[key] = line
            _note_places(value_node, (*way, key), located, (*around, node))
            located.places[(*way, key)] = Place(located.file, line)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_places(item, (*way, index), located, (*around, node))


def dotted(way: Way) -> str:
    """A way as people write it."""
    return ".".join(str(step) for step in way)
