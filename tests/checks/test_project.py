"""All checks together: over this project, and where one of them cannot be made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ndop.checks.project import project_problems
from ndop.cli.app import COMMANDS
from ndop.system.layout import Layout

_COMMANDS = [command.name for command in COMMANDS]


@pytest.mark.slow
def test_nothing_in_the_project_contradicts(layout: Layout) -> None:
    assert [str(problem) for problem in project_problems(layout, _COMMANDS)] == []


def test_every_broken_edition_is_reported(layout: Layout, tmp_path: Path) -> None:
    shutil.copytree(layout.root / "profiles", tmp_path / "profiles")
    for name in ("ndop-1.1.0", "noom-draft"):
        file = tmp_path / "profiles" / "editions" / f"{name}.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("\ntitle:", "\ntitel:"), "utf-8")
    found = project_problems(Layout(tmp_path), _COMMANDS)
    places = {problem.place.rpartition(":")[0] for problem in found}
    assert places == {f"profiles/editions/{name}.yaml" for name in ("ndop-1.1.0", "noom-draft")}


@pytest.mark.slow
def test_a_register_that_cannot_be_read_hides_nothing_else(layout: Layout, tmp_path: Path) -> None:
    for name in ("conformance-tests", "docs", "profiles"):
        shutil.copytree(layout.root / name, tmp_path / name)
    for name in ("CONTRIBUTING.md", "Makefile", "README.md", "action.yml", "examples"):
        (tmp_path / name).symlink_to(layout.root / name)
    for name in ("scripts", ".pre-commit-hooks.yaml", "src"):
        (tmp_path / name).symlink_to(layout.root / name)
    (tmp_path / "docs" / "opting-out" / "noom-draft.md").unlink()
    copied = Layout(tmp_path)
    text = copied.requirements.read_text(encoding="utf-8")
    copied.requirements.write_text(text.replace(",SHALL,", ",MUST,", 1), encoding="utf-8")
    register, page = project_problems(copied, _COMMANDS)
    assert register.place == "conformance-tests/requirements.csv:2"
    assert "expected SHALL, SHOULD or MAY, found 'MUST'" in register.text
    assert page.place == "docs/opting-out/noom-draft.md"
