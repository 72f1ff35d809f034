"""The examples are complete, synthetic, the same each time, and as they are committed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fhir.resources.STU3 import get_fhir_model_class

from ndop.conformance.register import requirements
from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.editions import Edition, EditionFolder
from ndop.examples import files
from ndop.examples.files import examples_of, files_of
from ndop.system.errors import EditionError, OutOfDateError
from ndop.system.layout import Layout, checkout

_LAYOUT = checkout()
_FOLDER = EditionFolder.of(_LAYOUT)
_MADE_UP = Path(__file__).parents[1] / "editions" / "made-up.yaml"

#: Of these an edition says only what it accepts.
ACCEPTED = {("ndop-1.1.0", "NDOP-045")}


@pytest.fixture(scope="module", params=_FOLDER.ids())
def facts(request: pytest.FixtureRequest) -> Edition:
    return _FOLDER.load(request.param)


def test_what_is_committed_is_what_is_made(layout: Layout, folder: EditionFolder) -> None:
    files.check(layout.examples, folder.load_all())


def test_a_change_by_hand_is_found_and_mended(tmp_path: Path, edition: Edition) -> None:
    files.build(tmp_path, [edition])
    valid = tmp_path / edition.id / "valid"
    (valid / "search.json").write_text("{}", encoding="utf-8")
    (valid / "search.xml").unlink()
    (valid / "of-nobody.json").write_text("{}", encoding="utf-8")
    (tmp_path / "of-nobody").mkdir()
    with pytest.raises(OutOfDateError) as error:
        files.check(tmp_path, [edition])
    told = str(error.value)
    assert f"{valid / 'search.json'}: differs" in told
    assert f"{valid / 'search.xml'}: is missing" in told
    assert f"{valid / 'of-nobody.json'}: nothing makes it" in told
    assert f"{tmp_path / 'of-nobody'}: no such edition" in told
    assert "Run 'ndop build'" in told

    files.build(tmp_path, [edition])
    (tmp_path / "of-nobody").rmdir()
    files.check(tmp_path, [edition])


def test_every_way_to_opt_out_and_back_is_there(facts: Edition) -> None:
    """Each channel, the patient and each proxy, each purpose: opting out and back."""
    shown = set()
    for example in examples_of(facts):
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
    names = {one.name for one in examples_of(facts) if one.kind == "outcome"}
    assert names == {f"outcome-{one}" for one in situations - never_met(facts)}


def test_every_rule_is_broken(layout: Layout, facts: Edition) -> None:
    """Every invariant that refuses, and every requirement on the profile that names 422."""
    verdicts = [one.verdict for one in examples_of(facts) if one.verdict is not None]
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
    assert {one for one in missing if (facts.id, one) not in ACCEPTED} == set()


def test_json_and_xml_say_the_same(facts: Edition) -> None:
    """NDOP-200."""
    for example in examples_of(facts):
        if example.verdict is None:
            model = get_fhir_model_class(example.resource["resourceType"])
            written = files_of(example)
            in_xml = model.model_validate_xml(written[f"{example.name}.xml"])
            in_json = model.model_validate_json(written[f"{example.name}.json"])
            assert in_xml == in_json, example.name
            assert json.loads(written[f"{example.name}.json"]) == example.resource


def test_patients_are_synthetic_and_have_one_preference(facts: Edition) -> None:
    """One Consent of an identity among those that a reader may send one after the other."""
    sent = [one.resource for one in examples_of(facts) if one.kind in ("opt-out", "sample")]
    identities = {(one["patient"]["reference"], one["purpose"][0]["code"]) for one in sent}
    assert len(identities) == len(sent)
    for example in examples_of(facts):
        if example.verdict is None and example.name != "outcome-invalid-nhs-number":
            text = json.dumps(example.resource)
            for number in re.findall(r"(?:Patient/|%2F)(\d{10})", text):
                assert number.startswith("999"), example.name
                assert has_valid_check_digit(number), example.name


def test_a_new_edition_has_examples_at_once(tmp_path: Path, layout: Layout) -> None:
    made_up = EditionFolder.of(layout, _MADE_UP.parent).load(_MADE_UP.stem)
    files.build(tmp_path, [made_up])
    kinds = {one.kind for one in examples_of(made_up)}
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
        examples_of(edition)
