from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ndop.cli.app import app
from ndop.system.errors import FileRefusedError
from tests.conformance.stub_server import StubResponse, stub_server

OUT, STAYS = "9990000018", "9990000026"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "numbers.dat"
    file.write_bytes(f"{OUT},\n{STAYS},\n".encode())
    return file


def answer(_method: str, path: str) -> StubResponse:
    """Of the two patients the first has opted out."""
    consent = {"status": "active", "patient": {"reference": f"https://a.example/Patient/{OUT}"}}
    entries = {"entry": [{"resource": consent}]} if OUT in path else {}
    return StubResponse(json.dumps({"type": "searchset", "total": len(entries), **entries}))


def ndop(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["uphold", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stderr


def test_a_file_is_upheld_and_kept(source: Path, tmp_path: Path) -> None:
    requested: list[str] = []

    def counting(method: str, path: str) -> StubResponse:
        requested.append(path)
        return answer(method, path)

    with stub_server(counting) as base_url:
        for name in ("first.dat", "second.dat"):
            status, message = ndop(
                *(str(source), "--output", str(tmp_path / name), "--server", base_url),
                *("--keep", str(tmp_path / "kept"), "--header", "Authorization: Bearer x"),
            )
            assert status == 0, message
            assert (tmp_path / name).read_bytes() == f"{STAYS},\n".encode()
    assert len(requested) == 2
    assert "reused a result less than 24 hours old" in message
    assert OUT not in message


def test_a_file_is_refused(source: Path, tmp_path: Path) -> None:
    source.write_bytes(b"1,\n")
    with pytest.raises(FileRefusedError) as error:
        ndop(str(source), "--output", str(tmp_path / "x.dat"), "--server", "http://127.0.0.1:9")
    assert error.value.exit_status == 1


def test_a_file_is_addressed(source: Path, tmp_path: Path) -> None:
    status, message = ndop(str(source), "--output", str(tmp_path / "to.dat"), "--mesh-from", "X99")
    assert status == 0
    assert f"{tmp_path / 'to.dat'} and {tmp_path / 'to.ctl'}" in message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "expected --server URL, or --mesh-from MAILBOX"),
        (["--server", "http://a", "--mesh-from", "X"], "and not both"),
        (["--server", "http://a", "--purpose", "RESCH"], "--purpose: expected 370856009"),
        (
            ["--server", "http://a", "--edition", "noom-draft"],
            "--purpose: expected RESCH (Opted out of Research Data Sharing) or PC",
        ),
        (["--server", "http://a", "--header", "Bearer x"], "--header: expected 'Name: value'"),
    ],
)
def test_what_cannot_be_done_is_told(
    source: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    status, printed = ndop(str(source), "--output", str(tmp_path / "x.dat"), *options)
    assert status == 2
    assert message in " ".join(printed.replace("│", " ").split())
    assert not (tmp_path / "x.dat").exists()
