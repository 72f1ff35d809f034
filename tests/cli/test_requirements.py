from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ndop.cli.app import app

pytestmark = pytest.mark.slow


def ndop(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["requirements", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_matrix_is_filtered() -> None:
    status, printed, message = ndop("--area", "read", "--level", "SHALL", "--edition", "noom-draft")
    assert status == 0
    assert "NDOP-096 SHALL Read by logical id" in printed
    assert "test_read.py::test_read_by_id" in printed
    assert "NDOP-098" not in printed
    assert "ndop-1.1.0 " not in printed.replace("ndop-1.1.0,", "")
    assert "SHALL   noom-draft      2" in message


@pytest.mark.parametrize("form", ["csv", "json", "markdown"])
def test_the_matrix_is_written(tmp_path: Path, form: str) -> None:
    file = tmp_path / "matrix"
    status, printed, _ = ndop("--area", "search", "--format", form, "--output", str(file))
    assert (status, printed) == (0, "")
    text = file.read_text(encoding="utf-8")
    if form == "json":
        ids = {entry["id"] for entry in json.loads(text)}
    elif form == "csv":
        ids = {line["id"] for line in csv.DictReader(io.StringIO(text))}
    else:
        ids = {line[2:10] for line in text.splitlines() if line.startswith("| NDOP-")}
    assert {"NDOP-099", "NDOP-204"} <= ids


@pytest.mark.parametrize(
    ("option", "value"), [("--area", "reed"), ("--level", "MUST"), ("--edition", "ndop-9")]
)
def test_what_no_row_has_is_told(option: str, value: str) -> None:
    status, _, message = ndop(option, value)
    assert status == 2
    assert f"{option}: expected one of" in message
    assert repr(value) in message
