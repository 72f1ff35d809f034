"""The validator agrees with the server's answer to a POST: the same verdict and Spine code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from ndop.assurance.corpus.mutated_consents import MutatedConsent, corpus
from ndop.assurance.parity.server_verdicts import (
    compare_with_server,
    counts,
    incomplete_findings,
)
from ndop.conformance.suite.client import JSON, XML
from ndop.consents import Draft, adding, draft, having, without
from ndop.editions import Edition, EditionFolder
from ndop.server.process import RunningServer
from ndop.system.layout import checkout
from ndop.validation import Validator

pytestmark = pytest.mark.slow

_LAYOUT = checkout()
EDITIONS = EditionFolder.of(_LAYOUT)
#: Of the corpus of an edition.
COUNT = 150
#: How a create of a Consent without an id is answered: by code, statuses. The first: accepted.
STATUSES = {"": {201}, "INVALID_RESOURCE": {422}, "BAD_REQUEST": {400}}

ODD_VALUES: list[object] = [None, "odd", 7, {}, []]
BODIES = [
    ("", JSON),
    ("{", JSON),
    ("not json", JSON),
    ("null", JSON),
    ("[]", JSON),
    ('{"resourceType": "Patient"}', JSON),
    ('{"resourceType": 7}', JSON),
    ('{"resourceType": "Nothing"}', JSON),
    ('{"status": "active"}', JSON),
    ('{"resourceType": "Consent", "x": 1}', JSON),
    ('{"resourceType": "Consent"}', JSON),
    ('{"resourceType": "Consent", "status": ["active"]}', JSON),
    ('{"resourceType": "Consent", "status": {}}', JSON),
    ('{"resourceType": "Consent", "patient": []}', JSON),
    ('{"resourceType": "Consent", "status": "active", "status": "active"}', JSON),
    ("[" * 5000, JSON),
    ('{"a":' * 5000, JSON),
    ("<", XML),
    ("<Consent/>", XML),
    ("<Patient xmlns='http://hl7.org/fhir'/>", XML),
    ("<Consent xmlns='http://hl7.org/fhir'><x/></Consent>", XML),
    ("<Consent xmlns='http://hl7.org/fhir'/>", XML),
    ("<Consent xmlns='http://hl7.org/fhir'>text</Consent>", XML),
    ("<!DOCTYPE c><Consent xmlns='http://hl7.org/fhir'/>", XML),
]


def drafts(edition: Edition, patients: Iterator[str]) -> Iterator[Draft]:
    """Every sample, and the smallest one with each of its elements gone, twice, or odd."""
    for sample in edition.samples:
        yield draft(edition, next(patients), sample=sample)
    smallest = draft(edition, next(patients))
    for key, value in smallest.items():
        if key == "resourceType":
            continue
        fresh = draft(edition, next(patients))
        yield without(fresh, key)
        for odd in ODD_VALUES:
            yield having(draft(edition, next(patients)), key, value=odd)
        if isinstance(value, list):
            fresh = draft(edition, next(patients))
            yield adding(fresh, key, value=fresh[key][0])
    for status in ("draft", "proposed", "entered-in-error", "Active", ""):
        yield having(draft(edition, next(patients)), "status", value=status)
    yield having(draft(edition, next(patients)), "patient", "reference", value="Patient/1")
    yield having(draft(edition, next(patients)), "dateTime", value="2018")


def test_the_same_verdict(
    server: RunningServer, validator: Validator, edition: Edition, patients: Iterator[str]
) -> None:
    bodies = [*BODIES, *((json.dumps(one), JSON) for one in drafts(edition, patients))]
    assert len(bodies) > 60
    differences = []
    with httpx.Client(base_url=server.base_url, timeout=120) as http:
        for body, media_type in bodies:
            headers = {"Content-Type": media_type, "Accept": JSON}
            answer = http.post("/Consent", content=body, headers=headers)
            of_server = "" if answer.status_code == 201 else code_of(answer)
            of_validator = code_of_findings(validator, body)
            if of_server != of_validator:
                differences.append((body[:300], of_server, of_validator))
    assert differences == []


@pytest.mark.parametrize("edition_id", EDITIONS.ids())
def test_the_same_verdict_over_mutations(
    servers: Callable[[str], RunningServer],
    validators: Callable[[str], Validator],
    edition_id: str,
    patients: Iterator[str],
) -> None:
    """The server accepts what the validator accepts, and refuses the rest with the same code.

    `make parity` asks both of the whole corpus.
    """
    edition = EDITIONS.load(edition_id)
    server = servers(edition_id)
    mutated = corpus(edition, count=COUNT, patients=patients)
    found = compare_with_server(edition, mutated, server.base_url, validators(edition_id))
    assert [str(one) for one in found if not one.agrees] == []
    assert list(incomplete_findings(found)) == []
    for one in found:
        assert one.status in STATUSES[one.code], one
    assert all(count > COUNT / 20 for count in counts(found).values())
    assert counts(found).keys() == STATUSES.keys()


def test_a_different_answer_is_found(
    servers: Callable[[str], RunningServer], validator: Validator, edition: Edition, patient: str
) -> None:
    """Of a server of another edition."""
    other = next(one for one in EDITIONS.ids() if one != edition.id)
    mutated = MutatedConsent("a Consent", "of this test", draft(edition, patient))
    (found,) = compare_with_server(edition, [mutated], servers(other).base_url, validator)
    assert not found.agrees
    assert "a Consent: the server answers 422 INVALID_RESOURCE" in str(found)
    assert "the validator: accepts" in str(found)


def code_of(answer: httpx.Response) -> str:
    code = answer.json()["issue"][0]["details"]["coding"][0]["code"]
    assert code != "INTERNAL_SERVER_ERROR", answer.text
    return str(code)


def code_of_findings(validator: Validator, body: str) -> str:
    codes = {one.code for one in validator.check_text(body).findings if one.invalidates}
    assert len(codes) <= 1, codes
    return str(codes.pop()) if codes else ""
