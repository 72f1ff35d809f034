"""The results of a conformance run as data: the content of results.json.

`schema` is its JSON Schema, committed as results.schema.json. The number in the format changes
when a reader of the old format would misunderstand the new one.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ndop.conformance.register.clauses import Source
from ndop.conformance.register.requirements import Level
from ndop.system.errors import ResultsError

#: A SHOULD that fails is a warning, and does not fail the run.
Outcome = Literal["passed", "failed", "warning", "skipped"]
#: The outcome of a requirement's tests together. elsewhere: it cannot be tested from outside the
#: server, but the project's own tests cover it; untested: nothing does.
RequirementOutcome = Literal["passed", "failed", "warning", "skipped", "elsewhere", "untested"]

#: The name of the file in a report folder.
RESULTS = "results.json"

#: From the least severe to the most.
SEVERITY: tuple[Outcome, ...] = ("skipped", "passed", "warning", "failed")


class _ResultModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exchange(_ResultModel):
    """One request and its response. Long bodies are cut.

    `status` is None if there was no response.
    """

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
        """The request as a shell command."""
        parts = ["curl", "-i"]
        if self.method != "GET":
            parts += ["-X", self.method]
        for name, value in self.request_headers.items():
            parts += ["-H", f"{name}: {value}"]
        if self.request_body is not None:
            parts += ["--data-binary", self.request_body]
        return shlex.join([*parts, self.url])

    @property
    def status_text(self) -> str:
        """The status in words."""
        return "no answer" if self.status is None else f"HTTP {self.status}"


class TestResult(_ResultModel):
    """One test.

    `level` is the strongest of its requirements', None if it has none; `remedy` says what would
    allow a skipped test to run; `patients` are the NHS numbers generated for it.
    """

    __test__ = False  # not a test class, in spite of its name

    id: str
    area: str
    title: str
    level: Level | None = None
    requirements: list[str]
    outcome: Outcome
    explanation: str
    remedy: str = ""
    notes: list[str]
    patients: list[str] = []
    seconds: float
    exchanges: list[Exchange]

    @property
    def skip_reason(self) -> str:
        """Why it was skipped, its level, and what would allow it to run."""
        level = f" ({self.level})" if self.level else ""
        remedy = f" To run it: {self.remedy}." if self.remedy else ""
        return f"skipped{level}: {self.explanation}.{remedy}"


class RequirementResult(_ResultModel):
    """One row of the register, and the outcome of its tests."""

    id: str
    title: str
    level: Level
    area: str
    statement: str
    sources: list[Source] = []
    outcome: RequirementOutcome
    tests: list[str]
    shown_by: str


class RunResult(_ResultModel):
    """A whole run. Times are in seconds, `started` is ISO 8601 in UTC.

    `planned` is the number of tests that should have run, and `incomplete_because` says why not
    all of them did. `left_out` maps the rows that were excluded on request to the reasons.
    """

    format: Literal["ndop-conformance-results/1"] = "ndop-conformance-results/1"
    edition: str
    base_url: str
    started: str
    seconds: float
    complete: bool
    incomplete_because: str = ""
    planned: int = 0
    left_out: dict[str, str] = {}
    tests: list[TestResult]
    requirements: list[RequirementResult]

    @property
    def passed(self) -> bool:
        """Whether the run was complete and no SHALL failed."""
        return self.complete and bool(self.tests) and not self.failures

    @property
    def failures(self) -> list[TestResult]:
        """The tests that failed."""
        return [test for test in self.tests if test.outcome == "failed"]

    @property
    def skipped(self) -> list[TestResult]:
        """The tests that were skipped."""
        return [test for test in self.tests if test.outcome == "skipped"]

    @property
    def areas(self) -> list[str]:
        """Areas with tests, in the order of the register."""
        tested = {test.area for test in self.tests}
        ordered = dict.fromkeys(row.area for row in self.requirements)
        return [area for area in ordered if area in tested] + sorted(tested - ordered.keys())

    def tests_by_outcome(self, area: str | None = None) -> Counter[Outcome]:
        """How many tests had each outcome, in one area or in all."""
        return Counter(test.outcome for test in self.tests if area in (None, test.area))

    def requirements_by_outcome(self, level: Level) -> Counter[RequirementOutcome]:
        """How many rows of a level had each outcome."""
        return Counter(row.outcome for row in self.requirements if row.level == level)

    def seconds_in(self, area: str) -> float:
        """How long the tests of an area took in total."""
        return sum(test.seconds for test in self.tests if test.area == area)


def schema() -> dict[str, Any]:
    """The JSON Schema of results.json."""
    body = RunResult.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body}


def read(path: Path) -> RunResult:
    """Read a results.json, or the one in a report folder.

    Raises ResultsError: it cannot be read, has another format, or does not fit the schema.
    """
    file = path / RESULTS if path.is_dir() else path
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{file}: expected a results.json: {error}") from error
    expected = RunResult.model_fields["format"].default
    found = data.get("format") if isinstance(data, dict) else None
    if found != expected:
        raise ResultsError(
            f"{file}: format: expected {expected!r}, found {found!r}. Is it a results.json, and "
            "of this version of ndop?"
        )
    try:
        return RunResult.model_validate(data)
    except ValidationError as error:
        problems = [
            f"{file}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]
        ]
        raise ResultsError("\n".join(problems)) from None


def requirement_outcome(outcomes: list[Outcome], *, shown_elsewhere: bool) -> RequirementOutcome:
    """The outcome of a requirement: the most severe of its tests', skipped only if all are."""
    ran = [outcome for outcome in outcomes if outcome != "skipped"]
    if ran:
        return max(ran, key=SEVERITY.index)
    if shown_elsewhere:
        return "elsewhere"
    return "skipped" if outcomes else "untested"
