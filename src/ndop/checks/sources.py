"""What the checks compare, read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from ndop.assurance.mutation import catalogue
from ndop.assurance.mutation.model import Fault
from ndop.conformance.coverage.register_coverage import (
    CollectedTest,
    cited_rows,
    collect,
)
from ndop.conformance.register import requirements
from ndop.conformance.register.requirements import Register, Requirement
from ndop.editions import Edition, EditionFolder
from ndop.editions.located_yaml import KeyPath
from ndop.system.layout import Layout


@dataclass(frozen=True, slots=True)
class ProjectSources:
    """Editions, register and collected tests of one checkout.

    `lines` maps the id of each row of the register to its line, `cited` the id of each edition to
    the rows that its facts name.
    """

    layout: Layout
    editions: Sequence[Edition]
    register: Register
    tests: Sequence[CollectedTest]
    lines: Mapping[str, int]
    cited: Mapping[str, Set[str]]

    @classmethod
    def read(cls, layout: Layout, editions: Sequence[Edition]) -> ProjectSources:
        """Raises BuildError: register or suite cannot be read."""
        file = layout.requirements
        register, lines = requirements.read(file), requirements.lines(file)
        cited = {edition.id: cited_rows(edition) for edition in editions}
        return cls(layout, editions, register, collect(layout), lines, cited)

    def editions_of(self, row: Requirement) -> list[Edition]:
        """The editions that a row applies to."""
        return [edition for edition in self.editions if row.applies_to(edition)]

    def place_of_row(self, row: Requirement) -> str:
        """File and line of a row."""
        return f"{self.relative(self.layout.requirements)}:{self.lines[row.id]}"

    def place_of_test(self, test: CollectedTest) -> str:
        """File and line of a test of the suite."""
        return f"{self.relative(self.layout.conformance_tests / test.file)}:{test.line}"

    def place_of_fact(self, edition: Edition, path: KeyPath) -> str:
        """File and line of a fact of an edition, or of the nearest fact around it."""
        location = EditionFolder.of(self.layout).location(edition.id, path)
        return f"{self.relative(location.file)}:{location.line}"

    def place_of_citation(self, row_id: str) -> str:
        """File and line of the first fact that names a row."""
        for folder in (self.layout.editions, self.layout.shared_facts):
            for file in sorted(folder.glob("*.yaml")):
                lines = file.read_text(encoding="utf-8").splitlines()
                for number, line in enumerate(lines, 1):
                    if row_id in line:
                        return f"{self.relative(file)}:{number}"
        return self.relative(self.layout.editions)

    def evidence_for(self, row: Requirement) -> Iterator[str]:
        """The tests and faults of a row, which may have to change with it, with file and line."""
        functions: set[str] = set()
        for test in self.tests:
            if row.id in test.requirements and test.function not in functions:
                functions.add(test.function)
                yield f"test {self.place_of_test(test)} ({test.function.partition('::')[2]})"
        yield from (f"test {test}" for test in row.own_tests)
        for fault in catalogue.FAULTS:
            if fault.requirement == row.id:
                yield f"fault {self.relative_to_package(fault)} ({fault.name})"

    def relative(self, file: Path) -> str:
        """A path as people write it, from the root of the checkout."""
        return file.relative_to(self.layout.root).as_posix()

    def relative_to_package(self, fault: Fault) -> str:
        """File and line of a fault, from the root of the checkout that this package is part of."""
        file, line = _place_of_fault(fault)
        return f"{file.relative_to(Path(__file__).parents[3]).as_posix()}:{line}"


def _place_of_fault(fault: Fault) -> tuple[Path, int]:
    """File and line of its name or, if the name is composed at run time, of its requirement."""
    files = sorted(Path(catalogue.__file__).parent.rglob("*.py"))
    for wanted in (f'"{fault.name}"', f'"{fault.requirement}"'):
        for file in files:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                if wanted in line:
                    return file, number
    return Path(catalogue.__file__), 1
