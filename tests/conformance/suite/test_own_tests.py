"""The suite as a library of fixtures: docs/own-tests, run as docs/conformance.md says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ndop.conformance.report import results
from ndop.server.process import RunningServer
from ndop.system.layout import Layout
from tests.conformance.stub_server import StubResponse, stub_server

pytestmark = pytest.mark.slow


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", str(folder)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def example(layout: Layout) -> Path:
    return layout.root / "docs" / "own-tests"


def test_without_a_server_they_are_skipped(example: Path) -> None:
    done = run_pytest(example)
    assert "2 skipped" in done.stdout, done.stdout
    assert "give --ndop-preset or --ndop-base-url" in done.stdout


def test_they_fail_where_the_server_is_wrong(example: Path) -> None:
    with stub_server(lambda *_: StubResponse('{"resourceType": "Bundle"}')) as base_url:
        done = run_pytest(example, "--ndop-base-url", base_url)
    assert "2 failed" in done.stdout, done.stdout
    assert "expected: 422" in done.stdout


def test_other_tests_are_not_affected(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text("def test_x(): pass\n")
    done = run_pytest(tmp_path, "-p", "ndop.conformance.suite.plugin", f"--rootdir={tmp_path}")
    assert "1 passed" in done.stdout, done.stdout


def test_a_preset_is_read(example: Path, tmp_path: Path) -> None:
    file = tmp_path / "target.yaml"
    file.write_text("limits: { request: 5 }")
    done = run_pytest(example, "--ndop-preset", str(file))
    assert f"{file}: base-url: expected one" in done.stdout + done.stderr
    with stub_server(lambda *_: StubResponse('{"resourceType": "Bundle"}')) as base_url:
        file.write_text(f"base-url: {base_url}\nleave-out: {{ NDOP-086: ours }}\n")
        done = run_pytest(example, "--ndop-preset", str(file))
    assert "1 failed, 1 skipped" in done.stdout, done.stdout
    assert "NDOP-086 is left out: ours" in done.stdout


def test_they_pass_against_the_reference_server(example: Path, server: RunningServer) -> None:
    done = run_pytest(example, "--ndop-base-url", server.base_url)
    assert "2 passed" in done.stdout, done.stdout


def test_they_run_with_the_suite(example: Path, server: RunningServer, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ndop", "conformance", server.base_url]
    options = ["--tests", str(example), "--only", "our-portal", "--only", "read"]
    done = subprocess.run(
        [*command, *options, "--report", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    run = results.read(tmp_path)
    assert {test.area for test in run.tests} == {"our-portal", "read"}
    assert run.tests_by_outcome("our-portal")["passed"] == 2
