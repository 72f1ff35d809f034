"""The column `facts`: its forms, the edition that a fact is about, and what that says instead."""

from __future__ import annotations

import pytest

from ndop.conformance.register.facts import facts_about, facts_that_name, restated_facts
from ndop.editions import Edition, EditionFolder
from ndop.system.errors import BuildError


@pytest.mark.parametrize(
    "text",
    [
        "Consent.policy 1..1",
        "Consent.status 1..1",  # of base STU3: the YAML says nothing of it
        "Consent.extension:consentingProxyRole 0..1",
        "Consent.source[x] 0..0",
        "channel#Extension.value[x]:valueCodeableConcept.coding 1..1",
        "Extension-NDOP-NICReference-1#Extension.value[x]:valueString 1..1",
        "Consent.purpose extensible NDOP-Purpose-1",
        "NHSDigital-CapabilityStatement-1#CapabilityStatement.publisher = NHS Digital",
        "Code system NDOP-OptOutCategory-1: NDOP National Data Opt-out",
        "Code system NDOP-ProxyRole-1: 3 codes",
        "status.opted-out = active",
        "audit.claims.reason_for_request.one-of = patientaccess",
        "capability.required-interactions = create, vread, update, search-type",
        "capability.cors = true",
        "structures.NDOP-Consent-1.version = 1.6.0",
        "errors.duplicate = 422 error/duplicate DUPLICATE_REJECTED",
    ],
)
def test_each_form_is_what_the_edition_says(
    edition: Edition, editions: list[Edition], folder: EditionFolder, text: str
) -> None:
    (fact,) = restated_facts(text, editions)
    assert fact.found_in(edition) == fact.value
    place = folder.location(edition.id, fact.place(edition))
    assert place.line > 1
    assert place.file.is_file()


def test_the_place_of_a_fact_is_the_line_that_has_it(
    edition: Edition, editions: list[Edition], folder: EditionFolder
) -> None:
    for text, key in (
        ("Consent.policy 1..1", "Consent.policy:"),
        ("errors.duplicate = nothing", "duplicate:"),
        ("structures.NDOP-Consent-1.version = 1", "version: 1.6.0"),
        ("Code system NDOP-ProxyRole-1: none", "concepts: { COURTDEP"),
    ):
        (fact,) = restated_facts(text, editions)
        place = folder.location(edition.id, fact.place(edition))
        line = place.file.read_text(encoding="utf-8").splitlines()[place.line - 1]
        assert line.strip().startswith(key)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Consent.policy 1..2", "1..1"),
        ("Consent.purpose required NDOP-Purpose-1", "extensible NDOP-Purpose-1"),
        ("Consent.policy required NDOP-Purpose-1", "no binding"),
        ("Consent.policy.uri = https://www.gov.uk", "no fixed value"),
        ("Code system NDOP-OptOutCategory-1: NDOP Another", "NDOP National Data Opt-out"),
        ("errors.duplicate = 422 error/duplicate BAD_REQUEST", "422 error/duplicate DUPLICATE_"),
    ],
)
def test_another_value_is_found(
    edition: Edition, editions: list[Edition], text: str, found: str
) -> None:
    (fact,) = restated_facts(text, editions)
    assert fact.found_in(edition) != fact.value
    assert fact.found_in(edition).startswith(found)


@pytest.mark.parametrize(
    "text",
    [
        "Consent.colour 1..1",
        "Consnet.policy 1..1",
        "Extension-9#Extension.url 1..1",
        "status.meaning = active",
        "structures.NDOP-Consent-9.version = 1.6.0",
        "Code system NDOP-9: none",
    ],
)
def test_what_an_edition_does_not_have_is_no_fact(
    edition: Edition, editions: list[Edition], text: str
) -> None:
    (fact,) = restated_facts(text, editions)
    with pytest.raises(KeyError):
        fact.found_in(edition)


@pytest.mark.parametrize("text", ["Consent.policy", "ndop-9: Consent.policy 1..1", "one policy"])
def test_a_fact_of_no_known_form_is_refused(editions: list[Edition], text: str) -> None:
    with pytest.raises(BuildError, match=r"facts: expected 'Consent\.policy 1\.\.1'"):
        restated_facts(f"Consent.policy 1..1; {text}", editions)


def test_a_fact_is_about_the_nearest_edition(edition: Edition, editions: list[Edition]) -> None:
    derived = edition.model_copy(update={"id": "derived", "based_on": [edition.id]})
    further = edition.model_copy(update={"id": "further", "based_on": ["derived", edition.id]})
    facts = restated_facts(
        f"Consent.policy 1..1; derived: Consent.policy 1..2; {edition.id}: Consent.category 0..1",
        [*editions, derived],
    )

    def about(one: Edition) -> list[str]:
        return [fact.text.removeprefix("derived: ") for fact in facts_about(one, facts)]

    assert about(edition) == ["Consent.policy 1..1", f"{edition.id}: Consent.category 0..1"]
    assert about(derived) == ["Consent.policy 1..2", f"{edition.id}: Consent.category 0..1"]
    assert about(further) == about(derived)
    (other,) = [one for one in editions if one.id == "noom-draft"]
    assert about(other) == ["Consent.policy 1..1"]


def test_facts_of_a_profile_that_name_a_row(edition: Edition) -> None:
    assert list(facts_that_name("NDOP-044", edition)) == [
        "Consent.policy 1..1",
        "Consent.policy.uri 1..1",
    ]
    assert list(facts_that_name("NDOP-062", edition)) == [
        "Consent.purpose extensible NDOP-Purpose-1"
    ]
    assert "proxy#Extension.value[x]:valueCodeableConcept.coding.version 0..0" in list(
        facts_that_name("NDOP-007", edition)
    )
