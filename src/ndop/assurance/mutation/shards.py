"""Shards of the faults, for runs that have no time for all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ndop.assurance.mutation.model import Fault

_FORM = re.compile(r"([1-9]\d*)/([1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Shard:
    """Shard `number` (from 1) of `total`, such as 2/4. All shards together are all faults."""

    number: int
    total: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """The shard that a text names. Raises ValueError, which says what was expected."""
        found = _FORM.fullmatch(text)
        if found is None or int(found[1]) > int(found[2]):
            raise ValueError(f"expected a shard such as 2/4, from 1/4 to 4/4; found {text!r}")
        return cls(int(found[1]), int(found[2]))

    def select(self, faults: Sequence[Fault]) -> list[Fault]:
        """Every `total`th fault, starting with number `number`."""
        return list(faults[self.number - 1 :: self.total])

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"
