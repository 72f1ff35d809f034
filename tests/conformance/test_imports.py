"""Imports between the packages of a run go one way: report ← suite ← run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ndop.conformance

PACKAGE = Path(ndop.conformance.__file__).parent


def imported_modules(package: str) -> Iterator[str]:
    for file in (PACKAGE / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)


@pytest.mark.parametrize(
    ("package", "forbidden"), [("report", {"suite", "run"}), ("suite", {"run"})]
)
def test_imports_go_one_way(package: str, forbidden: set[str]) -> None:
    modules = [one.split(".") for one in imported_modules(package)]
    own = {one[2] for one in modules if one[:2] == ["ndop", "conformance"]}
    assert own, "no import of the package was found"
    assert own & forbidden == set()
