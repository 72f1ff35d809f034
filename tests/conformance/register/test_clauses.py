from __future__ import annotations

import pytest

from ndop.conformance.register import requirements
from ndop.conformance.register.clauses import Source, clauses, sources_of
from ndop.editions import Edition, EditionFolder
from ndop.system.errors import BuildError
from ndop.system.layout import Layout


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (
            "Guide ndop-1.1.0, noom-draft: pages/consentapi/consent_status.md, section 2",
            "/FHIR-NOO-API/blob/caca341/pages/consentapi/consent_status.md",
        ),
        ("Inferred from Spine Core: pages/interactions/read.md", "/pages/interactions/read.md"),
        ("Published guide: index.html", "https://developer.nhs.uk/apis/optout/index.html"),
        (
            "Profile ndop-1.1.0: NDOP-Consent-1, Consent.status",
            "https://fhir.nhs.uk/STU3/StructureDefinition/NDOP-Consent-1",
        ),
        (
            "Code system ndop-1.1.0: NDOP-ProxyRole-1",
            "https://fhir.nhs.uk/STU3/CodeSystem/NDOP-ProxyRole-1",
        ),
        (
            "Value set ndop-1.1.0: NDOP-ProxyRole-1",
            "https://fhir.nhs.uk/STU3/ValueSet/NDOP-ProxyRole-1",
        ),
        ("Check for National Data Opt-outs service", "/check-for-national-data-opt-outs-service"),
        ("Inferred: no edition offers it", None),
    ],
)
def test_a_clause_leads_to_its_page(
    edition: Edition, editions: list[Edition], text: str, url: str | None
) -> None:
    (source,) = sources_of(text, edition, editions)
    assert source.text == text
    assert (source.url is None) == (url is None)
    assert (source.url or "").endswith(url or "")


def test_clauses_of_other_editions_are_left_out(edition: Edition, editions: list[Edition]) -> None:
    source = "Guide noom-draft: index.md; Decision D-01; Guide ndop-1.1.0: index.md"
    found = [one.text for one in sources_of(source, edition, editions)]
    assert found == [f"Decision D-01: {edition.decisions['D-01']}", "Guide ndop-1.1.0: index.md"]


def test_a_decision_is_spelt_out(edition: Edition, editions: list[Edition]) -> None:
    (source,) = sources_of("Decision D-04", edition, editions)
    assert source.text.startswith("Decision D-04: The guide's own examples are accepted")


def test_clauses_that_hold_for_another_edition_too(folder: EditionFolder) -> None:
    editions = folder.load_all()
    text = "Guide ndop-1.1.0: index.md; Inferred: the same for noom-draft"
    sources = {one.id: sources_of(text, one, editions) for one in editions}
    assert [source.text for source in sources["ndop-1.1.0"]] == ["Guide ndop-1.1.0: index.md"]
    assert sources["ndop-0.0.9-alpha"] == []
    assert [source.text for source in sources["noom-draft"]] == text.split("; ")
    assert sources["noom-draft"][0] == sources["ndop-1.1.0"][0]  # with the address of that edition


def test_an_artefact_of_another_edition_leads_to_its_page(folder: EditionFolder) -> None:
    text = "Profile: NHSDigital-CapabilityStatement-1, CapabilityStatement.url"
    (source,) = sources_of(text, folder.load("noom-draft"), folder.load_all())
    assert source.url is not None
    assert source.url.endswith("/StructureDefinition/NHSDigital-CapabilityStatement-1")


@pytest.mark.parametrize(
    "text", ["decision D-1", "Decision D-99", "", "Guide ndop-2: index.md", "Hearsay: a page"]
)
def test_a_clause_of_no_known_form_is_told(editions: list[Edition], text: str) -> None:
    with pytest.raises(BuildError, match="source: expected a clause that is"):
        clauses(text, editions)


def test_every_row_has_a_clause_for_each_of_its_editions(
    layout: Layout, editions: list[Edition]
) -> None:
    for row in requirements.read(layout.requirements).rows:
        for edition in editions:
            if row.applies_to(edition):
                sources = sources_of(row.source, edition, editions)
                assert any(map(_can_be_followed, sources)), f"{row.id} in {edition.id}"
                for source in sources:
                    assert _can_be_followed(source) or _is_inferred(source), source.text
        assert "shared/" not in row.source


def _can_be_followed(source: Source) -> bool:
    return source.url is not None or source.text.startswith(("Decision D-", "Project: "))


def _is_inferred(source: Source) -> bool:
    return source.text.startswith("Inferred: ")
