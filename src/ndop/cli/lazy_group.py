"""A group of commands whose modules are imported only when a command is used."""

from __future__ import annotations

import os
from collections import UserDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from ndop.system.errors import NdopError

EXIT_STATUSES = (
    "Exit status: 0 success, 1 something failed or differs, 2 could not run, 130 Ctrl-C."
)


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """What the help of the group says about a command, and where the command is.

    `name` has one word or two, such as `conformance compare`; `target` is `module:function`;
    `summary` is the first line of the function's docstring.
    """

    name: str
    target: str
    summary: str
    example: str
    exit_statuses: str = EXIT_STATUSES

    @property
    def epilog(self) -> str:
        """What the help of the command ends with."""
        return f"Example: {self.example}. {self.exit_statuses}"

    def load(self) -> Callable[..., None]:
        """Import the function. An NdopError of it has the paths that it was given."""
        module, _, function = self.target.partition(":")
        loaded: Callable[..., None] = getattr(import_module(module), function)

        @wraps(loaded)
        def command(**values: Any) -> None:
            try:
                loaded(**values)
            except NdopError as error:
                error.paths += tuple(_paths_in(values.values()))
                raise

        return command


def _paths_in(values: Iterable[Any]) -> Iterator[Path]:
    """The paths among the values of options and arguments, be they declared as paths or texts."""
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _paths_in(value)
        elif isinstance(value, Path):
            yield value
        elif isinstance(value, str) and _is_path(value):
            yield Path(value)


def _is_path(text: str) -> bool:
    """Whether it is there, or could be: an id of a patient is in no folder that there is."""
    try:
        return Path(text).exists() or (os.sep in text and Path(text).parent.is_dir())
    except (OSError, ValueError):
        return False


class _LazyCommands(UserDict[str, Any]):
    """Command name to command, which is made, and its module imported, on access."""

    def __init__(self, specs: Iterable[CommandSpec]) -> None:
        super().__init__()
        self.data = {spec.name: spec for spec in specs}

    def __getitem__(self, name: str) -> Any:
        spec = self.data[name]
        app = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        app.command(spec.name, epilog=spec.epilog)(spec.load())
        return typer.main.get_command(app)


def lazy_group(specs: Iterable[CommandSpec]) -> type[TyperGroup]:
    """The class of a group of these commands, for `typer.Typer(cls=…)`."""
    commands = _LazyCommands(specs)

    class LazyGroup(TyperGroup):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self.commands = commands

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            two_words = " ".join(args[:2])
            if two_words in self.commands:
                args = [two_words, *args[2:]]
            return super().resolve_command(ctx, args)

        def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
            with formatter.section("Commands"):
                formatter.write_dl([(one.name, one.summary) for one in commands.data.values()])

    return LazyGroup
