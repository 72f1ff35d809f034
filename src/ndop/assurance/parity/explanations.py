"""profiles/verdicts.yaml: why the published and the generated profile may judge differently."""

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
    """What the published profile calls otherwise: it is shown the published word in place of ours,
    also where more follows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    because: Reason
    generated: str
    published: str
    why: str


class Explanation(BaseModel):
    """Objections that only one side has. `rules` and `elements` are globs over the rule and the
    element of a finding; `says` is a regular expression that its message has somewhere.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    because: Reason
    objects: Literal["published", "generated"]
    rules: tuple[str, ...] = ("*",)
    elements: tuple[str, ...] = ("*",)
    says: str = ""
    why: str

    def covers(self, finding: Finding) -> bool:
        """Whether this is such an objection; of which side it is, the caller knows."""
        # [x] is part of element names, not a set of characters.
        element = _REPETITION.sub("", finding.path).replace("[", "(")
        return (
            any(fnmatch.fnmatchcase(finding.rule, rule) for rule in self.rules)
            and any(fnmatch.fnmatchcase(element, one.replace("[", "(")) for one in self.elements)
            and re.search(self.says, finding.message) is not None
        )


class Explanations(BaseModel):
    """Those of one edition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    spellings: tuple[Spelling, ...] = ()
    objections: tuple[Explanation, ...] = ()

    def of(self, side: Literal["published", "generated"]) -> Sequence[Explanation]:
        """The objections of one side."""
        return [one for one in self.objections if one.objects == side]

    def spelt_as_published(self, value: Any) -> Any:
        """A copy of JSON data in the published words."""
        if isinstance(value, dict):
            return {key: self.spelt_as_published(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.spelt_as_published(item) for item in value]
        if isinstance(value, str):
            for one in self.spellings:
                if value.startswith(one.generated):
                    return one.published + value.removeprefix(one.generated)
        return value


def read(file: Path, edition_id: str) -> Explanations:
    """The entries of profiles/verdicts.yaml for one edition."""
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Explanations.model_validate(entries.get(edition_id, {}))
