"""A pytest plugin that runs each test of the suite once without a fault, and once with each fault
that breaks its requirements.

The process that started pytest runs the filter, and tells the names of its faults in the order of
their numbers. The number of a run's fault stands in the notes of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ndop.assurance.mutation.catalogue import FAULTS
from ndop.assurance.mutation.filter import seed
from ndop.conformance.report.results import TestResult

_NOTE = "seeded fault "


def number_in(result: TestResult) -> int | None:
    """The number of the fault that a run of a test had; None for no fault."""
    numbers = [int(note.removeprefix(_NOTE)) for note in result.notes if note.startswith(_NOTE)]
    return numbers[0] if numbers else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that the prover gives."""
    parser.addoption("--filter", help="base URL of the filter")
    parser.addoption("--fault", action="append", default=[], help="name of a fault; repeatable")
    parser.addoption("--every-test", action="append", default=[], type=int, help="its number")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Once without a fault, and once with each of its own; or with some faults that no test of
    their own caught, whatever the test is of.
    """
    named = {one for mark in metafunc.definition.iter_markers("requirement") for one in mark.args}
    broken = {fault.name: fault.requirement for fault in FAULTS}
    numbers: list[int | None] = metafunc.config.getoption("--every-test")
    if not numbers:
        numbers = [
            number
            for number, name in enumerate(metafunc.config.getoption("--fault"))
            if broken[name] in named
        ]
        numbers = [None, *numbers] if numbers else []
    metafunc.parametrize("_seeded", numbers, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of no fault."""
    left_out = [one for one in items if one.get_closest_marker("skip")]
    items[:] = [one for one in items if one not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def _seeded(request: pytest.FixtureRequest, note: Callable[[str], None]) -> Iterator[None]:
    address = request.config.getoption("--filter")
    if request.param is not None:
        note(f"{_NOTE}{request.param}")
    seed(address, request.param)
    yield
    seed(address, None)
