"""Issues of OperationOutcomes, from an edition's catalogue of errors."""

from __future__ import annotations

from typing import Any

from ndop.editions import Edition


def issue(edition: Edition, situation: str, diagnostics: str | None = None) -> dict[str, Any]:
    """One issue of an OperationOutcome as JSON data, with Spine's error code
    (docs/specification.md, section 6).

    `situation` is a key of the edition's errors; raises EditionError if there is no such key.
    """
    entry = edition.answer_to(situation)
    codes = edition.error_codes
    coding = {"system": codes.url, "code": entry.code, "display": codes.concepts[entry.code]}
    coded = {"severity": entry.severity, "code": entry.issue, "details": {"coding": [coding]}}
    return coded if diagnostics is None else {**coded, "diagnostics": diagnostics}
