"""What a conformance run found, as data: the content of results.json."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ndop.conformance.requirements import Level

#: A SHOULD that fails is a warning: worth knowing, no failure of the run.
Outcome = Literal["passed", "failed", "warning", "skipped"]
#: What the tests of a requirement together say. elsewhere: no test of the suite can show it from
#: outside, a test of the project does; untested: nothing does.
RequirementOutcome = Literal["passed", "failed", "warning", "skipped", "elsewhere", "untested"]

_GRAVEST_FIRST: tuple[Outcome, ...] = ("failed", "warning", "skipped", "passed")


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exchange(_Data):
    """One request and its answer. Long bodies are cut."""

    method: str
    url: str
    request_headers: dict[str, str]
    request_body: str | None
    status: int | None
    response_headers: dict[str, str]
    response_body: str
    seconds: float

    @property
    def curl(self) -> str:
        """The request as a line for a shell."""
        parts = ["curl", "-i"]
        if self.method != "GET":
            parts += ["-X", self.method]
        for name, value in self.request_headers.items():
            parts += ["-H", f"{name}: {value}"]
        if self.request_body is not None:
            parts += ["--data-binary", self.request_body]
        return shlex.join([*parts, self.url])


class TestResult(_Data):
    """One test."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    id: str
    area: str
    title: str
    requirements: list[str]
    outcome: Outcome
    explanation: str
    notes: list[str]
    seconds: float
    exchanges: list[Exchange]


class RequirementResult(_Data):
    """One row of the register, and what its tests say."""

    id: str
    title: str
    level: Level
    area: str
    statement: str
    outcome: RequirementOutcome
    tests: list[str]
    shown_by: str


class RunResult(_Data):
    """A whole run."""

    format: Literal["ndop-conformance-results/1"] = "ndop-conformance-results/1"
    edition: str
    base_url: str
    started: str
    seconds: float
    complete: bool
    tests: list[TestResult]
    requirements: list[RequirementResult]

    @property
    def passed(self) -> bool:
        """Whether the run was complete and nothing that a SHALL asks for failed."""
        return self.complete and bool(self.tests) and not self.failures

    @property
    def failures(self) -> list[TestResult]:
        """The tests that failed."""
        return [test for test in self.tests if test.outcome == "failed"]

    @property
    def areas(self) -> list[str]:
        """Areas with tests, in the order of the register."""
        tested = {test.area for test in self.tests}
        ordered = dict.fromkeys(row.area for row in self.requirements)
        return [area for area in ordered if area in tested] + sorted(tested - ordered.keys())

    def tests_by_outcome(self, area: str | None = None) -> Counter[Outcome]:
        """How many tests had which outcome, in one area or in all."""
        return Counter(test.outcome for test in self.tests if area in (None, test.area))

    def requirements_by_outcome(self, level: Level) -> Counter[RequirementOutcome]:
        """How many rows of a level had which outcome."""
        return Counter(row.outcome for row in self.requirements if row.level == level)

    def seconds_in(self, area: str) -> float:
        """How long the tests of an area took together."""
        return sum(test.seconds for test in self.tests if test.area == area)


def combined(outcomes: list[Outcome], *, shown_elsewhere: bool) -> RequirementOutcome:
    """What the tests of one requirement say together: the gravest, skipped only if all are."""
    ran = [outcome for outcome in outcomes if outcome != "skipped"]
    if ran:
        return next(outcome for outcome in _GRAVEST_FIRST if outcome in ran)
    if shown_elsewhere:
        return "elsewhere"
    return "skipped" if outcomes else "untested"
