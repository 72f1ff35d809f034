"""`ndop validate` says of every example what its manifest says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ndop import Result, Validator
from ndop.editions import EditionFolder
from ndop.examples.files import MANIFEST
from ndop.system.layout import Layout, checkout

pytestmark = pytest.mark.slow

_LAYOUT = checkout()


def entries(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every file of a folder with its entry in the manifest."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return [(str(folder / name), one) for one in manifest["examples"] for name in one["files"]]


@pytest.mark.parametrize("edition", EditionFolder.of(_LAYOUT).ids())
def test_verdict_code_and_requirement(
    built: Layout, validators: Callable[[str], Validator], edition: str
) -> None:
    folder = built.all_examples / edition
    consents = [
        (file, one)
        for file, one in entries(folder / "valid")
        if one["kind"] in ("opt-out", "change", "sample", "search", "history")
    ]
    invalid = entries(folder / "invalid")
    assert len(consents) > 60
    assert len(invalid) > 70
    verdicts = {file: one["verdict"] for file, one in invalid}
    validator = validators(edition)
    refused = [
        (result.file, result.findings)
        for result in validator.check_paths([file for file, _ in consents])
        if not result.valid
    ]
    assert refused == []
    differing = [
        (verdicts[result.file], result.findings)
        for result in validator.check_paths([file for file, _ in invalid])
        if not agrees(verdicts[result.file], result)
    ]
    assert differing == []


def agrees(verdict: dict[str, Any], result: Result) -> bool:
    """The same verdict and code; and the same requirement where the rule is a profile's line.

    Several requirements may stand behind an invariant, of which the validator names one.
    """
    if result.valid or verdict["conforms"]:
        return result.valid == bool(verdict["conforms"])
    broken = [finding for finding in result.findings if finding.invalidates]
    of_a_line = " " in verdict["rule"]
    return verdict["code"] in {one.code for one in broken} and (
        not of_a_line or verdict["requirement"] in {one.requirement for one in broken}
    )
