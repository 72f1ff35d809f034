"""Checking the licences of components against a list of allowed ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from license_expression import ExpressionError, get_spdx_licensing
from pydantic import BaseModel, ConfigDict

from ndop.release.bom import Component

_LIST = Path(__file__).with_name("licences.yaml")


class LicenceOverride(BaseModel):
    """The licence of a component whose metadata has none or a wrong one, and how it is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    licence: str
    reason: str


class LicencePolicy(BaseModel):
    """The content of licences.yaml, where comments explain each section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allowed: tuple[str, ...]
    spellings: Mapping[str, str]
    components: Mapping[str, LicenceOverride]

    def licences_of(self, component: Component) -> tuple[str, ...]:
        """The component's licences, as SPDX expressions where their names are known."""
        override = self.components.get(component.package)
        if override:
            return (override.licence,)
        names = (self.spellings.get(name, name) for name in component.licences)
        return tuple(dict.fromkeys(names))

    def violations(self, components: Sequence[Component]) -> list[str]:
        """A sentence for each component that is not allowed, and for each unused entry."""
        return [
            *(violation for one in components if (violation := self._violation(one))),
            *self._unused_entries(components),
        ]

    def _violation(self, component: Component) -> str | None:
        licences = self.licences_of(component)
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
            return _satisfies(self._spdx.parse(expression, validate=True), set(self.allowed))
        except ExpressionError:
            return False

    def _unused_entries(self, components: Sequence[Component]) -> Iterable[str]:
        packages = {one.package for one in components}
        names = {name for one in components for name in one.licences}
        for package in self.components.keys() - packages:
            yield f"{_LIST.name}: there is no component {package} any more; remove the entry."
        for name in self.spellings.keys() - names:
            yield f"{_LIST.name}: no component says {name!r} any more; remove the spelling."

    @cached_property
    def _spdx(self) -> Any:
        return get_spdx_licensing()


def read(file: Path = _LIST) -> LicencePolicy:
    """The policy in licences.yaml, beside this module."""
    return LicencePolicy.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def _satisfies(expression: Any, allowed: set[str]) -> bool:
    """Whether all operands of an AND, or one of an OR, are allowed."""
    if not expression.args:
        return str(expression) in allowed
    satisfied = (_satisfies(part, allowed) for part in expression.args)
    return any(satisfied) if expression.operator.strip() == "OR" else all(satisfied)
