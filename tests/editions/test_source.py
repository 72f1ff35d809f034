from __future__ import annotations

from pathlib import Path

import pytest

from ndop.editions import Edition, EditionFolder
from ndop.editions.references import fhirpath_string
from ndop.system.errors import EditionError


def edit(folder: EditionFolder, old: str, new: str, name: str = "ndop-1.1.0") -> Path:
    file = folder.editions / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


def line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def refusal(folder: EditionFolder) -> str:
    with pytest.raises(EditionError) as error:
        folder.load("ndop-1.1.0")
    return str(error.value)


def test_every_edition_loads(folder: EditionFolder) -> None:
    editions = folder.load_all()
    assert [edition.id for edition in editions] == folder.ids()
    assert "ndop-1.1.0" in folder.ids()


def test_an_unknown_edition_names_the_known_ones(folder: EditionFolder) -> None:
    with pytest.raises(EditionError, match=r"no edition 'of-nobody'.*ndop-1\.1\.0"):
        folder.load("of-nobody")


def test_an_edition_cannot_be_reached_by_a_path(folder: EditionFolder) -> None:
    with pytest.raises(EditionError, match="no edition"):
        folder.load("../shared/spine")


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("version: 1.1.0", "version: one", ["version", "expected", "found 'one'"]),
        ("title:", "titel:", ["titel", "expected no such key"]),
        ("title:", "titel:", ["title", "expected a value, found none"]),
        (
            "{ opted-out: active, sharing: inactive }",
            "{ opted-out: active, sharing: active }",
            ["status", "different statuses"],
        ),
        (
            r"[^\s?#]+/([0-9]{10})",
            r"(?:/[^\s?#]+)*/([0-9]{10})",
            ["patient", "pattern repeats a group"],
        ),
        (
            "interactions: [create,",
            "interactions: [created,",
            ["interactions.0", "'create'", "found 'created'"],
        ),
        ("min: 1, max: 1, extension", "min: 2, max: 1, extension", ["min 2 > max 1"]),
        ("profile: NDOP-Consent-1\n", "profile: NDOP-Consent-2\n", ["profile", "expected one of"]),
        ("value-set: NDOP-Purpose-1", "value-set: NDOP-Purpos-1", ["value-set", "'NDOP-Purpos-1'"]),
        ("#370856009", "#1", ["purposes.0", "ID#CODE"]),
        ("[ndop-status-code]", "[ndop-statuscode]", ["invariants", "'ndop-statuscode'"]),
        ("Consent.dateTime:", "Consnt.dateTime:", ["expected one of Consent", "'Consnt'"]),
        ("identity: nhs-number }", "identity: nhsnumber }", ["identity", "'nhsnumber'"]),
        (
            "type: reference, definition: http://hl7.org/fhir/SearchParameter/Consent-patient",
            "type: token, definition: http://hl7.org/fhir/SearchParameter/Consent-patient",
            ["search.parameters.patient", "type reference"],
        ),
        ("one-of: [patient,", "one-of: [person,", ["one-of", "'person'"]),
        ("$url Extension-NDOP-NIC", "$url Extension-NDOP-MIC", ["samples", "Extension-NDOP-MIC"]),
        ("{{ patient.pattern |", "{{ patient.patern |", ["expression", "patern"]),
        (
            "([0-9]{10})\\z",
            "[0-9]{10}\\z",
            ["patient", "exactly one group"],
        ),
        ("uses: [spine,", "uses: [spone,", ["uses", "found 'spone'"]),
    ],
)
def test_a_wrong_fact_is_named_with_file_line_and_expectation(
    copied_editions: EditionFolder, old: str, new: str, parts: list[str]
) -> None:
    file = edit(copied_editions, old, new)
    message = refusal(copied_editions)
    assert f"{file}:" in message
    for part in parts:
        assert part in message


def test_the_line_is_that_of_the_fact(copied_editions: EditionFolder) -> None:
    file = edit(copied_editions, "email: interoperabilityteam@nhs.net", "email: nowhere")
    assert f"{file}:{line_of(file, 'email: nowhere')}: publication.contact.email" in refusal(
        copied_editions
    )


def test_a_fault_in_the_shared_facts_names_their_file(copied_editions: EditionFolder) -> None:
    file = copied_editions.shared / "spine.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("status: 404, issue: not-found", "status: 4040, issue: x", 1))
    place = f"{file}:{line_of(file, 'status: 4040')}: errors."
    assert place in refusal(copied_editions)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("id: [", ["not valid YAML"]),
        ("- a\n- b\n", ["expected a mapping"]),
        ("", ["expected a mapping"]),
        ("id: a\nid: b\n", [":2: id stands here for the second time", "line 1"]),
        ("id: &x [*x]", ["not valid YAML"]),
    ],
)
def test_a_file_that_is_no_edition(
    copied_editions: EditionFolder, text: str, parts: list[str]
) -> None:
    (copied_editions.editions / "ndop-1.1.0.yaml").write_text(text, encoding="utf-8")
    message = refusal(copied_editions)
    for part in parts:
        assert part in message


def test_a_file_in_another_encoding(copied_editions: EditionFolder) -> None:
    (copied_editions.editions / "ndop-1.1.0.yaml").write_bytes(b"title: \xe9\n")
    assert "cannot be read as UTF-8" in refusal(copied_editions)


def test_the_name_of_the_file_is_the_id(copied_editions: EditionFolder) -> None:
    edit(copied_editions, "id: ndop-1.1.0\n", "id: other\n")
    assert "expected 'ndop-1.1.0', the name of the file, found 'other'" in refusal(copied_editions)


def test_facts_refer_to_each_other(edition: Edition) -> None:
    assert edition.consent.id == edition.profile
    assert edition.error_codes.concepts["ACCESS DENIED"]
    assert edition.coding("NDOP-OptOutSource-1#OP").display == "Online Process"
    assert edition.url("NDOP-OptOutSource-1") == edition.code_system("NDOP-OptOutSource-1").url
    with pytest.raises(KeyError):
        edition.coding("NDOP-OptOutSource-1#GP")
    with pytest.raises(KeyError):
        edition.url("of-nobody")


def test_fhirpath_strings_are_escaped() -> None:
    assert fhirpath_string(r"a\z'b") == r"'a\\z\'b'"
