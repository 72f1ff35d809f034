from __future__ import annotations

import pytest

from ndop.fhir.base_cardinality import Cardinality, base_cardinality


@pytest.mark.parametrize(
    ("element_id", "cardinality"),
    [
        ("Consent.status", (1, 1)),
        ("Consent.patient", (1, 1)),
        ("Consent.dateTime", (0, 1)),
        ("Consent.policy", (0, "*")),
        ("Consent.policy.uri", (0, 1)),
        ("Consent.source[x]", (0, 1)),
        ("Consent.extension:optOutSource", (0, "*")),
        ("Extension.value[x]:valueCodeableConcept.coding.system", (0, 1)),
        ("OperationOutcome.issue.details.coding", (0, "*")),
        ("OperationOutcome.issue.severity", (1, 1)),
    ],
)
def test_as_base_stu3_has_it(element_id: str, cardinality: Cardinality) -> None:
    """http://hl7.org/fhir/STU3/consent.html and its neighbours."""
    assert base_cardinality(element_id) == cardinality


@pytest.mark.parametrize(
    "element_id", ["Consent.colour", "Consent.policy.colour", "Consnet.policy", "Consent.colour[x]"]
)
def test_an_element_that_is_not_there(element_id: str) -> None:
    with pytest.raises(KeyError):
        base_cardinality(element_id)
