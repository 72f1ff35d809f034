"""A whole proof: the faults of several editions, and what they leave unproved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ndop.assurance.mutation import results
from ndop.assurance.mutation.catalogue import faults_of, requirements_without_fault
from ndop.assurance.mutation.model import Fault
from ndop.assurance.mutation.proof import prove
from ndop.assurance.mutation.results import FaultResult, vacuous_tests
from ndop.assurance.mutation.shards import Shard
from ndop.conformance.coverage import register_coverage
from ndop.conformance.register import requirements
from ndop.editions import Edition
from ndop.system.errors import ProofError
from ndop.system.layout import Layout
from ndop.system.parallel_editions import run_in_parallel
from ndop.system.progress import Progress

_RESULTS = "proofs.json"
_WHOLE = Shard(1, 1)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which faults to seed: those of these requirements (of all if there are none), of a shard."""

    requirements: Sequence[str] = ()
    shard: Shard = _WHOLE

    @property
    def is_everything(self) -> bool:
        """Whether every fault is selected."""
        return not self.requirements and self.shard.total == 1

    def of(self, faults: Sequence[Fault]) -> list[Fault]:
        """The selected ones of the faults."""
        own = [
            one for one in faults if not self.requirements or one.requirement in self.requirements
        ]
        return self.shard.select(own)

    def arguments(self) -> list[str]:
        """The selection as options of `ndop prove`."""
        return [f"--shard={self.shard}", *(f"--only={one}" for one in self.requirements)]


@dataclass(frozen=True, slots=True)
class ProofRun:
    """The results of a proof, and a sentence for each thing that no fault proves."""

    results: Sequence[FaultResult]
    unproved: Sequence[str]

    @property
    def failed(self) -> bool:
        """Whether a fault was not caught, or something is unproved."""
        return bool(self.unproved) or not all(result.caught for result in self.results)


def select(
    layout: Layout, editions: Sequence[Edition], selection: Selection
) -> dict[str, list[Fault]]:
    """The selected faults by edition id, without editions that have none of them."""
    register = requirements.read(layout.requirements)
    selected = {one.id: selection.of(faults_of(one, register)) for one in editions}
    return {edition: faults for edition, faults in selected.items() if faults}


def run(
    layout: Layout,
    editions: Sequence[Edition],
    faults: Mapping[str, Sequence[Fault]],
    selection: Selection,
    progress: Progress,
) -> ProofRun:
    """Seed the faults that `select` has found; everything must have been built.

    One edition is proved in this process, several in a process each. The results are kept in
    build/proof/<edition>/proofs.json. Raises ProofError if nothing is proved.
    """
    editions = [one for one in editions if one.id in faults]
    without_fault = [] if selection.requirements else list(_without_fault(layout, editions))
    for one in editions:
        _file(layout, one).unlink(missing_ok=True)  # of an earlier proof
    if len(editions) == 1:
        (one,) = editions
        results.write(prove(layout, one, faults[one.id], progress), _file(layout, one))
    else:
        _run_in_parallel(layout, editions, selection)
    by_edition = {one.id: results.read(_file(layout, one)) for one in editions}
    vacuous = [
        f"{edition}: no fault makes {test} fail"
        for edition, own in by_edition.items()
        for test in (vacuous_tests(own) if selection.is_everything else ())
    ]
    all_results = [result for own in by_edition.values() for result in own]
    return ProofRun(all_results, [*without_fault, *vacuous])


def _without_fault(layout: Layout, editions: Sequence[Edition]) -> Iterator[str]:
    register = requirements.read(layout.requirements)
    tests = register_coverage.collect(layout)
    for edition in editions:
        for row in requirements_without_fault(edition, register, tests):
            yield f"no fault breaks {edition.id}: {row}"


def _file(layout: Layout, edition: Edition) -> Path:
    return layout.proof / edition.id / _RESULTS


def _run_in_parallel(layout: Layout, editions: Sequence[Edition], selection: Selection) -> None:
    ids = [one.id for one in editions]
    runs = run_in_parallel(["prove", *selection.arguments()], ids, layout.root, layout.proof)
    failed = [one for one in runs if not (layout.proof / one.edition / _RESULTS).exists()]
    if failed:
        raise ProofError("\n".join(f"{one.edition}: {one.output}" for one in failed))
