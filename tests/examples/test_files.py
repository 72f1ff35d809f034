"""The examples are complete, synthetic, the same each time, and as they are committed."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from fhir.resources.STU3 import get_fhir_model_class

from ndop.conformance.register import requirements
from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.editions import Edition, EditionFolder
from ndop.examples import files, index
from ndop.examples.files import examples_of, files_of
from ndop.examples.recordings import EVERY_EDITION, Recordings
from ndop.system.errors import EditionError, OutOfDateError
from ndop.system.layout import Layout, checkout

_LAYOUT = checkout()
_FOLDER = EditionFolder.of(_LAYOUT)
RECORDINGS = Recordings.read(_LAYOUT.recordings)
_FOLDERS = ("valid", "invalid")
_MADE_UP = Path(__file__).parents[1] / "editions" / "made-up.yaml"

#: Of these an edition says only what it accepts.
ACCEPTED = {("ndop-1.1.0", "NDOP-045")}


@pytest.fixture(scope="module", params=_FOLDER.ids())
def facts(request: pytest.FixtureRequest) -> Edition:
    return _FOLDER.load(request.param)


@pytest.fixture
def elsewhere(tmp_path: Path, layout: Layout) -> Layout:
    """A folder of its own for examples, with the same recordings."""
    other = Layout(tmp_path)
    other.examples.mkdir()
    shutil.copy(layout.recordings, other.recordings)
    return other


def test_what_is_committed_is_what_is_made(layout: Layout, folder: EditionFolder) -> None:
    files.check(layout, folder.load_all())


def test_a_change_by_hand_is_found_and_undone(elsewhere: Layout, edition: Edition) -> None:
    files.build(elsewhere, [edition])
    valid = elsewhere.examples / edition.id / "valid"
    (valid / "search.json").write_text("{}", encoding="utf-8")
    (valid / "read.json").unlink()
    (valid / "unknown.json").write_text("{}", encoding="utf-8")
    (elsewhere.examples / "no-edition").mkdir()
    (elsewhere.examples / "no-edition" / "search.json").write_text("{}", encoding="utf-8")
    with pytest.raises(OutOfDateError) as error:
        files.check(elsewhere, [edition])
    found = str(error.value)
    assert f"{valid / 'search.json'}: differs" in found
    assert f"{valid / 'read.json'}: is missing" in found
    assert f"{valid / 'unknown.json'}: nothing makes it" in found
    assert f"{elsewhere.examples / 'no-edition/search.json'}: nothing makes it" in found
    assert "Run 'ndop build'" in found

    files.build(elsewhere, [edition])
    files.check(elsewhere, [edition])
    assert not (elsewhere.examples / "no-edition").exists()
    assert elsewhere.recordings.exists()


def test_all_are_made_again_if_one_or_its_source_has_changed(
    elsewhere: Layout, layout: Layout, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("editions", "shared"):
        shutil.copytree(layout.root / "profiles" / folder, elsewhere.root / "profiles" / folder)
    made: list[str] = []

    def all_files(made_of: Edition, _: Recordings) -> dict[str, bytes]:
        made.append(made_of.id)
        return {"a.json": b"{}"}

    monkeypatch.setattr(files, "all_files", all_files)

    files.build_all_if_stale(elsewhere, [edition])
    files.build_all_if_stale(elsewhere, [edition])
    assert made == [edition.id]
    (elsewhere.all_examples / edition.id / "a.json").write_text("[]", encoding="utf-8")
    files.build_all_if_stale(elsewhere, [edition])
    assert len(made) == 2
    (elsewhere.editions / f"{edition.id}.yaml").write_text("id: other\n", encoding="utf-8")
    files.build_all_if_stale(elsewhere, [edition])
    assert len(made) == 3


def test_category_each_kind_is_committed_in_json(layout: Layout, facts: Edition) -> None:
    """What people read; the rest is made into build/examples."""
    everything = examples_of(facts, RECORDINGS)
    chosen = files.first_of_each_category(everything)
    assert {one.category for one in chosen} == {one.category for one in everything}
    assert len({one.category for one in chosen}) == len(chosen) < len(everything) / 2
    committed = {
        file.name for file in (layout.examples / facts.id).rglob("*") if file.name != files.MANIFEST
    }
    assert {Path(name).stem for name in committed} == {one.name for one in chosen} | set(_FOLDERS)
    assert {Path(name).stem for name in committed if name.endswith(".xml")} == {
        one.name for one in chosen if "xml" in one.raw
    }


def test_the_index_page_links_each_committed_example(layout: Layout) -> None:
    page = layout.examples / index.FILE_NAME
    linked = {
        (layout.examples / link).resolve()
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }
    assert all(file.is_file() for file in linked)
    unlinked = {
        file
        for file in layout.examples.rglob("*")
        if file.is_file() and file.name != files.MANIFEST and file not in linked
    }
    assert unlinked == {page, layout.recordings}


def test_every_situation_is_recorded(facts: Edition) -> None:
    """Each is said by a server: run the tests with --record-examples after a change of its text."""
    for example in examples_of(facts, RECORDINGS):
        if example.kind == "outcome":
            assert all(issue.get("diagnostics") for issue in example.resource["issue"])


def test_what_was_recorded_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "recorded.json"
    shared = Recordings().with_diagnostics(EVERY_EDITION, "overloaded", ["Try again."])
    shared.with_diagnostics("first", "duplicate", ["One.", "Two."]).write(file)
    read = Recordings.read(file)
    assert read.diagnostics("first", "duplicate") == ["One.", "Two."]
    assert read.diagnostics("second", "duplicate") == ()
    assert read.diagnostics("second", "overloaded") == ["Try again."]


def test_every_way_to_opt_out_and_back_is_there(facts: Edition) -> None:
    """Each channel, the patient and each proxy, each purpose: opting out and back."""
    shown = set()
    for example in examples_of(facts, RECORDINGS):
        if example.kind in ("opt-out", "change"):
            consent = example.resource
            codes = {
                one["url"]: one["valueCodeableConcept"]["coding"][0]["code"]
                for one in consent["extension"]
            }
            role = codes.get(facts.url(facts.proxy)) if facts.proxy else None
            shown.add(
                (codes[facts.url(facts.channel)], role, consent["purpose"][0]["code"],
                 consent["status"])
            )  # fmt: skip
    assert shown == {
        (channel.code, role, purpose.code, status)
        for channel in facts.channel_codings()
        for role in (None, *(one.code for one in facts.proxy_codings()))
        for purpose in facts.purpose_codings()
        for status in (facts.status.opted_out, facts.status.sharing)
    }


def never_met(edition: Edition) -> set[str]:
    """Situations that a server of the edition has no rule for."""
    bound = any(claim.bounds for claim in edition.audit.claims.values())
    rules = {"access-denied": edition.capability.cors, "another-patient": bound}
    return {situation for situation, rule in rules.items() if not rule}


def test_every_situation_is_shown(layout: Layout, facts: Edition) -> None:
    source = next(layout.plugin.rglob("Situation.java")).read_text(encoding="utf-8")
    constants = re.findall(r"^  ([A-Z_]+)[,;]$", source, re.MULTILINE)
    situations = {name.lower().replace("_", "-") for name in constants}
    assert len(situations) > 20
    names = {one.name for one in examples_of(facts, RECORDINGS) if one.kind == "outcome"}
    assert names == {f"outcome-{one}" for one in situations - never_met(facts)}


def test_every_rule_is_broken(layout: Layout, facts: Edition) -> None:
    """Every invariant that refuses, and every requirement on the profile that names 422."""
    verdicts = [one.verdict for one in examples_of(facts, RECORDINGS) if one.verdict is not None]
    used = {
        key
        for structure in facts.structures
        for element in structure.elements.values()
        for key in element.invariants
        if facts.invariants[key].severity == "error"
    }
    assert used <= {verdict.rule for verdict in verdicts}
    asked = {
        row.id
        for row in requirements.read(layout.requirements).of(facts)
        if row.area in ("profile", "value-sets") and row.level == "SHALL" and "422" in row.expected
    }
    assert len(asked) > 25
    missing = asked - {verdict.requirement for verdict in verdicts}
    accepted = {row_id for edition_id, row_id in ACCEPTED if edition_id in facts.lineage}
    assert missing - accepted == set()


def test_json_and_xml_say_the_same(facts: Edition) -> None:
    """NDOP-200."""
    for example in examples_of(facts, RECORDINGS):
        if example.verdict is None:
            model = get_fhir_model_class(example.resource["resourceType"])
            written = files_of(example)
            in_xml = model.model_validate_xml(written[f"{example.name}.xml"])
            in_json = model.model_validate_json(written[f"{example.name}.json"])
            assert in_xml == in_json, example.name
            assert json.loads(written[f"{example.name}.json"]) == example.resource


def test_patients_are_synthetic_and_have_one_preference(facts: Edition) -> None:
    """One Consent of an identity among those that a reader may send one after the other."""
    sent = [
        one.resource for one in examples_of(facts, RECORDINGS) if one.kind in ("opt-out", "sample")
    ]
    identities = {(one["patient"]["reference"], one["purpose"][0]["code"]) for one in sent}
    assert len(identities) == len(sent)
    for example in examples_of(facts, RECORDINGS):
        if example.verdict is None and example.name != "outcome-invalid-nhs-number":
            text = json.dumps(example.resource)
            for number in re.findall(r"(?:Patient/|%2F)(\d{10})", text):
                assert number.startswith("999"), example.name
                assert has_valid_check_digit(number), example.name


def test_a_new_edition_has_examples_at_once(elsewhere: Layout, layout: Layout) -> None:
    made_up = EditionFolder.of(layout, _MADE_UP.parent).load(_MADE_UP.stem)
    files.build(elsewhere, [made_up])
    kinds = {one.kind for one in examples_of(made_up, Recordings())}
    assert kinds == {
        "opt-out",
        "change",
        "sample",
        "read",
        "search",
        "history",
        "outcome",
        "invalid",
    }


def test_a_rule_without_a_sample_is_named(copied_editions: EditionFolder) -> None:
    file = copied_editions.editions / "ndop-1.1.0.yaml"
    text = file.read_text(encoding="utf-8")
    line = "    identifier: { system: https://example.nhs.uk/preference, value: 4f1c-0042 }\n"
    file.write_text(text.replace(line, ""), encoding="utf-8")
    edition = copied_editions.load("ndop-1.1.0")
    with pytest.raises(EditionError, match=r"expected one with Consent\.identifier"):
        examples_of(edition, RECORDINGS)
