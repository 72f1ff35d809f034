"""Imports between the rooms of src/ndop go one way, and none of them in a circle."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from ndop.system.layout import Layout

#: The rooms from the bottom up. A room imports from rooms below it only, not from its neighbours.
LAYERS = (
    {"system"},
    {"editions"},
    {"consents", "fhir", "java"},
    {"examples", "profiles"},
    {"conformance", "release", "server", "upholding", "validation"},
    {"assurance"},
    {"checks"},
    {"cli"},
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}

#: Modules of the CLI that its commands share.
SHARED_BY_COMMANDS = {"ndop.cli.lazy_group", "ndop.cli.options"}


@pytest.fixture(scope="module")
def imports(layout: Layout) -> dict[str, set[str]]:
    """Module to the modules of ndop that it imports, wherever in its text."""
    source = layout.root / "src"
    modules = {module_name(file, source): file for file in (source / "ndop").rglob("*.py")}
    return {
        module: set(imported(file, modules.keys())) - {module} for module, file in modules.items()
    }


def module_name(file: Path, source: Path) -> str:
    return ".".join(file.relative_to(source).with_suffix("").parts).removesuffix(".__init__")


def imported(file: Path, modules: Collection[str]) -> Iterator[str]:
    """The modules of ndop that a file imports. A name of a package is no module."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] == "ndop")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            if node.module and node.module.split(".")[0] == "ndop":
                for one in node.names:
                    submodule = f"{node.module}.{one.name}"
                    yield submodule if submodule in modules else node.module


def room_of(module: str) -> str | None:
    """None for the package itself and `python -m ndop`, which stand outside the rooms."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else None


def test_every_room_has_a_layer(imports: dict[str, set[str]]) -> None:
    assert {room_of(module) for module in imports} - {None} == LEVEL.keys()


def test_the_architecture_names_every_room(layout: Layout) -> None:
    page = (layout.root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = [*(f"`src/ndop/{room}`" for room in LEVEL)]
    for sources in layout.plugin.glob("*/src/main/java/ndop/fhir"):
        module = sources.relative_to(layout.plugin).parts[0]
        packages = [one.name for one in sources.iterdir() if one.is_dir()]
        named += [f"`plugin/{module}`", *(f"`{one}`" for one in packages if one != module)]
    assert [one for one in named if one not in page] == []


def test_rooms_import_from_rooms_below_them_only(imports: dict[str, set[str]]) -> None:
    against = [
        f"{module} imports {other}"
        for module, others in imports.items()
        for other in sorted(others)
        if (room := room_of(module)) is not None
        and room != (other_room := room_of(other))
        and (other_room is None or LEVEL[other_room] >= LEVEL[room])
    ]
    assert against == []


def test_no_command_imports_another(imports: dict[str, set[str]]) -> None:
    between = [
        f"{module} imports {other}"
        for module, others in imports.items()
        if room_of(module) == "cli"
        for other in sorted(others - SHARED_BY_COMMANDS)
        if room_of(other) == "cli"
    ]
    assert between == []


def test_no_modules_import_each_other_in_a_circle(imports: dict[str, set[str]]) -> None:
    finished: set[str] = set()
    path: list[str] = []

    def visit(module: str) -> None:
        assert module not in path, " → ".join([*path[path.index(module) :], module])
        if module in finished:
            return
        path.append(module)
        for other in sorted(imports.get(module, ())):
            visit(other)
        path.pop()
        finished.add(module)

    for module in sorted(imports):
        if module != "ndop":  # imports on demand what it offers
            visit(module)
