"""Licences of the parts, against the list of those that are allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from license_expression import ExpressionError, get_spdx_licensing
from pydantic import BaseModel, ConfigDict

from ndop.release.bill import Component

_LIST = Path(__file__).with_name("licences.yaml")


class Corrected(BaseModel):
    """The licence of a part whose metadata has none or a wrong one, and how it is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    licence: str
    why: str


class Licences(BaseModel):
    """What licences.yaml holds; the comments there say what each part is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allowed: tuple[str, ...]
    spellings: Mapping[str, str]
    components: Mapping[str, Corrected]

    def of(self, component: Component) -> tuple[str, ...]:
        """The component's licences as SPDX expressions where they can be told."""
        corrected = self.components.get(component.package)
        if corrected:
            return (corrected.licence,)
        spelt = (self.spellings.get(name, name) for name in component.licences)
        return tuple(dict.fromkeys(spelt))

    def objections(self, components: Sequence[Component]) -> list[str]:
        """A sentence for each component that is not allowed, and each entry without a use."""
        return [
            *(objection for one in components if (objection := self._objection(one))),
            *self._without_use(components),
        ]

    def _objection(self, component: Component) -> str | None:
        licences = self.of(component)
        if not licences:
            return (
                f"{component.purl}: expected a licence, found none in its metadata. "
                f"Look it up and name it under `components` in {_LIST.name}, or leave it out."
            )
        if any(self._allows(licence) for licence in licences):
            return None
        return (
            f"{component.purl}: expected a licence that {_LIST.name} allows, "
            f"found {' or '.join(licences)}."
        )

    def _allows(self, expression: str) -> bool:
        try:
            return _holds(self._spdx.parse(expression, validate=True), set(self.allowed))
        except ExpressionError:
            return False

    def _without_use(self, components: Sequence[Component]) -> Iterable[str]:
        packages = {one.package for one in components}
        spelt = {name for one in components for name in one.licences}
        for package in self.components.keys() - packages:
            yield f"{_LIST.name}: there is no component {package} any more; remove the entry."
        for name in self.spellings.keys() - spelt:
            yield f"{_LIST.name}: no component says {name!r} any more; remove the spelling."

    @cached_property
    def _spdx(self) -> Any:
        return get_spdx_licensing()


def read(file: Path = _LIST) -> Licences:
    """The list that is kept beside this module."""
    return Licences.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def _holds(expression: Any, allowed: set[str]) -> bool:
    """Whether all parts of an AND, or one of an OR, are allowed."""
    if not expression.args:
        return str(expression) in allowed
    holding = (_holds(part, allowed) for part in expression.args)
    return any(holding) if expression.operator.strip() == "OR" else all(holding)
