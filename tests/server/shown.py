"""The examples of outcomes that take more than a request, against the servers that answer them."""

from __future__ import annotations

import re

import httpx

from ndop.editions import Edition
from ndop.examples.files import examples_of


def assert_is_the_example(edition: Edition, answer: httpx.Response, situation: str) -> None:
    """The answer says what the example says, but for the server's own numbers."""
    (example,) = (one for one in examples_of(edition) if one.name == f"outcome-{situation}")
    assert answer.status_code == example.status
    message = [_numberless(issue) for issue in answer.json()["issue"]]
    assert message == [_numberless(issue) for issue in example.resource["issue"]]


def _numberless(issue: dict[str, str]) -> dict[str, str]:
    return {**issue, "diagnostics": re.sub("[0-9]+", "n", issue["diagnostics"])}
