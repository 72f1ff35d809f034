"""Factories of run results for tests of reports; keyword arguments override the defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ndop.conformance.register.clauses import Source
from ndop.conformance.register.requirements import Level
from ndop.conformance.report.results import (
    Exchange,
    Outcome,
    RequirementResult,
    RunResult,
    TestResult,
)


def make_exchange(**changes: Any) -> Exchange:
    defaults = {
        "method": "POST",
        "url": "http://127.0.0.1:1/fhir/Consent",
        "request_headers": {"Authorization": "***"},
        "request_body": "{'it': 1}",
        "status": 201,
        "response_headers": {"Location": "Consent/1"},
        "response_body": "<b>not markup</b>",
        "seconds": 0.01,
    }
    return Exchange(**{**defaults, **changes})


def make_test(
    name: str,
    outcome: Outcome = "passed",
    *,
    level: Level = "SHALL",
    area: str = "read",
    requirements: Sequence[str] = ("NDOP-096",),
    **changes: Any,
) -> TestResult:
    defaults = {
        "id": f"test_{area}.py::{name}",
        "area": area,
        "title": f"{level}: {name}.",
        "level": level,
        "requirements": list(requirements),
        "outcome": outcome,
        "explanation": "" if outcome == "passed" else f"why {outcome}\n  expected: 1\n  found: 2",
        "notes": [],
        "seconds": 0.5,
        "exchanges": [make_exchange()],
    }
    return TestResult(**{**defaults, **changes})


def make_requirement(row: str, area: str, outcome: Outcome, **changes: Any) -> RequirementResult:
    defaults = {
        "id": row,
        "title": f"Title of {row}",
        "level": "SHALL",
        "area": area,
        "statement": "It is so.",
        "sources": [Source(text="Guide, section 1", url="https://example.org/guide#1")],
        "outcome": outcome,
        "tests": [],
        "shown_by": "",
    }
    return RequirementResult(**{**defaults, **changes})


def make_run(tests: Sequence[TestResult], **changes: Any) -> RunResult:
    defaults: Mapping[str, Any] = {
        "edition": "ndop-1.1.0",
        "base_url": "http://127.0.0.1:1/fhir",
        "started": "2026-01-31T09:30:00+00:00",
        "seconds": 1.5,
        "complete": True,
        "planned": len(tests),
        "tests": list(tests),
        "requirements": [
            make_requirement(row, test.area, test.outcome, tests=[test.id])
            for test in tests
            for row in test.requirements
        ],
    }
    return RunResult(**{**defaults, **changes})


def run_with_every_outcome() -> RunResult:
    """One test of each outcome, in two areas."""
    return make_run(
        [
            make_test("passes", patients=["9990000018"], notes=["seen"]),
            make_test("fails", "failed", requirements=["NDOP-097"]),
            make_test("warns", "warning", level="SHOULD", area="create", requirements=["NDOP-003"]),
            make_test(
                "skips",
                "skipped",
                area="create",
                requirements=["NDOP-025"],
                explanation="needs a strict server",
                remedy="give --claim strict-nhs-number",
                exchanges=[],
            ),
        ],
        left_out={"NDOP-104": "the gateway does it"},
    )
