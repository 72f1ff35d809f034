"""The catalogue of errors has every answer of docs/specification.md, section 6.2."""

from __future__ import annotations

import pytest

from ndop.conformance.register import requirements
from ndop.conformance.register.facts import restated_facts
from ndop.editions import Edition, EditionFolder
from ndop.system.layout import Layout

RESERVED = [
    # NDOP-145: identity
    (400, "error", "business-rule", "INVALID_PATIENT_DEMOGRAPHICS"),
    (400, "error", "invalid", "REQUEST_UNMATCHED"),
    (404, "error", "not-found", "PATIENT_NOT_FOUND"),
    (404, "error", "not-found", "ORGANISATION_NOT_FOUND"),
    (404, "error", "not-found", "PRACTITIONER_NOT_FOUND"),
    # NDOP-146: security
    (401, "fatal", "forbidden", "AUTHOR_CREDENTIALS_ERROR"),
    (403, "error", "forbidden", "NO_PATIENT_CONSENT"),
    (403, "error", "forbidden", "NO_ORGANISATIONAL_CONSENT"),
    (403, "error", "forbidden", "ACCESS DENIED"),
    (403, "error", "forbidden", "ACCESS_DENIED_SSL"),
    (403, "error", "forbidden", "ASID_CHECK_FAILED"),
    # NDOP-147: resource
    (400, "error", "value", "INVALID_REQUEST_MESSAGE"),
    (400, "error", "value", "INVALID_IDENTIFIER_SYSTEM"),
    (400, "error", "value", "INVALID_IDENTIFIER_VALUE"),
    (400, "error", "value", "INVALID_ELEMENT"),
    (400, "error", "code-invalid", "INVALID_CODE_SYSTEM"),
    (400, "error", "code-invalid", "INVALID_CODE_VALUE"),
    (422, "error", "invalid", "REFERENCE_NOT_FOUND"),
    # NDOP-144
    (500, "error", "processing", "INTERNAL_SERVER_ERROR"),
]


@pytest.mark.parametrize("entry", RESERVED, ids=lambda entry: str(entry[3]))
def test_the_catalogue_has_the_entry(
    folder: EditionFolder, entry: tuple[int, str, str, str]
) -> None:
    """NDOP-144 to NDOP-147."""
    for edition in folder.load_all():
        catalogue = {
            (one.status, one.severity, one.issue, one.code) for one in edition.errors.values()
        }
        assert entry in catalogue


def test_codes_are_spelt_as_in_the_code_system(layout: Layout, edition: Edition) -> None:
    """NDOP-064: as many codes as were published, one of them with a blank."""
    row = requirements.read(layout.requirements)["NDOP-064"]
    (number,) = [one for one in restated_facts(row.facts, [edition]) if one.kind == "codes"]
    assert number.value == f"{len(edition.error_codes.concepts)} codes"
    assert "ACCESS DENIED" in edition.error_codes.concepts
    assert {entry.code for entry in edition.errors.values()} <= edition.error_codes.concepts.keys()
