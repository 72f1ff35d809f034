"""The catalogue of faults."""

from __future__ import annotations

from collections.abc import Sequence

from ndop.assurance.mutation.faults import (
    callers,
    capability,
    conformance_resources,
    create,
    errors,
    headers,
    profile,
    reading,
    update,
    value_sets,
)
from ndop.assurance.mutation.model import Fault
from ndop.conformance.coverage.register_coverage import CollectedTest
from ndop.conformance.register.requirements import Register
from ndop.editions import Edition

FAULTS: Sequence[Fault] = [
    *profile.FAULTS,
    *value_sets.FAULTS,
    *capability.FAULTS,
    *conformance_resources.FAULTS,
    *create.FAULTS,
    *reading.FAULTS,
    *update.FAULTS,
    *errors.FAULTS,
    *headers.FAULTS,
    *callers.FAULTS,
]


def faults_of(edition: Edition, register: Register) -> list[Fault]:
    """The faults that an edition can have: those whose requirement is one of its own."""
    rows = {row.id for row in register.of(edition)}
    return [one for one in FAULTS if one.requirement in rows and one.applies_to(edition)]


def requirements_without_fault(
    edition: Edition, register: Register, tests: Sequence[CollectedTest]
) -> list[str]:
    """The ids of an edition's SHALL requirements that the suite tests and no fault breaks."""
    with_fault = {fault.requirement for fault in faults_of(edition, register)}
    tested = {row for test in tests if edition.id in test.editions for row in test.requirements}
    return [
        row.id
        for row in register.of(edition)
        if row.level == "SHALL" and row.id in tested - with_fault
    ]
