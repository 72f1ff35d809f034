"""Pages and integrations that name what is not there, or do not name what is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ndop.checks.documents import document_problems
from ndop.cli.app import COMMANDS
from ndop.editions import Edition
from ndop.system.layout import Layout

_COMMANDS = [command.name for command in COMMANDS]


@pytest.fixture
def copied(layout: Layout, tmp_path: Path) -> Layout:
    """The pages, for a test to break."""
    for name in ("docs", "scripts"):
        shutil.copytree(layout.root / name, tmp_path / name)
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "Makefile",
        "action.yml",
        ".pre-commit-hooks.yaml",
    ):
        shutil.copy(layout.root / name, tmp_path / name)
    return Layout(tmp_path)


def problems_of(layout: Layout, editions: list[Edition]) -> list[str]:
    return [str(problem) for problem in document_problems(layout, editions, _COMMANDS)]


def change(layout: Layout, name: str, old: str, new: str) -> None:
    file = layout.root / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_project_is_in_order(layout: Layout, editions: list[Edition]) -> None:
    assert problems_of(layout, editions) == []


def test_a_new_edition_is_missing_everywhere(
    copied: Layout, editions: list[Edition], edition: Edition
) -> None:
    new = edition.model_copy(update={"id": "ndop-1.2.0"})
    found = problems_of(copied, [*editions, new])
    places = [problem.partition(":")[0] for problem in found]
    assert places == [
        "README.md",
        "docs/opting-out/ndop-1.2.0.md",
        "docs/validate.md",
        "action.yml",
    ]
    assert "Add '| `ndop-1.2.0` |" in found[0]
    assert all("ndop-1.2.0" in problem for problem in found)


def test_an_edition_that_is_gone_is_still_named(copied: Layout, editions: list[Edition]) -> None:
    found = problems_of(copied, [one for one in editions if one.id != "ndop-1.1.0"])
    (readme,) = [one for one in found if one.startswith("README.md:")]
    line = int(readme.split(":")[1])
    text = (copied.root / "README.md").read_text(encoding="utf-8").splitlines()[line - 1]
    assert text.startswith("| `ndop-1.1.0` ")
    assert any(one.startswith("docs/opting-out/ndop-1.1.0.md: there is no") for one in found)
    assert any("the default of the input edition is 'ndop-1.1.0'" in one for one in found)


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("Makefile", "$(NDOP) fuzz", "$(NDOP) fuss", "there is no command 'ndop fuss'"),
        ("README.md", ".venv/bin/ndop validate", ".venv/bin/ndop valid", "'ndop valid'"),
        (
            "docs/validate.md",
            ".venv/bin/ndop validate",
            ".venv/bin/ndop check-it",
            "'ndop check-it'",
        ),
        ("scripts/validate.sh", '/ndop" validate', '/ndop" valiate', "'ndop valiate'"),
        (".pre-commit-hooks.yaml", "entry: scripts/", "entry: script/", "is no program"),
        (
            "action.yml",
            "default: ndop-1.1.0",
            "default: ndop-1",
            "is 'ndop-1', which is no edition",
        ),
        ("action.yml", "ndop-0.0.9-alpha or", "ndop-0.0.9 or", "does not name ndop-0.0.9-alpha"),
    ],
)
def test_a_name_of_nothing_is_reported(
    copied: Layout, editions: list[Edition], name: str, old: str, new: str, expected: str
) -> None:
    change(copied, name, old, new)
    found = problems_of(copied, editions)
    assert found
    assert all(problem.startswith(f"{name}:") for problem in found)
    assert any(expected in problem for problem in found)
