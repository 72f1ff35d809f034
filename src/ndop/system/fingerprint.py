"""Fingerprints of the sources of generated files, to tell when these are out of date."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def of_files(files: Iterable[Path], root: Path) -> str:
    """A digest of files, in the order given: their paths below `root` and their contents."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(root)).encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def source_files(module: Path, package: Path) -> list[Path]:
    """The source files of a module and of everything it imports, directly or indirectly, from the
    top-level package in the folder `package`; sorted.

    Follows import statements, including those inside functions, but not imports by computed name.
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
            # What is imported may itself be a module.
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            yield from _files_of(name, package)


def _files_of(name: str, package: Path) -> Iterator[Path]:
    """The files that are executed on importing a module: its packages' and its own."""
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
