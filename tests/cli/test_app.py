"""The command as a person or a script meets it: help, messages, exit statuses, Ctrl-C."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from ndop.cli.app import COMMANDS, app
from ndop.server.process import RunningServer, free_port
from ndop.system.layout import Layout
from tests.cli.command import ndop, ndop_in_process, running_ndop, wait_for_exit
from tests.conformance.result_factories import make_run, make_test
from tests.conformance.stub_server import StubResponse, stub_server


def refused(*arguments: str, home: Path | None = None, status: int = 2) -> str:
    """What the command prints when it ends with the exit status."""
    done = ndop_in_process(*arguments, home=home)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("command", [one.name for one in COMMANDS])
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = CliRunner().invoke(app, [*command.split(), "--help"])
    assert done.exit_code == 0
    printed = " ".join(done.stdout.split())
    assert f"Example: ndop {command}" in printed
    assert "Exit status: 0" in printed


def test_help_lists_the_exit_statuses_and_every_command() -> None:
    message = ndop_in_process("--help").stdout
    assert "2 could not run" in message
    for one in COMMANDS:
        assert re.search(rf"^  {one.name}  +{one.summary[:30]}", message, re.MULTILINE)


def test_a_command_that_does_not_exist() -> None:
    assert "No such command 'validat'. Did you mean 'validate'?" in refused("validat")
    assert "Did you mean 'certificates init'" in refused("certificates")


@pytest.mark.parametrize("command", [["run"], ["serve"], ["conformance", "http://127.0.0.1"]])
def test_an_unknown_edition(command: list[str]) -> None:
    message = refused(*command, "--edition", "of-nobody")
    assert "There is no edition 'of-nobody'" in message
    assert "ndop-1.1.0" in message


def test_a_broken_edition(layout: Layout, tmp_path: Path) -> None:
    shutil.copytree(layout.root / "profiles", tmp_path / "profiles")
    file = tmp_path / "profiles/editions/ndop-1.1.0.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("version: 1.1.0", "version: x", 1))
    message = refused("build", home=tmp_path)
    assert f"{file}:" in message
    assert "version: expected" in message
    assert "found 'x'" in message


def test_no_checkout(tmp_path: Path) -> None:
    assert f"No checkout of ndop-fhir at {tmp_path}" in refused("build", home=tmp_path)


@pytest.mark.parametrize("name", ["1700000000123", "9990000018"])
def test_an_error_names_the_path_that_it_is_about(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But repeats no number elsewhere, such as in the file."""
    folder = tmp_path / name
    folder.mkdir()
    file = folder / "old.json"
    absolute = ndop_in_process("conformance", "compare", str(file), str(file))
    assert absolute.stderr.startswith(f"{file}: expected a results.json")
    monkeypatch.chdir(tmp_path)
    relative = ndop_in_process("conformance", "compare", f"{name}/old.json", f"{name}/old.json")
    assert relative.stderr.startswith(f"{name}/old.json: expected a results.json")
    assert f"No checkout of ndop-fhir at {folder}:" in ndop_in_process("build", home=folder).stderr
    elsewhere = ndop_in_process("conformance", f"http://127.0.0.1:9/fhir/{name}")
    assert "Nothing answers at http://127.0.0.1:9/fhir/…/" in elsewhere.stderr
    assert name not in elsewhere.stderr


def test_a_base_url_where_nothing_answers() -> None:
    message = refused("conformance", f"http://127.0.0.1:{free_port()}/fhir")
    assert "Nothing answers at" in message


def test_a_base_url_that_answers_html() -> None:
    page = StubResponse("<html>", content_type="text/html")
    with stub_server(lambda *_: page) as base_url:
        assert "found text/html" in refused("conformance", base_url)


def test_a_claim_that_means_nothing() -> None:
    message = refused("conformance", "http://127.0.0.1", "--claim", "perfect")
    assert "strict-nhs-number" in message


def test_a_run_needs_a_server() -> None:
    assert "Which server?" in refused("conformance")


def test_a_preset_is_written_once_and_read(tmp_path: Path) -> None:
    file = tmp_path / "target.yaml"
    done = ndop_in_process("conformance", "--init", "--preset", str(file))
    assert done.returncode == 0
    assert f"ndop conformance --preset {file} --dry-run" in done.stdout
    assert "it is not overwritten" in refused("conformance", "--init", "--preset", str(file))
    base_url = f"http://127.0.0.1:{free_port()}/fhir"
    file.write_text(file.read_text().replace("https://your.server/fhir", base_url))
    assert f"Nothing answers at {base_url}" in refused("conformance", "--preset", str(file))
    file.write_text("base-url: [1]")
    assert f"{file}:1: base-url: expected" in refused("conformance", "--preset", str(file))


def test_runs_are_compared(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(make_run([make_test("x")]).model_dump_json())
    new.write_text(make_run([make_test("x", "failed")]).model_dump_json())
    broken = ndop_in_process("conformance", "compare", str(old), str(new))
    assert broken.returncode == 1
    assert "passed → failed" in broken.stdout
    assert ndop_in_process("conformance", "compare", str(new), str(old)).returncode == 0
    assert "expected a results.json" in refused("conformance", "compare", "nowhere", str(new))


def test_the_schema_is_printed() -> None:
    done = ndop_in_process("conformance", "--schema")
    assert json.loads(done.stdout)["title"] == "RunResult"


@pytest.mark.slow
def test_a_dry_run_runs_nothing(server: RunningServer, tmp_path: Path) -> None:
    done = ndop("conformance", server.base_url, "--dry-run", "--report", str(tmp_path / "report"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "it declares Consent: create, read" in done.stdout
    assert "To run it: give --claim strict-nhs-number" in done.stdout
    assert not (tmp_path / "report").exists()


@pytest.mark.slow
def test_a_port_in_use(built: Layout) -> None:
    assert built
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 cannot be used" in refused("serve", "--port", str(port))


@pytest.mark.slow
def test_a_run_of_one_area(server: RunningServer, tmp_path: Path) -> None:
    done = ndop("conformance", server.base_url, "--only", "read", "--report", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "read: 7 passed" in done.stderr
    assert f"Report: {tmp_path / 'index.html'}" in done.stdout
    reports = {"index.html", "junit.xml", "results.json", "testreport.json"}
    assert {file.name for file in tmp_path.iterdir()} == reports


@pytest.mark.slow
def test_serving_ends_cleanly(built: Layout, tmp_path: Path) -> None:
    assert built
    port = free_port()
    with running_ndop(
        *("serve", "--port", str(port), "--data", str(tmp_path)), until="Serving"
    ) as serving:
        assert httpx.get(f"http://127.0.0.1:{port}/fhir/metadata").status_code == 200

        serving.send_signal(signal.SIGINT)

        status, printed = wait_for_exit(serving)
    assert status == 0, printed
    assert "The server has stopped." in printed
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
    assert list(tmp_path.glob("*.db"))


@pytest.mark.slow
def test_an_interrupted_run_writes_its_reports(server: RunningServer, tmp_path: Path) -> None:
    run = ("conformance", server.base_url, "--report", str(tmp_path))
    with running_ndop(*run, until="create:") as running:  # a first area is done
        running.send_signal(signal.SIGINT)
        status, printed = wait_for_exit(running)
    assert status == 130, printed
    assert '"complete": false' in (tmp_path / "results.json").read_text(encoding="utf-8")
    assert "The run is incomplete" in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_interrupted_fuzzing_tells_what_it_found(server: RunningServer, layout: Layout) -> None:
    edition = "ndop-1.1.0"
    options = ("--edition", edition, "--audit", "permissive", "--requests", "100000")
    fuzz = ("fuzz", *options, "--server", server.base_url)
    with running_ndop(*fuzz, until=f"Fuzzing {edition}, audit permissive …") as running:
        time.sleep(3)  # some requests
        running.send_signal(signal.SIGINT)
        status, printed = wait_for_exit(running)
    assert status == 130, printed
    assert f"{edition}, audit permissive: interrupted, so these results are incomplete" in printed
    file = layout.report / edition / "fuzz-permissive.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["complete"] is False
    assert report["requests"] < 100_000
