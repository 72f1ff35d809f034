"""What generated files are made from, so that a change of any of it shows."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def of_files(files: Iterable[Path], root: Path) -> str:
    """A digest of the contents and of the paths below `root` of files, in their order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(root)).encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def source_files(module: Path, package: Path) -> list[Path]:
    """The source of a module of the top-level package in the folder `package`, and of every other
    module of that package that importing it may run; sorted.

    Goes by the import statements, inside functions too. What is imported by a computed name is
    not seen.
    """
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting.extend(_imported(file, package))
    return sorted(found)


def _imported(file: Path, package: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            # What follows `import` is a module or something in one.
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            yield from _files_of(name, package)


def _files_of(name: str, package: Path) -> Iterator[Path]:
    """The files that run where a module is imported: of the packages around it, and its own."""
    first, *steps = name.split(".")
    if first != package.name:
        return
    folder = package
    for step in steps:
        yield from _existing(folder / "__init__.py")
        yield from _existing(folder / f"{step}.py")
        folder = folder / step
    yield from _existing(folder / "__init__.py")


def _existing(file: Path) -> Iterator[Path]:
    if file.is_file():
        yield file
