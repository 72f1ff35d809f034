"""What became of each seeded fault, as kept in proofs.json."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from ndop.conformance.report.results import Outcome


class FaultResult(BaseModel):
    """What became of one fault in one edition.

    Tests of its own requirement are in `caught_by`, `passed_by` or `skipped`. Where none of them
    caught the fault, `others` has the tests of other requirements that did. All are test functions,
    without their parameters.
    """

    model_config = ConfigDict(extra="forbid")

    edition: str
    requirement: str
    fault: str
    caught_by: list[str] = []
    passed_by: list[str] = []
    skipped: list[str] = []
    others: list[str] = []

    @property
    def caught(self) -> bool:
        """Whether a test of the fault's own requirement caught it; otherwise it survived."""
        return bool(self.caught_by)

    def record(self, function: str, outcome: Outcome) -> None:
        """Add the outcome of a test of the requirement.

        A test that fails for one of its parameters has caught the fault, whatever the others say.
        """
        if outcome == "failed":
            _append(self.caught_by, function)
        else:
            _append(self.skipped if outcome == "skipped" else self.passed_by, function)
        self.passed_by = [one for one in self.passed_by if one not in self.caught_by]
        self.skipped = [
            one for one in self.skipped if one not in (*self.caught_by, *self.passed_by)
        ]

    def record_other(self, function: str) -> None:
        """Add a test of another requirement that caught the fault."""
        _append(self.others, function)


#: Tests of the suite's own tokens, which no fault of a server can break.
_INDEPENDENT_OF_THE_SERVER = {
    "test_security_audit/test_token.py::test_every_request_has_its_own_token"
}


def vacuous_tests(results: Sequence[FaultResult]) -> list[str]:
    """The tests that passed with every fault of their requirements, in one edition's results:
    nothing shows that they can fail.
    """
    caught = {test for result in results for test in result.caught_by}
    passed = {test for result in results for test in result.passed_by}
    return sorted(passed - caught - _INDEPENDENT_OF_THE_SERVER)


_RESULTS = TypeAdapter(list[FaultResult])


def write(results: list[FaultResult], file: Path) -> None:
    """Write results to a JSON file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_RESULTS.dump_json(results, indent=2) + b"\n")


def read(file: Path) -> list[FaultResult]:
    """The results in a JSON file."""
    return _RESULTS.validate_json(file.read_bytes())


def _append(functions: list[str], function: str) -> None:
    if function not in functions:
        functions.append(function)
