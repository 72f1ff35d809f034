"""The pre-commit hook and the GitHub Action: what they call is here and takes what they give."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ndop.system.layout import Layout


def parsed(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.fixture
def hook(layout: Layout) -> dict[str, Any]:
    (hook,) = parsed(layout.root / ".pre-commit-hooks.yaml")
    return dict(hook)


@pytest.fixture
def action(layout: Layout) -> dict[str, Any]:
    return dict(parsed(layout.root / "action.yml"))


def test_the_hook_is_one_of_pre_commit(hook: dict[str, Any]) -> None:
    """The keys that pre-commit asks for, and none that it does not know."""
    assert hook.keys() >= {"id", "name", "entry", "language"}
    assert hook.keys() <= {
        *("id", "name", "entry", "language", "description", "files", "require_serial"),
    }
    assert hook["language"] == "script"  # run from the clone of this repository


def test_the_hook_gets_the_files_that_are_read(hook: dict[str, Any]) -> None:
    pattern = re.compile(hook["files"])
    assert all(pattern.search(f"consents/a{end}") for end in (".json", ".xml", ".ndjson", ".jsonl"))
    assert not pattern.search("notes.txt")


def test_the_script_is_there(layout: Layout, hook: dict[str, Any]) -> None:
    script = layout.root / hook["entry"]
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", str(script)], check=True)


def test_the_action_is_one_of_github(layout: Layout) -> None:
    checked = subprocess.run(
        [
            sys.executable,
            *("-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.github-actions"),
            str(layout.root / "action.yml"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_action_names_the_editions(action: dict[str, Any], published_ids: list[str]) -> None:
    description = action["inputs"]["edition"]["description"]
    assert all(edition_id in description for edition_id in published_ids)
    assert action["inputs"]["edition"]["default"] in published_ids


def test_the_action_sets_up_what_the_prerequisites_ask_for(
    layout: Layout, action: dict[str, Any]
) -> None:
    java, python, _ = action["runs"]["steps"]
    asked = (layout.root / "scripts/prerequisites.sh").read_text(encoding="utf-8")
    assert f"JDK {java['with']['java-version']}" in asked
    assert f"Python {python['with']['python-version']}" in asked


@pytest.mark.slow
def test_the_action_as_a_runner_does_it(
    built: Layout, action: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "my consents").mkdir()
    (tmp_path / "my consents" / "a.json").write_text('{"resourceType": "Patient"}')
    step = action["runs"]["steps"][-1]
    inputs = {name: one.get("default", "") for name, one in action["inputs"].items()}
    inputs["paths"] = "my consents\n\n*.xml\n"
    environment = {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda m: inputs[m[1]], value).replace(
            "${{ github.action_path }}", str(built.root)
        )
        for name, value in step["env"].items()
    }
    done = subprocess.run(
        [step["shell"], "-e", "-c", step["run"]],
        cwd=tmp_path,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "::error file=my consents/a.json,line=1,col=1,title=NDOP-139::" in done.stdout
    assert "::error file=*.xml," in done.stdout
