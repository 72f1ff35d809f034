"""Area value-sets: which codes are accepted (docs/specification.md, section 4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import expect_status
from ndop.consents import Draft, draft, having
from ndop.editions import Edition
from ndop.editions.model import CodeSystem, Structure

Refuses = Callable[..., None]
Accepts = Callable[[Draft], None]

SOURCE_CODING = ("extension", 0, "valueCodeableConcept", "coding", 0)
PROXY_CODING = ("extension", 1, "valueCodeableConcept", "coding", 0)


def code_system_of(edition: Edition, extension: Structure) -> CodeSystem:
    """The code system behind the required binding of an extension's value."""
    for element in extension.elements.values():
        if element.binding is not None:
            include = edition.value_set(element.binding.value_set).include[0]
            assert include.code_system is not None
            return edition.code_system(include.code_system)
    raise AssertionError(f"{extension.id} has no binding")


def source_codes(edition: Edition) -> CodeSystem:
    sent = draft(edition, "0000000000")["extension"][0]["url"]
    return code_system_of(edition, next(s for s in edition.structures if s.url == sent))


def proxy_codes(edition: Edition) -> CodeSystem:
    return code_system_of(edition, edition.structure("Extension-NDOP-ProxyRole-1"))


@pytest.mark.requirement("NDOP-054", "NDOP-055", "NDOP-065")
def test_every_source_code_is_accepted(
    edition: Edition, new_patient: Callable[[], str], accepts: Accepts
) -> None:
    """SHALL: each code of the opt-out source, with its display, is accepted."""
    codes = source_codes(edition)
    assert codes.concepts
    for code, display in codes.concepts.items():
        coding = {"system": codes.url, "code": code, "display": display}
        accepts(having(draft(edition, new_patient()), *SOURCE_CODING, value=coding))


@pytest.mark.requirement("NDOP-056")
@pytest.mark.parametrize("code", ["NHSChoices", "withdrawn or not yet known", "lower case"])
def test_other_source_codes_are_refused(edition: Edition, refuses: Refuses, code: str) -> None:
    """SHALL: a source code outside the edition's value set is refused."""
    known = source_codes(edition).concepts
    sent = {
        "NHSChoices": "NHSChoices",
        "withdrawn or not yet known": next(one for one in ("GP", "MG") if one not in known),
        "lower case": "op",
    }[code]
    refuses(lambda consent: having(consent, *SOURCE_CODING, "code", value=sent))


@pytest.mark.requirement("NDOP-056")
def test_value_set_url_is_no_system(edition: Edition, refuses: Refuses) -> None:
    """SHALL: the URL of the value set is not a coding system."""
    codes = source_codes(edition)
    value_set = next(one for one in edition.value_sets if one.include[0].code_system == codes.id)
    refuses(lambda consent: having(consent, *SOURCE_CODING, "system", value=value_set.url))


@pytest.mark.requirement("NDOP-057")
def test_another_display_is_tolerated(consent: Draft, accepts: Accepts) -> None:
    """SHALL: a display that differs from the code system is no error."""
    accepts(having(consent, *SOURCE_CODING, "display", value="Online Portal"))


@pytest.mark.requirement("NDOP-058")
def test_every_proxy_role_is_accepted(
    edition: Edition, new_patient: Callable[[], str], accepts: Accepts
) -> None:
    """SHALL: each code of the proxy role is accepted."""
    codes = proxy_codes(edition)
    assert set(codes.concepts) == {"COURTDEP", "POA", "GUARDIAN"}
    for code, display in codes.concepts.items():
        coding = {"system": codes.url, "code": code, "display": display}
        accepts(having(draft(edition, new_patient(), sample="proxy"), *PROXY_CODING, value=coding))


@pytest.mark.requirement("NDOP-058")
@pytest.mark.parametrize("shape", ["another code", "value set as system"])
def test_other_proxy_roles_are_refused(edition: Edition, refuses: Refuses, shape: str) -> None:
    """SHALL: a proxy role outside the value set is refused."""
    if shape == "another code":
        refuses(
            lambda consent: having(consent, *PROXY_CODING, "code", value="MOTHER"), sample="proxy"
        )
    else:
        url = edition.value_set("NDOP-ProxyRole-1").url
        refuses(lambda consent: having(consent, *PROXY_CODING, "system", value=url), sample="proxy")


@pytest.mark.requirement("NDOP-059")
@pytest.mark.parametrize("code", ["of the edition", "foreign"])
def test_category_binding_is_preferred(
    edition: Edition, patient: str, accepts: Accepts, code: str
) -> None:
    """SHOULD: a category is the edition's; another is not an error."""
    consent = draft(edition, patient, sample="maximal")
    if code == "foreign":
        coding = {
            "system": "http://hl7.org/fhir/consentcategorycodes",
            "code": "DNR",
            "display": "Do Not Resuscitate",
        }
        consent = having(consent, "category", 0, "coding", 0, value=coding)
    accepts(consent)


@pytest.mark.requirement("NDOP-060")
def test_every_category_is_accepted(
    edition: Edition, new_patient: Callable[[], str], accepts: Accepts
) -> None:
    """SHALL: each category of the edition is accepted."""
    codes = edition.code_system("NDOP-Categories-1")
    assert set(codes.concepts) == {"NDOP", "T2"}
    for code, display in codes.concepts.items():
        coding = {"system": codes.url, "code": code, "display": display}
        consent = draft(edition, new_patient(), sample="maximal")
        accepts(having(consent, "category", 0, "coding", 0, value=coding))


@pytest.mark.requirement("NDOP-060")
@pytest.mark.parametrize("part", ["code", "system"])
def test_other_categories_are_refused(refuses: Refuses, part: str) -> None:
    """SHALL: a category outside the value set is refused."""
    other = {"code": "T1", "system": "http://hl7.org/fhir/consentcategorycodes"}[part]
    refuses(
        lambda consent: having(consent, "category", 0, "coding", 0, part, value=other),
        sample="maximal",
    )


@pytest.mark.requirement("NDOP-061")
@pytest.mark.parametrize("system", ["http://snomed.info/sct", "https://snomed.info/sct"])
def test_both_spellings_of_snomed_ct(consent: Draft, accepts: Accepts, system: str) -> None:
    """SHALL: both spellings of the SNOMED CT system are accepted and returned as sent."""
    accepts(having(consent, "purpose", 0, "system", value=system))


@pytest.mark.requirement("NDOP-062")
def test_purpose_binding_is_extensible(ndop: NdopClient, consent: Draft) -> None:
    """SHALL: a purpose outside the value set is not an error."""
    purpose = {
        "system": "http://hl7.org/fhir/v3/ActReason",
        "code": "HRESCH",
        "display": "healthcare research",
    }
    expect_status(ndop.create(having(consent, "purpose", 0, value=purpose)), 201)


@pytest.mark.requirement("NDOP-063")
def test_every_preference_is_accepted(edition: Edition, patient: str, accepts: Accepts) -> None:
    """SHALL: each question of the edition is accepted, research first."""
    codings = edition.purpose_codings()
    assert codings[0].code == "RESCH"
    assert len(codings) == 2
    for purpose in codings:
        accepts(draft(edition, patient, purpose=purpose))


@pytest.mark.requirement("NDOP-063")
@pytest.mark.parametrize("code", ["HRESCH", "HOPERAT", "of another draft", "resch"])
def test_other_preferences_are_refused(edition: Edition, refuses: Refuses, code: str) -> None:
    """SHALL: a preference outside the edition's value set is refused."""
    if code == "of another draft":
        known = {coding.code for coding in edition.purpose_codings()}
        (code,) = {"PC", "PLAN"} - known
    refuses(lambda consent: having(consent, "purpose", 0, "code", value=code))


@pytest.mark.requirement("NDOP-063")
def test_other_systems_of_preferences_are_refused(refuses: Refuses) -> None:
    """SHALL: a preference of a system that is not the edition's is refused."""
    system = "http://hl7.org/fhir/v3/ActReason"
    refuses(lambda consent: having(consent, "purpose", 0, "system", value=system))
