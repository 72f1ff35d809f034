"""What is wrong in a file of the project, in a form that names the place and the remedy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `place` is a file below the checkout, with a line where one is known (`README.md:12`); `text`
    says what was expected and found, `remedy` what to do.
    """

    place: str
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}\n    {self.remedy}"
