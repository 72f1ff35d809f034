"""The prover: over a canned server and a suite of its own, and over the real ones."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ndop.assurance.mutation import proof
from ndop.assurance.mutation.catalogue import FAULTS, faults_of, rows_without_fault
from ndop.assurance.mutation.messages import answer_with
from ndop.assurance.mutation.model import Fault
from ndop.assurance.mutation.parts import Part
from ndop.assurance.mutation.proof import Proof, blind_tests, prove_against
from ndop.cli.proving import told
from ndop.conformance.coverage import register_coverage
from ndop.conformance.register import requirements
from ndop.conformance.register.requirements import Register
from ndop.editions import Edition, EditionFolder
from ndop.server.process import RunningServer
from ndop.system.errors import ProofError
from ndop.system.layout import Layout
from tests.conformance.canned import Answer, canned

SUITE = '''
import pytest
from ndop.conformance.suite.expectations import expect

@pytest.mark.requirement("NDOP-066")
@pytest.mark.parametrize("form", ["json", "xml"])
def test_own(ndop, form):
    """SHALL: looks at the status."""
    expect("status", ndop.get("metadata").status_code, 200)

@pytest.mark.requirement("NDOP-066")
def test_own_and_blind(ndop):
    """SHALL: looks at nothing."""
    ndop.get("metadata")

@pytest.mark.requirement("NDOP-068")
def test_other(ndop):
    """SHALL: looks at the body."""
    expect("body", ndop.get("metadata").text, "{}")
'''


@pytest.fixture(scope="module")
def register(layout: Layout) -> Register:
    return requirements.read(layout.requirements)


@pytest.fixture
def small(layout: Layout, tmp_path: Path) -> Layout:
    folder = tmp_path / "conformance-tests"
    folder.mkdir()
    for name in ("pytest.ini", "requirements.csv"):
        (folder / name).write_bytes((layout.conformance_tests / name).read_bytes())
    (folder / "test_capability.py").write_text(SUITE, encoding="utf-8")
    return replace(layout, root=tmp_path)


#: Real faults, by what they are used for here: in the catalogue, as the suite's process reads it.
GONE = "has its statement in JSON only"
ANOTHER = "speaks DSTU2"


@pytest.fixture
def proved(small: Layout, edition: Edition) -> Callable[..., list[Proof]]:
    def proofs(*faults: Fault, body: str = "{}") -> list[Proof]:
        with canned(lambda _method, _path: Answer(body)) as base_url:
            return prove_against(small, edition, faults, base_url)

    return proofs


def named(name: str, status: int, body: str = "") -> Fault:
    """A fault of the catalogue's name and requirement that does something simpler."""
    (known,) = [one for one in FAULTS if one.name == name]
    resource = {"resourceType": body} if body else None
    return replace(known, filter=lambda _request, _sound: answer_with(status, resource))


@pytest.mark.slow
def test_a_fault_is_caught_by_a_test_of_its_own(proved: Callable[..., list[Proof]]) -> None:
    (proof,) = proved(named(GONE, 404))
    assert proof.holds
    assert proof.caught_by == ["test_capability.py::test_own"]
    assert proof.passed_by == ["test_capability.py::test_own_and_blind"]
    assert told(proof).startswith(f"caught: NDOP-066 {GONE} (ndop-1.1.0): test_cap")


@pytest.mark.slow
def test_a_test_that_no_fault_makes_fail_is_named(proved: Callable[..., list[Proof]]) -> None:
    assert blind_tests(proved(named(GONE, 404))) == ["test_capability.py::test_own_and_blind"]


@pytest.mark.slow
def test_a_fault_that_only_others_catch_is_not_proved(proved: Callable[..., list[Proof]]) -> None:
    (proof,) = proved(named(GONE, 200, "Changed"))
    assert not proof.holds
    assert proof.others == ["test_capability.py::test_other"]
    assert "NOT CAUGHT" in told(proof)
    assert "caught only by test_capability.py::test_other" in told(proof)


@pytest.mark.slow
def test_a_fault_that_nothing_catches_is_not_proved(proved: Callable[..., list[Proof]]) -> None:
    (known,) = [one for one in FAULTS if one.name == GONE]
    proofs = proved(
        replace(known, filter=lambda request, sound: sound.ask(request)), named(ANOTHER, 404)
    )
    assert [proof.holds for proof in proofs] == [False, True]
    assert "caught by nothing" in told(proofs[0])


@pytest.mark.slow
def test_a_skipped_test_proves_nothing(small: Layout, proved: Callable[..., list[Proof]]) -> None:
    suite = small.conformance_tests / "test_capability.py"
    skipping = 'ndop.get("metadata")\n    pytest.skip("as it likes")'
    suite.write_text(SUITE.replace('ndop.get("metadata")\n', f"{skipping}\n"), encoding="utf-8")
    (proof,) = proved(named(GONE, 200))
    assert not proof.holds
    assert proof.skipped == ["test_capability.py::test_own_and_blind"]
    assert "test_capability.py::test_own_and_blind (skipped)" in told(proof)


@pytest.mark.slow
def test_without_a_fault_every_test_must_pass(proved: Callable[..., list[Proof]]) -> None:
    with pytest.raises(ProofError, match=r"test_other.*does not pass without a fault"):
        proved(named(ANOTHER, 404), body='{"resourceType": "Other"}')


@pytest.mark.slow
def test_a_fault_that_breaks_proves_nothing(proved: Callable[..., list[Proof]]) -> None:
    (known,) = [one for one in FAULTS if one.name == GONE]
    with pytest.raises(ProofError, match=r"broke a fault[\s\S]*ZeroDivisionError"):
        proved(replace(known, filter=lambda _request, _sound: 1 / 0))  # type: ignore[arg-type,return-value]


@pytest.mark.slow
def test_every_shall_row_of_the_suite_has_a_fault(
    layout: Layout, folder: EditionFolder, register: Register
) -> None:
    tests = register_coverage.collect(layout)
    for edition in folder.load_all():
        assert rows_without_fault(edition, register, tests) == []


def test_faults_have_names_of_their_own_and_known_requirements(register: Register) -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)
    for fault in FAULTS:
        assert register[fault.requirement].level == "SHALL"
        assert any(set(fault.claims) <= set(claims) for claims in proof.SETUPS)


def test_the_parts_of_a_week_are_all_faults() -> None:
    first = datetime.date(2026, 12, 30)
    week = [first + datetime.timedelta(days) for days in range(7)]
    seeded = [fault.name for day in week for fault in Part.of_day(day).take(FAULTS)]
    assert sorted(seeded) == sorted(fault.name for fault in FAULTS)


def test_a_part_is_named() -> None:
    assert Part.of_day(datetime.date(2026, 11, 21)) == Part.parse("6/7")  # a Saturday
    assert str(Part.parse("3/12")) == "3/12"
    for wrong in ("", "0/4", "5/4", "1/0", "2", "a/b", "1/4/4"):
        with pytest.raises(ValueError, match=r"expected a part such as 2/4"):
            Part.parse(wrong)


@pytest.mark.slow
def test_the_suite_catches_faults_of_today(
    built: Layout, edition: Edition, register: Register, server: RunningServer
) -> None:
    """A part that rotates by the day (docs/proof.md); `make prove` seeds all, in every edition."""
    today = datetime.datetime.now(datetime.UTC).date()
    part = Part.parse(os.environ.get("NDOP_FAULT_PART", str(Part.of_day(today))))
    faults = [one for one in faults_of(edition, register) if not one.claims]
    proofs = prove_against(built, edition, part.take(faults), server.base_url)
    assert len(proofs) >= len(faults) // part.of
    missed = [told(proof) for proof in proofs if not proof.holds]
    assert missed == [], (
        f"again: NDOP_FAULT_PART={part} .venv/bin/pytest tests/assurance/mutation/test_prove.py"
    )
