"""An edition that is based on another: what is merged, what is refused, whose line is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ndop.editions import Edition, EditionFolder
from ndop.editions.model import Facts
from ndop.system.errors import EditionError
from ndop.system.layout import Layout

HEAD = """\
id: child
based-on: ndop-1.1.0
version: 1.2.0
"""


def write(folder: EditionFolder, text: str, name: str = "child") -> Path:
    file = folder.editions / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def child(folder: EditionFolder, facts: str = "") -> Edition:
    write(folder, HEAD + facts)
    return folder.load("child")


def refusal(folder: EditionFolder, facts: str = "") -> str:
    with pytest.raises(EditionError) as error:
        child(folder, facts)
    return str(error.value)


def line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def other_facts(one: Facts, other: Facts) -> set[str]:
    return {name for name, value in one if value != getattr(other, name)}


def test_what_it_leaves_out_is_inherited(copied_editions: EditionFolder, edition: Edition) -> None:
    derived = child(copied_editions)
    assert other_facts(derived, edition) == {"id", "based_on", "version"}
    assert derived.lineage == ["child", edition.id]


def test_mappings_are_merged_key_by_key(copied_editions: EditionFolder, edition: Edition) -> None:
    derived = child(
        copied_editions,
        "publication: { contact: { name: Child Team } }\nhistory: { filters: [patient] }\n",
    )
    assert derived.publication.contact.name == "Child Team"
    assert derived.publication.contact.email == edition.publication.contact.email
    assert derived.history is not None
    assert (derived.history.version, derived.history.filters) == ("versionId", ["patient"])


def test_artefacts_are_merged_by_id(copied_editions: EditionFolder, edition: Edition) -> None:
    derived = child(
        copied_editions,
        """\
structures:
  - id: NDOP-Consent-1
    elements:
      Consent.policy: { max: 2 }
      Consent.identifier: { max: 0 }
      Consent.implicitRules: { max: 0 }
code-systems:
  - id: NDOP-OptOutSource-1
    concepts: { KIOSK: Self-service kiosk }
  - id: More
    url: https://example.org/more
    version: 1.0.0
    description: More.
    concepts: { A: B }
""",
    )
    policy = derived.constrained("Consent.policy")
    assert (policy.min, policy.max) == (edition.constrained("Consent.policy").min, 2)
    ids = [one.id for one in edition.structures]
    assert [one.id for one in derived.structures] == ids
    # What is new stands behind what it stands behind in the file.
    elements = list(derived.consent.elements)
    assert elements[elements.index("Consent.identifier") + 1] == "Consent.implicitRules"
    concepts = derived.code_system("NDOP-OptOutSource-1").concepts
    assert concepts == {
        **edition.code_system("NDOP-OptOutSource-1").concepts,
        "KIOSK": "Self-service kiosk",
    }
    ids = [one.id for one in derived.code_systems]
    assert ids[ids.index("NDOP-OptOutSource-1") + 1] == "More"


def test_other_lists_are_replaced(copied_editions: EditionFolder) -> None:
    derived = child(
        copied_editions, "interactions: [create, read]\nsearch: { one-of: [patient] }\n"
    )
    assert derived.interactions == ["create", "read"]
    assert derived.search.one_of == ["patient"]


def test_facts_are_removed_and_replaced(copied_editions: EditionFolder, edition: Edition) -> None:
    derived = child(
        copied_editions,
        """\
proxy: $remove
audit: { claims: { requesting_patient: $remove, sub: { same-as: [requesting_user] } } }
code-systems:
  - id: NDOP-OptOutSource-1
    concepts: { $replace: { OP: Online Process, CC: Call Centre, PP: Paper Process } }
structures:
  - id: Extension-NDOP-NICReference-1
    elements:
      $replace:
        Extension: { short: Note }
        "Extension.value[x]:valueString": { min: 1, type: string }
  - $remove NHSDigital-CapabilityStatement-1
capability: { profile: $remove }
""",
    )
    assert derived.proxy is None
    assert "requesting_patient" not in derived.audit.claims
    assert derived.audit.claims["sub"].required
    assert list(derived.code_system("NDOP-OptOutSource-1").concepts) == ["OP", "CC", "PP"]
    assert derived.structure("Extension-NDOP-NICReference-1").elements["Extension"].max is None
    # A shared fact is inherited as any other, so it can be removed too.
    assert {one.id for one in edition.structures} - {one.id for one in derived.structures} == {
        "NHSDigital-CapabilityStatement-1"
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("guide: $remove\n", "guide: expected a fact of the edition that this one is based on"),
        ("audit: { claims: { scop: $remove } }\n", "audit.claims.scop: expected a fact"),
        ("structures: [$remove NDOP-Consent-2]\n", "expected a fact"),
        ("interactions: [$remove vread]\n", "interactions.0: expected a fact"),
        ("decisions: { D-99: { $replace: { a: b } } }\n", "none to replace"),
        ("title: $remove me\n", "title: expected a fact"),
    ],
)
def test_what_is_not_there_cannot_be_removed(
    copied_editions: EditionFolder, facts: str, expected: str
) -> None:
    file = copied_editions.editions / "child.yaml"
    message = refusal(copied_editions, facts)
    assert expected in message
    assert f"{file}:4: " in message


def test_nothing_is_removed_without_a_base(copied_editions: EditionFolder) -> None:
    file = copied_editions.editions / "ndop-1.1.0.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\nid:", "\nupholding: $remove\nid:", 1), encoding="utf-8")
    with pytest.raises(EditionError, match="upholding: expected a fact of the edition that"):
        copied_editions.load("ndop-1.1.0")


def test_a_wrong_fact_is_named_where_it_stands(copied_editions: EditionFolder) -> None:
    """In the base where it is inherited, in the derived file where that says it."""
    base = copied_editions.editions / "ndop-1.1.0.yaml"
    file = copied_editions.editions / "child.yaml"
    overridden = refusal(copied_editions, "publication:\n  contact: { email: nowhere }\n")
    assert f"{file}:{line_of(file, 'nowhere')}: publication.contact.email" in overridden

    combined = refusal(
        copied_editions,
        "structures:\n  - id: NDOP-Consent-1\n    elements:\n      Consent.policy: { min: 2 }\n",
    )
    assert f"{file}:{line_of(file, 'min: 2')}: " in combined
    assert "min 2 > max 1" in combined

    text = base.read_text(encoding="utf-8")
    base.write_text(text.replace("email: interoperabilityteam@nhs.net", "email: nobody"), "utf-8")
    inherited = refusal(copied_editions, "title: Child\n")
    assert f"{base}:{line_of(base, 'email: nobody')}: publication.contact.email" in inherited
    assert "child.yaml" not in inherited


def test_a_shared_fact_is_named_where_it_stands(copied_editions: EditionFolder) -> None:
    file = copied_editions.shared / "spine.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("status: 404, issue: not-found", "status: 4040, issue: x", 1))
    assert f"{file}:{line_of(file, 'status: 4040')}: errors." in refusal(copied_editions)


def test_chains_are_followed(copied_editions: EditionFolder, edition: Edition) -> None:
    child(copied_editions, "title: Child\nsummary: First.\n")
    write(
        copied_editions,
        "id: grandchild\nbased-on: child\nversion: 1.3.0\nsummary: Second.\n",
        "grandchild",
    )
    grandchild = copied_editions.load("grandchild")
    assert (grandchild.title, grandchild.summary) == ("Child", "Second.")
    assert grandchild.lineage == ["grandchild", "child", edition.id]
    assert grandchild.structures == edition.structures


def test_circles_are_refused(copied_editions: EditionFolder) -> None:
    write(copied_editions, "id: one\nbased-on: two\n", "one")
    file = write(copied_editions, "id: two\nbased-on: one\n", "two")
    with pytest.raises(EditionError) as error:
        copied_editions.load("one")
    assert f"{file}:2: based-on: " in str(error.value)
    assert "one is based on two is based on one" in str(error.value)


@pytest.mark.parametrize("base", ["ndop-2", "[ndop-1.1.0]", "../shared/spine"])
def test_an_unknown_base_names_the_known_ones(copied_editions: EditionFolder, base: str) -> None:
    file = write(copied_editions, f"id: child\nbased-on: {base}\n")
    with pytest.raises(EditionError) as error:
        copied_editions.load("child")
    message = str(error.value)
    assert f"{file}:2: based-on: expected one of" in message
    assert all(known in message for known in copied_editions.ids())


def test_a_package_has_one_edition(copied_editions: EditionFolder, edition: Edition) -> None:
    file = write(copied_editions, f"id: child\nbased-on: {edition.id}\n")
    with pytest.raises(EditionError) as error:
        copied_editions.load_all()
    message = str(error.value)
    assert str(file) in message
    assert str(copied_editions.editions / f"{edition.id}.yaml") in message
    assert f"{edition.package} {edition.version}" in message


def test_an_edition_in_another_folder_can_be_based_on_one_of_the_checkout(
    copied_editions: EditionFolder, tmp_path: Path, edition: Edition
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = EditionFolder(elsewhere, copied_editions.shared, copied_editions.editions)
    assert child(folder).structures == edition.structures
    assert folder.ids() == ["child"]


def test_the_example_of_the_page_loads(copied_editions: EditionFolder, layout: Layout) -> None:
    page = (layout.root / "docs" / "editions.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(id: .*?)```", page, re.DOTALL)
    write(copied_editions, text, "ndop-1.2.0")
    assert [one.id for one in copied_editions.load_all()] == copied_editions.ids()


def test_a_pilot_says_only_what_differs(layout: Layout) -> None:
    folder = EditionFolder.of(layout, Path(__file__).parent)
    base, pilot = folder.load("made-up"), folder.load("made-up-pilot")
    assert pilot.lineage == ["made-up-pilot", "made-up"]
    assert other_facts(pilot, base) == {
        *("id", "based_on", "title", "version"),
        *("structures", "code_systems", "errors", "samples"),
    }
    assert [one.code for one in pilot.channel_codings()] == ["WARD", "KIOSK", "NURSE"]
    assert list(pilot.code_system("programmes").concepts) == ["HEART"]
    assert pilot.constrained("Consent.identifier").max == 1
    assert base.samples.keys() - pilot.samples.keys() == {"other-programme"}
    assert pilot.errors["other-type-or-operation"].interactions == []
    differing = {key for key, entry in pilot.errors.items() if entry != base.errors[key]}
    assert differing == {"other-type-or-operation"}


@pytest.mark.parametrize(
    ("facts", "parts"),
    [
        ("summary: a\x07b\n", [":4: ", "control character #x0007"]),
        ("summary: 2026-13-45\n", [":4: ", "'2026-13-45' is not a valid timestamp"]),
        ("summary: !!int one\n", [":4: ", "'one' is not a valid int"]),
        ("summary: '{{ 1 / 0 }}'\n", [":4: ", "summary", "division by zero"]),
        ("patient: { pattern: '([' }\n", [":4: ", "patient", "regular expression"]),
        ("samples: { minimal: { extension: none } }\n", ["$coding"]),
        ("profile: Extension-NDOP-OptOutSource-1\n", [":4: ", "profile", "NDOP-Consent-1"]),
        ("value-sets: []\n", ["outcome", "issue.details"]),
        (
            "structures:\n  - { id: NDOP-Consent-1 }\n  - { id: NDOP-Consent-1 }\n",
            [":6: ", "'NDOP-Consent-1' again", "line 5"],
        ),
    ],
)
def test_what_no_edition_can_be_made_of_is_named(
    copied_editions: EditionFolder, facts: str, parts: list[str]
) -> None:
    if "$coding" in parts:  # the form of a sample is its own; it must only not stop the check
        child(copied_editions, facts)
        return
    text = refusal(copied_editions, facts)
    assert all(part in text for part in parts), text
