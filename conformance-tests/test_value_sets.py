"""Area value-sets: which codes are accepted (docs/specification.md, section 4), and what a server
says of them (section 8).
"""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    assert_spine_error,
    expect,
    expect_status,
    resource_of,
)
from ndop.conformance.suite.plugin.fixtures import SkipTest
from ndop.consents import Draft, Path, draft, having, value_at
from ndop.editions import Edition
from ndop.editions.model import ValueSet
from support import (
    Accepts,
    NewPatient,
    Refuses,
    bound_code_system,
    bound_value_set,
    proxy_role_path,
    source_path,
)

CATEGORY_CODING = ("category", 0, "coding", 0)


def with_source(edition: Edition, consent: Draft, **parts: str) -> Draft:
    """A copy with other parts in the coding of the opt-out source."""
    return with_coding(consent, (*source_path(edition, consent), "coding", 0), **parts)


def with_proxy_role(edition: Edition, consent: Draft, **parts: str) -> Draft:
    """A copy with other parts in the coding of the proxy role."""
    return with_coding(consent, (*proxy_role_path(edition, consent), "coding", 0), **parts)


def with_coding(consent: Draft, path: Path, **parts: str) -> Draft:
    """A copy with other parts in the coding at a path."""
    return having(consent, *path, value={**value_at(consent, path), **parts})


@pytest.mark.requirement("NDOP-054", "NDOP-055", "NDOP-065")
def test_every_source_code_is_accepted(
    edition: Edition, new_patient: NewPatient, accepts: Accepts
) -> None:
    """SHALL: each code of the opt-out source, with its display, is accepted."""
    codes = bound_code_system(edition, edition.structure(edition.channel))
    assert codes.concepts
    for code, display in codes.concepts.items():
        consent = draft(edition, new_patient())
        accepts(with_source(edition, consent, system=codes.url, code=code, display=display))


@pytest.mark.requirement("NDOP-056")
@pytest.mark.parametrize("code", ["NHSChoices", "withdrawn or not yet known", "lower case"])
def test_other_source_codes_are_refused(edition: Edition, refuses: Refuses, code: str) -> None:
    """SHALL: a source code outside the edition's value set is refused."""
    codes = bound_code_system(edition, edition.structure(edition.channel)).concepts
    sent = {
        "NHSChoices": "NHSChoices",
        "withdrawn or not yet known": next(one for one in ("GP", "MG") if one not in codes),
        "lower case": "op",
    }[code]
    refuses(lambda consent: with_source(edition, consent, code=sent))


@pytest.mark.requirement("NDOP-056")
def test_value_set_url_is_no_system(edition: Edition, refuses: Refuses) -> None:
    """SHALL: the URL of the value set is not the URL of a code system."""
    value_set = bound_value_set(edition, edition.structure(edition.channel))
    refuses(lambda consent: with_source(edition, consent, system=value_set.url))


@pytest.mark.requirement("NDOP-057")
def test_another_display_is_tolerated(edition: Edition, consent: Draft, accepts: Accepts) -> None:
    """SHALL: a display that differs from the code system's is not an error."""
    accepts(with_source(edition, consent, display="Online Portal"))


@pytest.mark.requirement("NDOP-058")
def test_every_proxy_role_is_accepted(
    edition: Edition, new_patient: NewPatient, accepts: Accepts
) -> None:
    """SHALL: each code of the proxy role is accepted."""
    codes = bound_code_system(edition, edition.structure(str(edition.proxy)))
    assert set(codes.concepts) == {"COURTDEP", "POA", "GUARDIAN"}
    for code, display in codes.concepts.items():
        consent = draft(edition, new_patient(), sample="proxy")
        accepts(with_proxy_role(edition, consent, system=codes.url, code=code, display=display))


@pytest.mark.requirement("NDOP-058")
@pytest.mark.parametrize("shape", ["another code", "value set as system"])
def test_other_proxy_roles_are_refused(edition: Edition, refuses: Refuses, shape: str) -> None:
    """SHALL: a proxy role outside the value set is refused."""
    other = {
        "another code": {"code": "MOTHER"},
        "value set as system": {
            "system": bound_value_set(edition, edition.structure(str(edition.proxy))).url
        },
    }[shape]
    refuses(lambda consent: with_proxy_role(edition, consent, **other), sample="proxy")


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
        consent = having(consent, *CATEGORY_CODING, value=coding)
    accepts(consent)


@pytest.mark.requirement("NDOP-060")
def test_every_category_is_accepted(
    edition: Edition, new_patient: NewPatient, accepts: Accepts
) -> None:
    """SHALL: each category of the edition is accepted."""
    codes = bound_code_system(edition, edition.consent, "Consent.category")
    assert set(codes.concepts) == {"NDOP", "T2"}
    for code, display in codes.concepts.items():
        consent = draft(edition, new_patient(), sample="maximal")
        coding = {"system": codes.url, "code": code, "display": display}
        accepts(having(consent, *CATEGORY_CODING, value=coding))


@pytest.mark.requirement("NDOP-060")
@pytest.mark.parametrize("part", ["code", "system"])
def test_other_categories_are_refused(refuses: Refuses, part: str) -> None:
    """SHALL: a category outside the value set is refused."""
    other = {"code": "T1", "system": "http://hl7.org/fhir/consentcategorycodes"}[part]
    refuses(
        lambda consent: having(consent, *CATEGORY_CODING, part, value=other),
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
        own = {coding.code for coding in edition.purpose_codings()}
        (code,) = {"PC", "PLAN"} - own
    refuses(lambda consent: having(consent, "purpose", 0, "code", value=code))


@pytest.mark.requirement("NDOP-063")
def test_other_systems_of_preferences_are_refused(refuses: Refuses) -> None:
    """SHALL: a preference from a system that is not the edition's is refused."""
    system = "http://hl7.org/fhir/v3/ActReason"
    refuses(lambda consent: having(consent, "purpose", 0, "system", value=system))


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(ndop: NdopClient, skip_test: SkipTest) -> Ask:
    """Calls an operation on codes; skips where the server does not declare it."""
    statement = resource_of(ndop.get("metadata"), "CapabilityStatement")
    declared = [
        operation.get("name")
        for rest in statement.get("rest", [])
        for operation in rest.get("operation", [])
    ]

    def call(path: str, **parameters: str) -> httpx.Response:
        name = path.rpartition("$")[2]
        if name not in declared:
            skip_test(
                f"needs a server that declares ${name}",
                remedy="none: a server need not answer questions about its codes (D-30)",
            )
        return ndop.get(path, params=parameters)

    return call


def codes_of(edition: Edition, value_set: ValueSet) -> dict[tuple[str, str], str]:
    """The display of each system and code of a value set."""
    found = {}
    for include in value_set.include:
        if include.code_system is not None:
            system = edition.code_system(include.code_system)
            found.update({(system.url, code): text for code, text in system.concepts.items()})
        for url in include.systems:
            found.update({(url, code): text for code, text in include.concepts.items()})
    return found


def answered(response: httpx.Response, name: str) -> object:
    """The value of a parameter of the answer; None where it has none."""
    expect_status(response, 200)
    for parameter in resource_of(response, "Parameters").get("parameter", []):
        if parameter.get("name") == name:
            return next((value for key, value in parameter.items() if key != "name"), None)
    return None


@pytest.mark.requirement("NDOP-208")
def test_every_value_set_is_expanded(edition: Edition, ask: Ask) -> None:
    """SHALL: the expansion of a value set has its codes, by url and by id."""
    for value_set in edition.value_sets:
        for response in (
            ask("ValueSet/$expand", url=value_set.url),
            ask(f"ValueSet/{value_set.id}/$expand"),
        ):
            expect_status(response, 200)
            expansion = resource_of(response, "ValueSet").get("expansion", {})
            found = {
                (one.get("system"), one.get("code")): one.get("display")
                for one in expansion.get("contains", [])
            }
            expect(f"codes of {value_set.url}", found, codes_of(edition, value_set))


@pytest.mark.requirement("NDOP-208")
def test_codes_of_value_sets(edition: Edition, ask: Ask) -> None:
    """SHALL: a code of a value set is right, another is wrong, and a misspelt display is told."""
    for value_set in edition.value_sets:
        (system, code), display = next(iter(codes_of(edition, value_set).items()))
        for path, where in (
            ("ValueSet/$validate-code", {"url": value_set.url}),
            (f"ValueSet/{value_set.id}/$validate-code", {}),
        ):
            right = ask(path, system=system, code=code, display=display, **where)
            expect(f"result for {code}", answered(right, "result"), True)
            wrong = ask(path, system=system, code=f"{code}x", **where)
            expect(f"result for {code}x", answered(wrong, "result"), False)
            misspelt = ask(path, system=system, code=code, display=f"{display}!", **where)
            expect("result for another display", answered(misspelt, "result"), False)
            expect("display that was expected", answered(misspelt, "display"), display)


@pytest.mark.requirement("NDOP-208")
def test_codes_of_code_systems(edition: Edition, ask: Ask) -> None:
    """SHALL: a code of a code system is looked up with its display, and another is not found."""
    for system in edition.code_systems:
        code, display = next(iter(system.concepts.items()))
        found = ask("CodeSystem/$lookup", system=system.url, code=code)
        expect(f"display of {code}", answered(found, "display"), display)
        right = ask("CodeSystem/$validate-code", url=system.url, code=code, display=display)
        expect(f"result for {code}", answered(right, "result"), True)
        wrong = ask(f"CodeSystem/{system.id}/$validate-code", code=f"{code}x")
        expect(f"result for {code}x", answered(wrong, "result"), False)


@pytest.mark.requirement("NDOP-208")
def test_unknown_codes_and_value_sets(edition: Edition, ask: Ask) -> None:
    """SHALL: what the edition does not have is not found."""
    system = edition.code_systems[0]
    for response in (
        ask("ValueSet/$expand", url="https://example.org/unknown"),
        ask("ValueSet/$validate-code", url="https://example.org/unknown", code="x"),
        ask("ValueSet/unknown/$expand"),
        ask("CodeSystem/$lookup", system=system.url, code="unknown"),
        ask("CodeSystem/$lookup", system="https://example.org/unknown", code="x"),
    ):
        assert_spine_error(edition, response, status=404, issue="not-found", code="NO_RECORD_FOUND")
