"""The proof: each fault, seeded by itself, is caught by a test of its own requirement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from ndop.assurance.mutation.filter import Filter, filtering
from ndop.assurance.mutation.model import Fault
from ndop.assurance.mutation.seeding import number_in
from ndop.conformance.report.results import Outcome, TestResult
from ndop.conformance.run import pytest_process
from ndop.conformance.suite.settings import Settings
from ndop.editions import Edition
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.errors import ProofError
from ndop.system.layout import Layout
from ndop.system.progress import Progress

_SECONDS = 1200.0

#: The settings that make a claim true of our server.
_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "strict-nhs-number": {"ndop.strict-nhs-number": "true"},
    "require-if-match": {"ndop.require-if-match": "true"},
    "requires-token": {"ndop.audit": "required"},
    "ignores-token": {"ndop.audit": "off"},
}
#: What servers are set up for; a fault takes the first that is enough for it.
SETUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("strict-nhs-number", "require-if-match", "requires-token"),
    ("ignores-token",),
)


class Proof(BaseModel):
    """What came of one fault in one edition: tests of its requirement that caught it, those that
    passed all the same or were skipped, and, where none caught it, other tests that did.
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
    def holds(self) -> bool:
        """Whether it was caught as it must be."""
        return bool(self.caught_by)


#: Tests of the suite's own tokens, which no fault of a server can break.
_OF_THE_SUITE = {"test_security_audit/test_token.py::test_every_request_has_its_own_token"}


def blind_tests(proofs: Sequence[Proof]) -> list[str]:
    """The tests that passed with each fault of their requirements, in one edition's proofs: none
    shows that they can fail.
    """
    caught = {test for proof in proofs for test in proof.caught_by}
    passed = {test for proof in proofs for test in proof.passed_by}
    return sorted(passed - caught - _OF_THE_SUITE)


_PROOFS = TypeAdapter(list[Proof])


def write(proofs: list[Proof], file: Path) -> None:
    """Keep proofs in a file of JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_PROOFS.dump_json(proofs, indent=2) + b"\n")


def read(file: Path) -> list[Proof]:
    """The proofs in a file."""
    return _PROOFS.validate_json(file.read_bytes())


def prove(
    layout: Layout, edition: Edition, faults: Sequence[Fault], progress: Progress
) -> list[Proof]:
    """Seed each fault in front of a server of the edition; everything must have been built.

    Raises ProofError where a test fails without any fault, or a fault cannot be applied: then
    nothing is proved.
    """
    proofs: list[Proof] = []
    for claims, own in _by_setup(faults):
        settings = {key: value for claim in claims for key, value in _SETTINGS[claim].items()}
        plan = ServerPlan(edition.id, settings=settings)
        with (
            process.running(layout, plan, progress) as server,
            filtering(server.base_url, edition, own) as running,
            progress.step(f"Seeding {len(own)} faults ({edition.id})"),
        ):
            proofs += _seeded(layout, edition, claims, running)
    return proofs


def prove_against(
    layout: Layout, edition: Edition, faults: Sequence[Fault], sound_url: str
) -> list[Proof]:
    """As `prove`, against a server that runs and is set up for nothing; of the faults that need
    no other.
    """
    own = [one for one in faults if not one.claims]
    with filtering(sound_url, edition, own) as running:
        return _seeded(layout, edition, (), running)


def _by_setup(faults: Sequence[Fault]) -> Iterator[tuple[tuple[str, ...], list[Fault]]]:
    left = list(faults)
    for claims in SETUPS:
        own = [fault for fault in left if set(fault.claims) <= set(claims)]
        left = [fault for fault in left if fault not in own]
        if own:
            yield claims, own
    assert not left, f"no server is set up for {[fault.name for fault in left]}"


def _seeded(
    layout: Layout, edition: Edition, claims: tuple[str, ...], running: Filter
) -> list[Proof]:
    proofs = [
        Proof(edition=edition.id, requirement=fault.requirement, fault=fault.name)
        for fault in running.faults
    ]
    for test in _tests(layout, edition, claims, running):
        number = number_in(test)
        function = test.id.partition("[")[0]
        if number is not None:
            _note(proofs[number], function, test.outcome)
        elif test.outcome not in ("passed", "skipped"):
            raise ProofError(
                f"{edition.id}: {test.id} does not pass without a fault, so nothing is proved:\n"
                f"{test.explanation}"
            )
    missed = [number for number, proof in enumerate(proofs) if not proof.holds]
    if missed:
        options = [f"--every-test={number}" for number in missed]
        for test in _tests(layout, edition, claims, running, options):
            number = number_in(test)
            if number is not None and test.outcome == "failed":
                _add(proofs[number].others, test.id.partition("[")[0])
    if running.broken:
        raise ProofError(
            f"{edition.id}: {len(running.broken)} requests broke a fault, so nothing is proved. "
            f"The first:\n{running.broken[0]}"
        )
    return proofs


def _note(proof: Proof, function: str, outcome: Outcome) -> None:
    """A test that catches a fault under one parameter has caught it."""
    if outcome == "failed":
        _add(proof.caught_by, function)
    else:
        _add(proof.skipped if outcome == "skipped" else proof.passed_by, function)
    proof.passed_by = [one for one in proof.passed_by if one not in proof.caught_by]
    proof.skipped = [
        one for one in proof.skipped if one not in (*proof.caught_by, *proof.passed_by)
    ]


def _add(functions: list[str], function: str) -> None:
    if function not in functions:
        functions.append(function)


def _tests(
    layout: Layout,
    edition: Edition,
    claims: Iterable[str],
    running: Filter,
    options: Sequence[str] = (),
) -> list[TestResult]:
    tests: list[TestResult] = []

    def hear(told: dict[str, Any]) -> None:
        if "test" in told:
            tests.append(TestResult.model_validate(told["test"]))

    settings = Settings(base_url=running.base_url, edition=edition.id, claims=frozenset(claims))
    ended = pytest_process.run_pytest(
        [*_arguments(layout, running), *options], settings, hear, _SECONDS
    )
    if ended.interrupt is not None:
        raise ended.interrupt
    if ended.status not in (0, 1) or ended.timed_out:
        raise ProofError(f"{edition.id}: the suite ended with {ended.status}:\n{ended.output_tail}")
    return tests


def _arguments(layout: Layout, running: Filter) -> list[str]:
    plugins = ("ndop.conformance.suite.recording", "ndop.assurance.mutation.seeding")
    return [
        *pytest_process.suite_arguments(layout, *plugins),
        *("-q", "--tb=no"),
        f"--filter={running.base_url}",
        *(f"--fault={fault.name}" for fault in running.faults),
        str(layout.conformance_tests),
    ]
