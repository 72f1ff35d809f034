"""SECURITY.md names tests that exist."""

from __future__ import annotations

import ast
import re

import pytest

from ndop.system.layout import Layout


@pytest.fixture(scope="module")
def named(layout: Layout) -> list[str]:
    text = (layout.root / "SECURITY.md").read_text(encoding="utf-8")
    threats = text.partition("## Threats")[2].partition("\n## ")[0]
    rows = [line for line in threats.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    for row in rows:
        assert re.search(r"`tests/[^`]+`", row), f"no test: {row}"
    return re.findall(r"`(tests/[^`]+)`", threats)


def test_each_named_test_exists(layout: Layout, named: list[str]) -> None:
    missing = []
    for name in named:
        file, _, function = name.partition("::")
        path = layout.root / file
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.parse("")
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        if not (functions if not function else function in functions):
            missing.append(name)
    assert missing == []


def test_each_attack_is_named(layout: Layout, named: list[str]) -> None:
    file = "tests/server/test_attacks.py"
    tree = ast.parse((layout.root / file).read_text(encoding="utf-8"))
    attacks = {
        f"{file}::{node.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert attacks - set(named) == set()
