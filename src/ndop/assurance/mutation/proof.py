"""The proof that the suite can fail: each fault must be caught by a test of its own requirement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ndop.assurance.mutation.model import Fault
from ndop.assurance.mutation.proxy import FaultProxy, running_proxy
from ndop.assurance.mutation.results import FaultResult
from ndop.assurance.mutation.seeding import fault_number
from ndop.conformance.report.results import TestResult
from ndop.conformance.run import pytest_process
from ndop.conformance.suite.settings import Settings
from ndop.editions import Edition
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.errors import ProofError
from ndop.system.layout import Layout
from ndop.system.progress import Progress

_TIMEOUT_SECONDS = 1200.0

#: The settings that make a claim true of our server.
_SETTINGS_OF_CLAIMS: Mapping[str, Mapping[str, str]] = {
    "strict-nhs-number": {"ndop.strict-nhs-number": "true"},
    "require-if-match": {"ndop.require-if-match": "true"},
    "requires-token": {"ndop.audit": "required"},
    "ignores-token": {"ndop.audit": "off"},
}
#: The claims that servers are set up for; a fault takes the first server that meets its claims.
SERVER_SETUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("strict-nhs-number", "require-if-match", "requires-token"),
    ("ignores-token",),
)


def prove(
    layout: Layout, edition: Edition, faults: Sequence[Fault], progress: Progress
) -> list[FaultResult]:
    """Seed each fault before a server of the edition; everything must have been built.

    Raises ProofError if a test fails without a fault, or a fault cannot be applied: then nothing is
    proved.
    """
    results: list[FaultResult] = []
    for claims, selected in _by_setup(faults):
        settings = {
            key: value for claim in claims for key, value in _SETTINGS_OF_CLAIMS[claim].items()
        }
        plan = ServerPlan(edition.id, settings=settings)
        with (
            process.running(layout, plan, progress) as server,
            progress.step(f"Seeding {len(selected)} faults ({edition.id})"),
        ):
            results += prove_against(layout, edition, selected, server.base_url, claims)
    return results


def prove_against(
    layout: Layout,
    edition: Edition,
    faults: Sequence[Fault],
    server_url: str,
    claims: Sequence[str] = (),
) -> list[FaultResult]:
    """As `prove`, against a running server that is set up for `claims`.

    Faults that need other claims are left out.
    """
    selected = [one for one in faults if set(one.claims) <= set(claims)]
    with running_proxy(server_url, edition, selected) as proxy:
        return _seed_all(layout, edition, claims, proxy)


def _by_setup(faults: Sequence[Fault]) -> Iterator[tuple[tuple[str, ...], list[Fault]]]:
    remaining = list(faults)
    for claims in SERVER_SETUPS:
        selected = [fault for fault in remaining if set(fault.claims) <= set(claims)]
        remaining = [fault for fault in remaining if fault not in selected]
        if selected:
            yield claims, selected
    assert not remaining, f"no server is set up for {[fault.name for fault in remaining]}"


def _seed_all(
    layout: Layout, edition: Edition, claims: Sequence[str], proxy: FaultProxy
) -> list[FaultResult]:
    results = [
        FaultResult(edition=edition.id, requirement=fault.requirement, fault=fault.name)
        for fault in proxy.faults
    ]
    for test in _run_suite(layout, edition, claims, proxy):
        number = fault_number(test)
        if number is not None:
            results[number].record(_function(test), test.outcome)
        elif test.outcome not in ("passed", "skipped"):
            raise ProofError(
                f"{edition.id}: {test.id} does not pass without a fault, so nothing is proved:\n"
                f"{test.explanation}"
            )
    survivors = [number for number, result in enumerate(results) if not result.caught]
    if survivors:
        options = [f"--every-test={number}" for number in survivors]
        for test in _run_suite(layout, edition, claims, proxy, options):
            number = fault_number(test)
            if number is not None and test.outcome == "failed":
                results[number].record_other(_function(test))
    if proxy.errors:
        raise ProofError(
            f"{edition.id}: a fault could not be applied to {len(proxy.errors)} requests, so "
            f"nothing is proved. The first:\n{proxy.errors[0]}"
        )
    return results


def _function(test: TestResult) -> str:
    """The id of the test without its parameters."""
    return test.id.partition("[")[0]


def _run_suite(
    layout: Layout,
    edition: Edition,
    claims: Iterable[str],
    proxy: FaultProxy,
    options: Sequence[str] = (),
) -> list[TestResult]:
    tests: list[TestResult] = []

    def collect(event: dict[str, Any]) -> None:
        if "test" in event:
            tests.append(TestResult.model_validate(event["test"]))

    settings = Settings(base_url=proxy.base_url, edition=edition.id, claims=frozenset(claims))
    ended = pytest_process.run_pytest(
        [*_arguments(layout, proxy), *options], settings, collect, _TIMEOUT_SECONDS
    )
    if ended.interrupt is not None:
        raise ended.interrupt
    if ended.status not in (0, 1) or ended.timed_out:
        raise ProofError(f"{edition.id}: the suite ended with {ended.status}:\n{ended.output_tail}")
    return tests


def _arguments(layout: Layout, proxy: FaultProxy) -> list[str]:
    plugins = ("ndop.conformance.suite.recording", "ndop.assurance.mutation.seeding")
    return [
        *pytest_process.suite_arguments(layout, *plugins),
        *("-q", "--tb=no"),
        f"--fault-proxy={proxy.base_url}",
        *(f"--fault={fault.name}" for fault in proxy.faults),
        str(layout.conformance_tests),
    ]
