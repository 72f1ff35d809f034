"""A part of the faults, where there is no time for all: by its number, or by the day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ndop.assurance.mutation.model import Fault

_FORM = re.compile(r"([1-9]\d*)/([1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Part:
    """Part `number` (from 1) of `of` parts, such as 2/4. Together the parts are all faults."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Part:
        """The part that a text names. Raises ValueError, which says what was expected."""
        found = _FORM.fullmatch(text)
        if found is None or int(found[1]) > int(found[2]):
            raise ValueError(f"expected a part such as 2/4, from 1/4 to 4/4; found {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of_day(cls, day: date) -> Part:
        """The part of a day of the week: 1/7 on Monday, 7/7 on Sunday (ISO 8601)."""
        return cls(day.isoweekday(), 7)

    def take(self, faults: Sequence[Fault]) -> list[Fault]:
        """Its faults: every `of`th of the catalogue, beginning with its number."""
        return list(faults[self.number - 1 :: self.of])

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"
