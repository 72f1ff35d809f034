"""The tree of errors that the module draws is the one that it has."""

from __future__ import annotations

import inspect
import re

from ndop.system import errors
from ndop.system.errors import NdopError

_LINE = re.compile(r"^([│├└─ ]*)(\w+Error) +\S", re.MULTILINE)


def drawn() -> dict[str, str | None]:
    """Class to base class, by the depth at which the drawing has it."""
    bases: dict[str, str | None] = {}
    path: list[str] = []
    for branch, name in _LINE.findall(inspect.cleandoc(str(errors.__doc__))):
        depth = len(branch) // 4
        path[depth:] = [name]
        bases[name] = path[depth - 1] if depth else None
    return bases


def test_the_drawn_tree_is_the_class_hierarchy() -> None:
    classes = {
        name: one
        for name, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, NdopError)
    }
    assert drawn() == {
        name: None if one is NdopError else one.__bases__[0].__name__
        for name, one in classes.items()
    }


def test_every_exit_status_is_one_or_two() -> None:
    statuses = {
        one.exit_status
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, NdopError)
    }
    assert statuses == {1, 2}
