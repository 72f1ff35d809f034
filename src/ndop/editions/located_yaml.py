"""YAML that remembers where each value stood, so that an error can name its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from ndop.system.errors import EditionError, NdopError

_Node = TypeVar("_Node", yaml.MappingNode, yaml.SequenceNode)

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
    return construct(compose(file, error), file, error)


def compose(file: Path, error: type[NdopError] = EditionError) -> yaml.MappingNode:
    """The nodes of one YAML file whose root is a mapping; merge keys (`<<`) are expanded.

    Raises `error`, as `read` does, but for values that only `construct` looks at.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise error(f"{file}: cannot be read as UTF-8 text: {fault}") from fault
    loader = yaml.SafeLoader(text)
    loader.name = str(file)
    try:
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            found = "nothing" if root is None else "something else"
            raise error(f"{file}:1: expected a mapping of keys to values, found {found}")
        _refuse_repeated_keys(root, (), (), error)
        _expand_merge_keys(root, loader)
    except yaml.MarkedYAMLError as fault:
        raise _invalid(fault, file, error) from fault
    finally:
        loader.dispose()
    return root


def construct(
    root: yaml.MappingNode, file: Path, error: type[NdopError] = EditionError
) -> LocatedData:
    """The data of nodes, which may come from several files; `file` is where the root stands.

    Raises `error`, with file and line, for a value that YAML cannot construct.
    """
    located = LocatedData(file, {}, error=error)
    _note_places(root, (), located)
    loader = yaml.SafeLoader("")
    try:
        located.data = loader.construct_document(root)
    except yaml.MarkedYAMLError as fault:
        raise _invalid(fault, file, error) from fault
    finally:
        loader.dispose()
    return located


def place_of(node: yaml.Node) -> Place:
    """Where a node stands."""
    return Place(Path(node.start_mark.name), node.start_mark.line + 1)


def replaced(node: _Node, value: list[Any]) -> _Node:
    """A mapping or a list at the same place, with other content."""
    return type(node)(node.tag, value, node.start_mark, node.end_mark, node.flow_style)


def _invalid(fault: yaml.MarkedYAMLError, file: Path, error: type[NdopError]) -> NdopError:
    mark = fault.problem_mark
    place = Place(Path(mark.name), mark.line + 1) if mark else Place(file, 1)
    return error(f"{place}: not valid YAML: {fault.problem}")


def _refuse_repeated_keys(
    node: yaml.Node, way: Way, around: tuple[yaml.Node, ...], error: type[NdopError]
) -> None:
    if node in around:
        raise error(f"{place_of(node)}: not valid YAML: {dotted(way)} contains itself")
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, place = str(key_node.value), place_of(key_node)
            if key in seen:
                raise error(
                    f"{place}: {dotted((*way, key))} stands here for the second "
                    f"time; the first is in line {seen[key]}. Keep one."
                )
            seen[key] = place.line
            _refuse_repeated_keys(value_node, (*way, key), (*around, node), error)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _refuse_repeated_keys(item, (*way, index), (*around, node), error)


def _expand_merge_keys(node: yaml.Node, loader: yaml.SafeLoader) -> None:
    if isinstance(node, yaml.MappingNode):
        loader.flatten_mapping(node)
        # The mapping's own keys stand after those that it takes from elsewhere, and win.
        node.value = list({str(pair[0].value): pair for pair in node.value}.values())
        for _, value_node in node.value:
            _expand_merge_keys(value_node, loader)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _expand_merge_keys(item, loader)


def _note_places(node: yaml.Node, way: Way, located: LocatedData) -> None:
    located.places[way] = place_of(node)
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            key = str(key_node.value)
            _note_places(value_node, (*way, key), located)
            located.places[(*way, key)] = place_of(key_node)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_places(item, (*way, index), located)


def dotted(way: Way) -> str:
    """A way as people write it."""
    return ".".join(str(step) for step in way)
