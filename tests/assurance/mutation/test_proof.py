"""The proof, with a canned server and a small suite, and with the real ones."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ndop.assurance.mutation.catalogue import FAULTS, faults_of, requirements_without_fault
from ndop.assurance.mutation.messages import make_response
from ndop.assurance.mutation.model import Fault
from ndop.assurance.mutation.proof import SERVER_SETUPS, prove_against
from ndop.assurance.mutation.report import line
from ndop.assurance.mutation.results import FaultResult, vacuous_tests
from ndop.assurance.mutation.shards import Shard
from ndop.conformance.coverage import register_coverage
from ndop.conformance.register import requirements
from ndop.conformance.register.requirements import Register
from ndop.editions import Edition, EditionFolder
from ndop.server.process import RunningServer
from ndop.system.errors import ProofError
from ndop.system.layout import Layout
from tests.conformance.stub_server import StubResponse, stub_server

SUITE = '''
import pytest
from ndop.conformance.suite.expectations import expect

@pytest.mark.requirement("NDOP-066")
@pytest.mark.parametrize("form", ["json", "xml"])
def test_own(ndop, form):
    """SHALL: looks at the status."""
    expect("status", ndop.get("metadata").status_code, 200)

@pytest.mark.requirement("NDOP-066")
def test_own_and_vacuous(ndop):
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


#: Real faults: the process that runs the suite looks them up in the catalogue.
JSON_ONLY = "has its statement in JSON only"
DSTU2 = "speaks DSTU2"


@pytest.fixture
def prove(small: Layout, edition: Edition) -> Callable[..., list[FaultResult]]:
    def results(*faults: Fault, body: str = "{}") -> list[FaultResult]:
        with stub_server(lambda _method, _path: StubResponse(body)) as base_url:
            return prove_against(small, edition, faults, base_url)

    return results


def named(name: str, status: int, body: str = "") -> Fault:
    """A fault with a name and requirement of the catalogue that does something simpler."""
    (known,) = [one for one in FAULTS if one.name == name]
    resource = {"resourceType": body} if body else None
    return replace(known, handle=lambda _request, _server: make_response(status, resource))


@pytest.mark.slow
def test_a_fault_is_caught_by_a_test_of_its_requirement(
    prove: Callable[..., list[FaultResult]],
) -> None:
    (result,) = prove(named(JSON_ONLY, 404))
    assert result.caught
    assert result.caught_by == ["test_capability.py::test_own"]
    assert result.passed_by == ["test_capability.py::test_own_and_vacuous"]
    assert line(result).startswith(f"caught: NDOP-066 {JSON_ONLY} (ndop-1.1.0): test_cap")


@pytest.mark.slow
def test_a_test_that_no_fault_makes_fail_is_named(prove: Callable[..., list[FaultResult]]) -> None:
    assert vacuous_tests(prove(named(JSON_ONLY, 404))) == [
        "test_capability.py::test_own_and_vacuous"
    ]


@pytest.mark.slow
def test_a_fault_that_only_other_tests_catch_survives(
    prove: Callable[..., list[FaultResult]],
) -> None:
    (result,) = prove(named(JSON_ONLY, 200, "Changed"))
    assert not result.caught
    assert result.others == ["test_capability.py::test_other"]
    assert "NOT CAUGHT" in line(result)
    assert "caught only by test_capability.py::test_other" in line(result)


@pytest.mark.slow
def test_a_fault_that_no_test_catches_survives(prove: Callable[..., list[FaultResult]]) -> None:
    (known,) = [one for one in FAULTS if one.name == JSON_ONLY]
    results = prove(
        replace(known, handle=lambda request, server: server.forward(request)), named(DSTU2, 404)
    )
    assert [result.caught for result in results] == [False, True]
    assert "caught by no test" in line(results[0])


@pytest.mark.slow
def test_a_skipped_test_proves_nothing(
    small: Layout, prove: Callable[..., list[FaultResult]]
) -> None:
    suite = small.conformance_tests / "test_capability.py"
    skipping = 'ndop.get("metadata")\n    pytest.skip("as it likes")'
    suite.write_text(SUITE.replace('ndop.get("metadata")\n', f"{skipping}\n"), encoding="utf-8")
    (result,) = prove(named(JSON_ONLY, 200))
    assert not result.caught
    assert result.skipped == ["test_capability.py::test_own_and_vacuous"]
    assert "test_capability.py::test_own_and_vacuous (skipped)" in line(result)


@pytest.mark.slow
def test_without_a_fault_every_test_must_pass(prove: Callable[..., list[FaultResult]]) -> None:
    with pytest.raises(ProofError, match=r"test_other.*does not pass without a fault"):
        prove(named(DSTU2, 404), body='{"resourceType": "Other"}')


@pytest.mark.slow
def test_a_fault_that_raises_proves_nothing(prove: Callable[..., list[FaultResult]]) -> None:
    (known,) = [one for one in FAULTS if one.name == JSON_ONLY]
    with pytest.raises(ProofError, match=r"a fault could not be applied[\s\S]*ZeroDivisionError"):
        prove(replace(known, handle=lambda _request, _server: 1 / 0))  # type: ignore[arg-type,return-value]


@pytest.mark.slow
def test_every_shall_row_of_the_suite_has_a_fault(
    layout: Layout, folder: EditionFolder, register: Register
) -> None:
    tests = register_coverage.collect(layout)
    for edition in folder.load_all():
        assert requirements_without_fault(edition, register, tests) == []


def test_faults_have_unique_names_and_known_requirements(register: Register) -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)
    for fault in FAULTS:
        assert register[fault.requirement].level == "SHALL"
        assert any(set(fault.claims) <= set(claims) for claims in SERVER_SETUPS)


def shard_of_day(day: datetime.date) -> Shard:
    """1/7 on Monday to 7/7 on Sunday."""
    return Shard(day.isoweekday(), 7)


def test_the_shards_of_a_week_are_all_faults() -> None:
    first = datetime.date(2026, 12, 30)
    week = [first + datetime.timedelta(days) for days in range(7)]
    seeded = [fault.name for day in week for fault in shard_of_day(day).select(FAULTS)]
    assert sorted(seeded) == sorted(fault.name for fault in FAULTS)


def test_a_shard_is_parsed() -> None:
    assert shard_of_day(datetime.date(2026, 11, 21)) == Shard.parse("6/7")  # a Saturday
    assert str(Shard.parse("3/12")) == "3/12"
    for wrong in ("", "0/4", "5/4", "1/0", "2", "a/b", "1/4/4"):
        with pytest.raises(ValueError, match=r"expected a shard such as 2/4"):
            Shard.parse(wrong)


@pytest.mark.slow
def test_the_suite_catches_faults_of_today(
    built: Layout, edition: Edition, register: Register, server: RunningServer
) -> None:
    """A shard that changes by the day (docs/proof.md); `make prove` seeds all, in every edition."""
    today = datetime.datetime.now(datetime.UTC).date()
    shard = Shard.parse(os.environ.get("NDOP_FAULT_SHARD", str(shard_of_day(today))))
    faults = [one for one in faults_of(edition, register) if not one.claims]
    results = prove_against(built, edition, shard.select(faults), server.base_url)
    assert len(results) >= len(faults) // shard.total
    missed = [line(result) for result in results if not result.caught]
    assert missed == [], (
        f"to repeat: NDOP_FAULT_SHARD={shard} "
        ".venv/bin/pytest tests/assurance/mutation/test_proof.py"
    )
