"""`ndop examples`: what it lists and what it writes."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from fhir.resources.STU3.consent import Consent

from ndop.editions import EditionFolder
from ndop.examples import files
from ndop.examples.recordings import Recordings
from tests.cli.command import ndop_in_process as ndop

PATIENT = "9990000018"
WHEN = "2026-01-31T09:30:00+00:00"

examples = partial(ndop, "examples")


def test_the_list_names_every_file(folder: EditionFolder, recordings: Recordings) -> None:
    done = examples()
    listed = {tuple(line.split("\t")[::2][:2]) for line in done.stdout.splitlines()}
    assert listed == {
        (edition.id, name)
        for edition in folder.load_all()
        for name in files.all_files(edition, recordings)
        if not name.endswith(files.MANIFEST)
    }


def test_the_list_of_one_edition_and_kind() -> None:
    done = examples("--edition", "noom-draft", "--kind", "history")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(lines) > 4
    assert {line[0] for line in lines} == {"noom-draft"}
    assert {line[1] for line in lines} == {"history"}


def test_a_new_one_in_json() -> None:
    done = examples("new", "--channel", "call centre", "--nhs-number", PATIENT, "--role", "poa",
                "--date-time", WHEN)  # fmt: skip
    assert done.returncode == 0, done.stderr
    consent = json.loads(done.stdout)
    codes = [one["valueCodeableConcept"]["coding"][0]["code"] for one in consent["extension"]]
    assert codes == ["CC", "POA"]
    assert consent["status"] == "active"
    assert consent["dateTime"] == WHEN
    assert consent["patient"]["reference"].endswith(f"/{PATIENT}")
    assert "consentingParty" not in consent


def test_a_new_one_in_an_xml_file(tmp_path: Path) -> None:
    file = tmp_path / "consent.xml"
    done = examples("new", "--edition", "noom-draft", "--channel", "GP", "--purpose", "pc",
                    "--nhs-number", "9990000019", "--decision", "share",
                    "--output", str(file))  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert "check digit" in done.stderr
    consent = Consent.model_validate_xml(file.read_bytes())
    assert consent.status == "active"
    assert consent.purpose is not None
    assert consent.purpose[0].code == "PC"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--channel", "FAX"], "channel: expected one of OP (Online Process), PFSP"),
        (["--channel", "OP", "--purpose", "RESCH"], "purpose: expected one of 370856009"),
        (["--channel", "OP", "--role", "MOTHER"], "role: expected one of COURTDEP"),
        (["--channel", "OP", "--nhs-number", "999 000 0018"], "expected ten digits"),
        (["--channel", "OP", "--date-time", "2026-01-31"], "expected date, time and zone"),
        (["--channel", "OP", "--edition", "noom-draft"], "purpose: expected one of RESCH"),
        (
            ["--channel", "OP", "--edition", "noom-draft", "--purpose", "PC", "--role", "POA"],
            "has no roles of proxies",
        ),
        (["--channel", "OP", "--output", "/of-nobody/x.json"], "cannot be written"),
        (["--channel", "OP", "--edition", "of-nobody"], "There is no edition 'of-nobody'"),
    ],
)
def test_what_makes_no_consent_is_told(arguments: list[str], message: str) -> None:
    done = examples("new", "--nhs-number", PATIENT, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
