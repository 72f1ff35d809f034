"""profiles/verdicts.yaml: why verdicts with the published and the generated profile may differ."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints

from ndop.java.toolkit import Finding

#: An erratum or a decision.
Reason = Annotated[str, StringConstraints(pattern=r"^[DE]-\d{2}$")]

_REPETITION = re.compile(r"\[\d+\]")


class Spelling(BaseModel):
    """A URL that the published profile spells differently. For its verdict, values that begin with
    `generated` begin with `published` instead.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    because: Reason
    generated: str
    published: str
    why: str


class Explanation(BaseModel):
    """Objections that only one profile raises. `rules` and `elements` are globs for the rule and
    the element of a finding; `says` is a regular expression to search for in its message.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    because: Reason
    objects: Literal["published", "generated"]
    rules: tuple[str, ...] = ("*",)
    elements: tuple[str, ...] = ("*",)
    says: str = ""
    why: str

    def covers(self, finding: Finding) -> bool:
        """Whether a finding of the profile that `objects` names is such an objection."""
        # In element names [x] is literal, not a set of characters.
        element = _REPETITION.sub("", finding.path).replace("[", "(")
        return (
            any(fnmatch.fnmatchcase(finding.rule, rule) for rule in self.rules)
            and any(fnmatch.fnmatchcase(element, one.replace("[", "(")) for one in self.elements)
            and re.search(self.says, finding.message) is not None
        )


class Explanations(BaseModel):
    """The entries for one edition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    spellings: tuple[Spelling, ...] = ()
    objections: tuple[Explanation, ...] = ()

    def of(self, side: Literal["published", "generated"]) -> Sequence[Explanation]:
        """The explained objections of one profile."""
        return [one for one in self.objections if one.objects == side]

    def in_published_spelling(self, value: Any) -> Any:
        """A copy of JSON data, spelt as the published profile spells it."""
        if isinstance(value, dict):
            return {key: self.in_published_spelling(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.in_published_spelling(item) for item in value]
        if isinstance(value, str):
            for one in self.spellings:
                if value.startswith(one.generated):
                    return one.published + value.removeprefix(one.generated)
        return value


def read(file: Path, edition_id: str) -> Explanations:
    """The entries of profiles/verdicts.yaml for one edition."""
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Explanations.model_validate(entries.get(edition_id, {}))
