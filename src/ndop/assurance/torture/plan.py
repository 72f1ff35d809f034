"""What a run does: rounds, a store, faults."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

STORES = ("h2", "postgresql")


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault. About `weight` of 100 rounds have it; `stores` are those it concerns."""

    name: str
    weight: int
    stores: tuple[str, ...] = STORES


#: A start of the server takes most of a round's time, so that fewer rounds end it.
FAULTS = (
    Fault("kill-server", 25),
    Fault("stop-server", 8),
    Fault("pause-server", 15),
    Fault("cut-clients", 20),
    Fault("fill-disk", 12),
    Fault("kill-postgresql", 12, ("postgresql",)),
    Fault("stop-postgresql", 8, ("postgresql",)),
    Fault("pause-postgresql", 8, ("postgresql",)),
    Fault("cut-database", 12, ("postgresql",)),
)


def faults_of(store: str) -> tuple[str, ...]:
    """The names of the faults that concern a store."""
    return tuple(fault.name for fault in FAULTS if store in fault.stores)


@dataclass(frozen=True, slots=True)
class Plan:
    """`rounds` over one store, with faults of these names; all that concern it where there are
    none. The same seed gives the same faults and patients.
    """

    edition: str
    store: str
    rounds: int = 100
    seed: int = 0
    faults: Sequence[str] = ()
    connections: int = 4

    def schedule(self, impossible: frozenset[str] = frozenset()) -> Iterator[str]:
        """The name of the fault of each round. Each kind comes once before any comes again, where
        there are rounds enough; then by their weights.
        """
        chosen = [
            fault
            for fault in FAULTS
            if self.store in fault.stores
            and fault.name not in impossible
            and (not self.faults or fault.name in self.faults)
        ]
        if not chosen:
            return
        source = random.Random(self.seed)  # noqa: S311
        names = [fault.name for fault in chosen]
        first = source.sample(names, len(names))
        rest = source.choices(names, [fault.weight for fault in chosen], k=self.rounds)
        yield from [*first, *rest][: self.rounds]
