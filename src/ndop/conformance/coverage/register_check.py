"""The check that each requirement of the register is accounted for."""

from __future__ import annotations

from rich.console import Console

from ndop.conformance.coverage.register_coverage import collect, problems
from ndop.conformance.register import requirements
from ndop.editions import EditionFolder
from ndop.system.layout import Layout

_REMEDY = (
    "A row needs a test of the suite that names it, or the project's own test (column shown_by), "
    "or the reason why none is possible (column not_testable)."
)


def check_register(layout: Layout) -> bool:
    """Print what is wrong with the register and its tests; whether nothing is.

    Raises BuildError: the register or the suite cannot be read.
    """
    register = requirements.read(layout.requirements)
    editions = EditionFolder.of(layout).load_all()
    found = problems(layout, register, editions, collect(layout))
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in found:
        console.print(f"{layout.requirements.name}: {problem}", markup=False)
    if found:
        console.print(_REMEDY)
        return False
    console.print(f"{len(register.rows)} requirements, each accounted for.", markup=False)
    return True
