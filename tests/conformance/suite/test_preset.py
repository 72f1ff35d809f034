"""Presets: what they say is what a run uses; an error names its place in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ndop.conformance.suite import preset
from ndop.conformance.suite.claims import CLAIMS
from ndop.conformance.suite.preset import KnownNames, LoadedPreset
from ndop.system.errors import PresetError

KNOWN = KnownNames({"NDOP-001", "NDOP-104"}, {"ndop-1.1.0"}, CLAIMS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "target.yaml"


def read(file: Path, text: str) -> LoadedPreset:
    file.write_text(text, encoding="utf-8")
    return preset.read(file, KNOWN)


def test_everything(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ca.pem", "client.pem", "client.key"):
        (file.parent / name).touch()
    (file.parent / "token.txt").write_text("from-a-file\n")
    (file.parent / "ours").mkdir()
    monkeypatch.setenv("OUR_KEY", "from-the-environment")
    found = read(
        file,
        """
base-url: https://example.org/fhir
edition: ndop-1.1.0
claims: [strict-nhs-number]
token: { file: token.txt }
headers:
  X-Api-Key: { environment: OUR_KEY }
  From-ASID: 200000000115
tls: { ca: ca.pem, certificate: client.pem, key: client.key, verify: false }
patients: [9990000018, "9990000026"]
leave-out:
  NDOP-104: The gateway answers this.
tests: [ours]
limits: { request: 5, run: 600 }
""",
    )
    assert found.base_url == "https://example.org/fhir"
    assert found.claims == ("strict-nhs-number",)
    assert found.access.headers == {
        "X-Api-Key": "from-the-environment",
        "From-ASID": "200000000115",
        "Authorization": "Bearer from-a-file",
    }
    assert set(found.access.secrets) == {"from-a-file", "from-the-environment"}
    assert found.access.ca == file.parent / "ca.pem"
    assert found.access.key == file.parent / "client.key"
    assert not found.access.verify
    assert found.patients == ("9990000018", "9990000026")
    assert found.left_out == {"NDOP-104": "The gateway answers this."}
    assert found.tests == (file.parent / "ours",)
    assert (found.access.request_seconds, found.run_seconds) == (5, 600)


def test_the_commented_preset_can_be_read(file: Path) -> None:
    text = preset.commented("ndop-1.1.0", CLAIMS)
    assert read(file, text).base_url == "https://your.server/fhir"
    for key in preset.Preset.model_fields:
        assert f"{key.replace('_', '-')}:" in text


def test_every_key_of_the_commented_preset_can_be_used(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every key that is commented out can be switched on."""
    for name in ("ca.pem", "client.pem", "client.key"):
        (file.parent / name).touch()
    monkeypatch.setenv("NDOP_API_KEY", "a-key")
    text = preset.commented("ndop-1.1.0", CLAIMS)
    for empty in ("claims: []", "headers: {}", "patients: []", "leave-out: {}"):
        assert empty in text
        text = text.replace(empty, empty.split(":")[0] + ":")
    lines = text.splitlines()
    assert '#token: "the token itself"' in lines
    offered = [line[1:] if line.startswith(("#  ", '#token: "')) else line for line in lines]
    found = read(file, "\n".join(offered))
    assert set(found.claims) == CLAIMS.keys()
    assert found.access.headers.keys() == {"Authorization", "X-Api-Key", "From-ASID"}
    assert found.patients == ("9990000018",)
    assert found.left_out.keys() == {"NDOP-104"}
    assert found.access.certificate == file.parent / "client.pem"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base-url: x\nbase_url: y", ":2: base_url: expected no such key"),
        ("base-url: x\nbase-url: y", ":2: base-url stands here for the second time"),
        ("limits:\n  request: fast", ":2: limits.request: expected a valid number"),
        ("limits:\n  run: 0", ":2: limits.run: expected greater than 0"),
        ("claims:\n- nice", ":2: claims.0: expected one of ignores-token, require-if-match"),
        ("edition: of-nobody", ":1: edition: expected one of ndop-1.1.0; found 'of-nobody'"),
        ("patients:\n- 9434765910", ":2: patients.0: expected an NHS number"),
        ("leave-out:\n  NDOP-999: x", ":2: leave-out.NDOP-999: expected the id of a row"),
        ("leave-out:\n  NDOP-001: ''", ":2: leave-out.NDOP-001: expected"),
        ("tls:\n  ca: nowhere.pem", ":2: tls.ca: expected a file; found none at"),
        ("tls:\n  key: target.yaml", ":2: tls.key: expected tls.certificate beside it"),
        ("token: { file: nowhere.txt }", ":1: token: expected a file with the value"),
        ("token: { environment: NOT_SET }", ":1: token: expected the environment variable NOT_SET"),
        ("token: { file: a, text: b }", ":1: token: expected one of text, file, environment"),
        ("headers:\n  'A B': x", ":2: headers.A B: expected the name of a header"),
        ('headers:\n  A: "x\\ny"', ":2: headers.A: expected a value that can stand in a header"),
        ("tests: [nowhere]", ":1: tests.0: expected a file or folder of tests"),
        ("- a", ":1: expected a mapping"),
        ("a: [", ": not valid YAML"),
    ],
)
def test_an_error_names_its_place(
    file: Path, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    with pytest.raises(PresetError) as error:
        read(file, text)
    assert f"{file}" in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "text", ["token: [hunter2]", "headers: {A: {text: [hunter2]}}", "headers: [hunter2]"]
)
def test_an_error_does_not_repeat_a_secret(file: Path, text: str) -> None:
    with pytest.raises(PresetError) as error:
        read(file, text)
    assert "hunter2" not in str(error.value)


def test_options_override_the_preset(file: Path) -> None:
    found = read(file, "token: from-the-preset\nheaders: { A: '1', B: '2' }")
    changed = preset.overridden(found, ["authorization: Bearer from-the-option", "b:3"], 7)
    assert changed.access.headers == {
        "A": "1",
        "authorization": "Bearer from-the-option",
        "b": "3",
    }
    assert "from-the-option" in changed.access.secrets
    assert changed.access.request_seconds == 7
    with pytest.raises(PresetError, match="expected 'Name: value'"):
        preset.overridden(found, ["no colon"], None)
