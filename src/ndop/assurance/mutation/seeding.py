"""A pytest plugin that runs each test once without a fault, and once with each fault that breaks
one of the test's requirements.

The process that starts pytest runs the fault proxy and passes the names of its faults in the order
of their numbers. A note in each test's result has the number of the fault that was seeded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ndop.assurance.mutation.catalogue import FAULTS
from ndop.assurance.mutation.proxy import seed
from ndop.conformance.report.results import TestResult

_NOTE = "seeded fault "


def fault_number(result: TestResult) -> int | None:
    """The number of the fault that was seeded for a test; None if there was none."""
    numbers = [int(note.removeprefix(_NOTE)) for note in result.notes if note.startswith(_NOTE)]
    return numbers[0] if numbers else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that `ndop prove` passes."""
    parser.addoption("--fault-proxy", help="base URL of the fault proxy")
    parser.addoption("--fault", action="append", default=[], help="name of a fault; repeatable")
    parser.addoption(
        "--every-test",
        action="append",
        default=[],
        type=int,
        help="number of a fault to run every test with; repeatable",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrise by fault: none, then each that breaks a requirement of the test.

    With --every-test: those faults only, whatever the test's requirements.
    """
    marked = {one for mark in metafunc.definition.iter_markers("requirement") for one in mark.args}
    requirement_of = {fault.name: fault.requirement for fault in FAULTS}
    numbers: list[int | None] = metafunc.config.getoption("--every-test")
    if not numbers:
        numbers = [
            number
            for number, name in enumerate(metafunc.config.getoption("--fault"))
            if requirement_of[name] in marked
        ]
        numbers = [None, *numbers] if numbers else []
    metafunc.parametrize("_seeded_fault", numbers, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that no fault concerns, which an empty parameter set marks as skipped."""
    deselected = [one for one in items if one.get_closest_marker("skip")]
    items[:] = [one for one in items if one not in deselected]
    config.hook.pytest_deselected(items=deselected)


@pytest.fixture(autouse=True)
def _seeded_fault(request: pytest.FixtureRequest, note: Callable[[str], None]) -> Iterator[None]:
    proxy = request.config.getoption("--fault-proxy")
    if request.param is not None:
        note(f"{_NOTE}{request.param}")
    seed(proxy, request.param)
    yield
    seed(proxy, None)
