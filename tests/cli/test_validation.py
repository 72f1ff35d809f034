"""ndop validate as a person or a CI job meets it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from ndop.consents import Draft, having
from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.system.layout import Layout
from tests.cli.command import ndop
from tests.running_processes import is_running

pytestmark = pytest.mark.slow

validate = partial(ndop, "validate")


@pytest.fixture
def folder_of_consents(built: Layout, consent: Draft, tmp_path: Path) -> Path:
    """One that is valid, one with a warning, one that is invalid."""
    reference = consent["patient"]["reference"]
    wrong = next(
        reference[:-1] + digit
        for digit in "0123456789"
        if not has_valid_check_digit(reference[-10:-1] + digit)
    )
    put(tmp_path / "invalid.json", having(consent, "status", value="draft"))
    put(tmp_path / "valid.json", consent)
    put(tmp_path / "warned.json", having(consent, "patient", "reference", value=wrong))
    return tmp_path


def put(file: Path, resource: Draft) -> None:
    file.write_text(json.dumps(resource, indent=2), encoding="utf-8")


def test_all_is_well(folder_of_consents: Path) -> None:
    """A warning too: by default only errors fail."""
    done = validate(str(folder_of_consents / "valid.json"), str(folder_of_consents / "warned.json"))
    assert done.returncode == 0
    assert "valid.json" not in done.stdout
    assert "warned.json" in done.stdout
    assert "2 valid, 0 invalid; errors: 0, warnings: 1" in done.stderr


def test_one_is_invalid_and_the_rest_is_checked(folder_of_consents: Path) -> None:
    done = validate(str(folder_of_consents))
    assert done.returncode == 1
    assert f"{folder_of_consents}/invalid.json:" in done.stdout
    assert "NDOP-016, INVALID_RESOURCE, ndop-status-code" in done.stdout
    assert "2 valid, 1 invalid; errors: 1, warnings: 1" in done.stderr


def test_warnings_fail_where_asked(folder_of_consents: Path) -> None:
    file = str(folder_of_consents / "warned.json")
    assert validate(file, "--fail-on", "warning").returncode == 1


def test_what_cannot_be_checked(folder_of_consents: Path) -> None:
    done = validate(
        str(folder_of_consents / "nowhere.json"), str(folder_of_consents / "valid.json")
    )
    assert done.returncode == 2
    assert "nowhere.json: fatal: expected a file or folder, found nothing" in done.stdout
    assert "1 valid" in done.stderr


def test_quiet_and_another_format_from_standard_input(folder_of_consents: Path) -> None:
    lines = [
        json.dumps(json.loads(file.read_bytes())) for file in sorted(folder_of_consents.iterdir())
    ]
    done = validate("-", "--quiet", "--format", "json", stdin="\n".join(lines))
    assert (done.returncode, done.stderr) == (1, "")
    report = json.loads(done.stdout)
    assert [(one["line"], one["valid"]) for one in report["results"]] == [
        (1, False),
        (2, True),
        (3, True),
    ]


def test_an_unknown_profile(folder_of_consents: Path) -> None:
    done = validate(str(folder_of_consents / "valid.json"), "--profile", "https://example.org/none")
    assert done.returncode == 2
    assert "no definition of the profile https://example.org/none" in done.stderr


def test_an_unknown_edition() -> None:
    done = validate("x.json", "--edition", "of-nobody")
    assert done.returncode == 2
    assert "There is no edition 'of-nobody'" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_no_process(number: signal.Signals) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "ndop", "validate", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    if not children.exists():
        running.kill()
        pytest.skip("no /proc here to see the child processes in")
    while not children.read_text(encoding="ascii").split():
        assert running.poll() is None
        time.sleep(0.05)
    (java,) = map(int, children.read_text(encoding="ascii").split())

    running.send_signal(number)

    _, message = running.communicate(timeout=60)
    assert running.returncode == 130, message
    assert "Traceback" not in message
    assert not is_running(java)
