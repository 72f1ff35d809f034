"""Facts shared between editions, in the files that an edition `uses`."""

from __future__ import annotations

import yaml

from ndop.editions import located_yaml

#: Parts to which both an edition and the shared facts contribute.
_JOINED_LISTS = ("structures", "value-sets", "code-systems")
_JOINED_MAPPINGS = ("errors", "invariants", "sources", "decisions", "counter-examples")


def joined(facts: yaml.MappingNode, shared: yaml.MappingNode) -> yaml.MappingNode:
    """An edition's own facts and shared ones: lists of artefacts are concatenated, mappings joined
    by key. Anything else, and a key that both have, is the edition's own.
    """
    joined = {str(key.value): (key, value) for key, value in facts.value}
    for key_node, value in shared.value:
        key = str(key_node.value)
        own_key_node, own = joined.get(key, (key_node, None))
        if own is None:
            joined[key] = (key_node, value)
        elif key in _JOINED_LISTS and isinstance(own, yaml.SequenceNode):
            ids = {_id(item) for item in own.value}
            added = [item for item in value.value if _id(item) not in ids]
            joined[key] = (own_key_node, located_yaml.with_value(own, own.value + added))
        elif key in _JOINED_MAPPINGS and isinstance(own, yaml.MappingNode):
            entries = {str(pair[0].value): pair for pair in (*value.value, *own.value)}
            joined[key] = (own_key_node, located_yaml.with_value(own, list(entries.values())))
    return located_yaml.with_value(facts, list(joined.values()))


def _id(item: yaml.Node) -> str:
    """The id of an artefact, for one without any a text that no other has."""
    if isinstance(item, yaml.MappingNode):
        for key, value in item.value:
            if key.value == "id":
                return str(value.value)
    return f"without an id at {located_yaml.location_of(item)}"
