"""An edition that is based on another: what it says stands over what its base says.

The rules, for the YAML nodes of both:

- Mappings are merged key by key. A new key goes behind the key that stands before it in the
  derived file, if the base has that one, and to the end otherwise.
- Lists whose items have an `id` (structures, value sets, code systems, identity parameters) are
  merged item by item, by that id; a new item finds its position as a new key does.
- Every other value, a list of anything else too, is replaced.
- `key: $remove` takes a key out, `- $remove ID` an item of a list with ids.
- `key: { $replace: … }` puts a mapping or a list in place of the base's, unmerged.

Null is no marker: it is a value, which a merge patch of a counter-example needs.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from ndop.editions.located_yaml import Way, dotted, place_of, replaced
from ndop.system.errors import EditionError

_REMOVE = "$remove"
_REPLACE = "$replace"

#: Keys of a mapping with the nodes of key and value, or ids of a list's items with the item twice.
_Entries = dict[str, tuple[yaml.Node, yaml.Node]]


def merged(base: yaml.MappingNode, derived: yaml.MappingNode) -> yaml.MappingNode:
    """A mapping with what `derived` says put over `base`; neither is changed.

    Each node of the result is one of the two files', so its mark still says where it stands.
    Markers that met nothing of the base are left in for `refuse_markers`.
    """
    return replaced(derived, list(_merged_entries(_by_key(base), _by_key(derived)).values()))


def refuse_markers(root: yaml.Node) -> None:
    """Raise EditionError, with file and line, where a `$remove` or `$replace` is left over: no base
    has such a fact.
    """
    left_over = [
        f"{place_of(node)}: {dotted(way)}: expected a fact of the edition that this one is based "
        f"on, found none to {marker}"
        for way, node, marker in _markers(root, ())
    ]
    if left_over:
        raise EditionError("\n".join(left_over))


def _merged_node(base: yaml.Node, derived: yaml.Node) -> yaml.Node:
    if (replacement := _replacement(derived)) is not None:
        return replacement
    if isinstance(base, yaml.MappingNode) and isinstance(derived, yaml.MappingNode):
        return merged(base, derived)
    if isinstance(base, yaml.SequenceNode) and isinstance(derived, yaml.SequenceNode):
        base_items, derived_items = _by_id(base), _by_id(derived)
        if base_items and derived_items:
            items = _merged_entries(base_items, derived_items).values()
            return replaced(derived, [item for _, item in items])
    return derived


def _merged_entries(base: _Entries, derived: _Entries) -> _Entries:
    names = list(base)
    before: str | None = None
    for name in derived:
        if name not in base:
            names.insert(len(names) if before is None else names.index(before) + 1, name)
        before = name
    result: _Entries = {}
    for name in names:
        if name not in derived:
            result[name] = base[name]
        elif name not in base:
            result[name] = derived[name]
        elif _removed(derived[name][1]) not in ("", name):
            key, value = derived[name]
            result[name] = (key, _merged_node(base[name][1], value))
    return result


def _by_key(mapping: yaml.MappingNode) -> _Entries:
    return {str(key.value): (key, value) for key, value in mapping.value}


def _by_id(sequence: yaml.SequenceNode) -> _Entries | None:
    """The items by their ids; None where one has none."""
    items: _Entries = {}
    for item in sequence.value:
        entries = _by_key(item) if isinstance(item, yaml.MappingNode) else {}
        name = str(entries["id"][1].value) if "id" in entries else _removed(item)
        if not name:
            return None
        items[name] = (item, item)
    return items


def _removed(node: yaml.Node) -> str | None:
    """The id that `$remove ID` takes out, empty for `$remove`; None for what is no marker."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    marker, _, item_id = node.value.partition(" ")
    return item_id if marker == _REMOVE else None


def _replacement(node: yaml.Node) -> yaml.Node | None:
    """What stands after `$replace`; None for what is no marker."""
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return None
    ((key, value),) = node.value
    return value if key.value == _REPLACE else None


def _markers(node: yaml.Node, way: Way) -> Iterator[tuple[Way, yaml.Node, str]]:
    if _removed(node) is not None:
        yield way, node, "remove"
    elif _replacement(node) is not None:
        yield way, node, "replace"
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _markers(value, (*way, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _markers(item, (*way, index))
