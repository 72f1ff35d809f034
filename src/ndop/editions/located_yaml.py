"""YAML that keeps the file and line of each value for error messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from ndop.system.errors import EditionError, NdopError

_Node = TypeVar("_Node", yaml.MappingNode, yaml.SequenceNode)

#: The path to a value: mapping keys and list indexes.
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Location:
    """A line of a file; both count from 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class LocatedData:
    """A mapping, and the location of each value in it."""

    file: Path
    data: dict[str, Any]
    locations: dict[KeyPath, Location] = field(default_factory=dict)
    error: type[NdopError] = EditionError

    def location(self, path: KeyPath) -> Location:
        """Location of a value, or of its nearest enclosing value that has one."""
        while path and path not in self.locations:
            path = path[:-1]
        return self.locations.get(path, Location(self.file, 1))

    def describe_error(self, detail: Any, *, shows_value: bool = True) -> str:
        """One pydantic error as text: location, key, what was expected and what was found."""
        path: KeyPath = tuple(step for step in detail["loc"] if step != "[key]")
        location, kind = self.location(path), detail["type"]
        if kind == "missing":
            return f"{location}: {dotted(path)}: expected a value, found none"
        if kind == "extra_forbidden":
            return f"{location}: {dotted(path)}: expected no such key; is it misspelt?"
        expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        found = f"; found {detail['input']!r}" if shows_value else ""
        return f"{location}: {dotted(path)}: expected {expected}{found}"[:400]


def read(file: Path, error: type[NdopError] = EditionError) -> LocatedData:
    """Read one YAML file whose root is a mapping.

    Raises `error`, with file and line, if the file is missing, unreadable or not YAML, if a key is
    repeated, or if its root is not a mapping.
    """
    return construct(compose(file, error), file, error)


def compose(file: Path, error: type[NdopError] = EditionError) -> yaml.MappingNode:
    """The node graph of one YAML file whose root is a mapping, with merge keys (`<<`) expanded.

    Raises `error` as `read` does, except for values that only `construct` looks at.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise error(f"{file}: cannot be read as UTF-8 text: {fault}") from fault
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as fault:
        line = text.count("\n", 0, fault.position) + 1
        raise error(
            f"{file}:{line}: not valid YAML: found the control character #x{fault.character:04x}"
        ) from fault
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
    """The data of a node graph, whose nodes may come from several files; `file` is the root's.

    Raises `error`, with file and line, for a value that YAML cannot construct.
    """
    located = LocatedData(file, {}, error=error)
    _note_locations(root, (), located)
    loader = _Loader("")
    try:
        located.data = loader.construct_document(root)
    except yaml.MarkedYAMLError as fault:
        raise _invalid(fault, file, error) from fault
    finally:
        loader.dispose()
    return located


class _Loader(yaml.SafeLoader):
    """SafeLoader, which lets Python's own errors through where a scalar is not what its tag says:
    2026-13-45 is no date.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError) as fault:
            kind = node.tag.rpartition(":")[2]
            problem = f"{node.value!r} is not a valid {kind}; quote it if it is text"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from fault


def location_of(node: yaml.Node) -> Location:
    """File and line of a node."""
    return Location(Path(node.start_mark.name), node.start_mark.line + 1)


def with_value(node: _Node, value: list[Any]) -> _Node:
    """A copy of a mapping or list node with other content and the same location."""
    return type(node)(node.tag, value, node.start_mark, node.end_mark, node.flow_style)


def _invalid(fault: yaml.MarkedYAMLError, file: Path, error: type[NdopError]) -> NdopError:
    mark = fault.problem_mark
    location = Location(Path(mark.name), mark.line + 1) if mark else Location(file, 1)
    return error(f"{location}: not valid YAML: {fault.problem}")


def _refuse_repeated_keys(
    node: yaml.Node, path: KeyPath, around: tuple[yaml.Node, ...], error: type[NdopError]
) -> None:
    if node in around:
        raise error(f"{location_of(node)}: not valid YAML: {dotted(path)} contains itself")
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, location = str(key_node.value), location_of(key_node)
            if key in seen:
                raise error(
                    f"{location}: {dotted((*path, key))} stands here for the second "
                    f"time; the first is in line {seen[key]}. Keep one."
                )
            seen[key] = location.line
            _refuse_repeated_keys(value_node, (*path, key), (*around, node), error)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _refuse_repeated_keys(item, (*path, index), (*around, node), error)


def _expand_merge_keys(node: yaml.Node, loader: yaml.SafeLoader) -> None:
    if isinstance(node, yaml.MappingNode):
        loader.flatten_mapping(node)
        # Merged keys come first; the mapping's own keys follow and override them.
        node.value = list({str(pair[0].value): pair for pair in node.value}.values())
        for _, value_node in node.value:
            _expand_merge_keys(value_node, loader)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _expand_merge_keys(item, loader)


def _note_locations(node: yaml.Node, path: KeyPath, located: LocatedData) -> None:
    located.locations[path] = location_of(node)
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            key = str(key_node.value)
            _note_locations(value_node, (*path, key), located)
            located.locations[(*path, key)] = location_of(key_node)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_locations(item, (*path, index), located)


def dotted(path: KeyPath) -> str:
    """A path as people write it, such as `audit.claims.sub`."""
    return ".".join(str(step) for step in path)
