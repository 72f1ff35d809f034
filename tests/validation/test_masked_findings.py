"""No finding repeats a number that stood in the file, in whatever words and format."""

from __future__ import annotations

import io
import json

import pytest

from ndop.editions import Edition
from ndop.java import toolkit
from ndop.java.validator_process import Answer
from ndop.validation.finding_explainer import FindingExplainer
from ndop.validation.findings import Finding, Result, ResultCounts
from ndop.validation.formatters import FORMATTERS, FormatName
from ndop.validation.resource_source import ResourceSource, UnreadableSource

NUMBER = "9990000018"


@pytest.fixture
def results(edition: Edition) -> list[Result]:
    """Results with the number in every text that a validator or a reader may word."""
    explainer = FindingExplainer(edition)
    source = ResourceSource(json.dumps({"resourceType": "Consent", "status": NUMBER}), "JSON")
    reported = toolkit.Finding("error", f"Consent.x{NUMBER}", 1, 1, "", f"found '{NUMBER}'")
    return [
        explainer.explain(source, Answer("invalid-resource", (), (reported,))),
        explainer.explain(source, Answer("body-too-complex", (f"found {NUMBER}",), ())),
        explainer.explain(source, Answer(None, (), (), failure=f"no {NUMBER}")),
        explainer.explain_unreadable(UnreadableSource(None, Finding("fatal", f"no {NUMBER}"))),
    ]


@pytest.mark.parametrize("name", FormatName)
def test_no_format_shows_the_number(
    name: FormatName, edition: Edition, results: list[Result]
) -> None:
    out = io.StringIO()
    formatter = FORMATTERS[name](out, edition)
    counts = ResultCounts()
    for result in results:
        counts.add(result)
        formatter.write(result)
    formatter.end(counts)
    assert NUMBER not in out.getvalue()
    assert "…" in out.getvalue() or "\\u2026" in out.getvalue()
