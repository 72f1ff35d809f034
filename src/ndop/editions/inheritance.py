"""How an edition is merged with the edition it is based on.

The rules, applied to the YAML nodes of both:

- Mappings are merged key by key. A new key goes after the key it follows in the derived file, if
  the base has that key, and to the end otherwise.
- Lists whose items have an `id` (structures, value sets, code systems, identity parameters) are
  merged item by item, by id; a new item is placed like a new key.
- Any other value, including any other list, is replaced.
- `key: $remove` removes a key, `- $remove ID` an item from a list with ids.
- `key: { $replace: … }` replaces a mapping or list without merging.

Null is not a marker: it is a value, which the merge patches of counter-examples need.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from ndop.editions.located_yaml import KeyPath, dotted, location_of, with_value
from ndop.system.errors import EditionError

_REMOVE = "$remove"
_REPLACE = "$replace"

#: Keys of a mapping to their key and value nodes, or ids of list items to the item, twice.
_Entries = dict[str, tuple[yaml.Node, yaml.Node]]


def merge(base: yaml.MappingNode, derived: yaml.MappingNode) -> yaml.MappingNode:
    """`derived` merged over `base`; neither is modified.

    The nodes of the result are those of the two files, so they keep their file and line. Markers
    that matched nothing in the base are left for `reject_unused_markers`.
    """
    return with_value(derived, list(_merge_entries(_by_key(base), _by_key(derived)).values()))


def reject_unused_markers(root: yaml.Node) -> None:
    """Raise EditionError, with file and line, for each `$remove` or `$replace` that matched nothing
    in a base.
    """
    left_over = [
        f"{location_of(node)}: {dotted(path)}: expected a fact of the edition that this one is "
        f"based on, found none to {marker}"
        for path, node, marker in _markers(root, ())
    ]
    if left_over:
        raise EditionError("\n".join(left_over))


def _merge_nodes(base: yaml.Node, derived: yaml.Node) -> yaml.Node:
    if (replacement := _replacement(derived)) is not None:
        return replacement
    if isinstance(base, yaml.MappingNode) and isinstance(derived, yaml.MappingNode):
        return merge(base, derived)
    if isinstance(base, yaml.SequenceNode) and isinstance(derived, yaml.SequenceNode):
        base_items, derived_items = _by_id(base), _by_id(derived)
        if base_items and derived_items:
            items = _merge_entries(base_items, derived_items).values()
            return with_value(derived, [item for _, item in items])
    return derived


def _merge_entries(base: _Entries, derived: _Entries) -> _Entries:
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
        elif _removed_id(derived[name][1]) not in ("", name):
            key, value = derived[name]
            result[name] = (key, _merge_nodes(base[name][1], value))
    return result


def _by_key(mapping: yaml.MappingNode) -> _Entries:
    return {str(key.value): (key, value) for key, value in mapping.value}


def _by_id(sequence: yaml.SequenceNode) -> _Entries | None:
    """The items by id; None if one of them has no id."""
    items: _Entries = {}
    for item in sequence.value:
        entries = _by_key(item) if isinstance(item, yaml.MappingNode) else {}
        name = str(entries["id"][1].value) if "id" in entries else _removed_id(item)
        if not name:
            return None
        if name in items:
            raise EditionError(
                f"{location_of(item)}: id: expected an id of its own, found {name!r} again; the "
                f"first is in line {location_of(items[name][0]).line}"
            )
        items[name] = (item, item)
    return items


def _removed_id(node: yaml.Node) -> str | None:
    """The id in `$remove ID`, empty for `$remove`; None if the node is not such a marker."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    marker, _, item_id = node.value.partition(" ")
    return item_id if marker == _REMOVE else None


def _replacement(node: yaml.Node) -> yaml.Node | None:
    """The value of `$replace`; None if the node is not such a marker."""
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return None
    ((key, value),) = node.value
    return value if key.value == _REPLACE else None


def _markers(node: yaml.Node, path: KeyPath) -> Iterator[tuple[KeyPath, yaml.Node, str]]:
    if _removed_id(node) is not None:
        yield path, node, "remove"
    elif _replacement(node) is not None:
        yield path, node, "replace"
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _markers(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _markers(item, (*path, index))
