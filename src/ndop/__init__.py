"""The NHS National Data Opt-out FHIR API (STU3) as executable specification.

What other programs may import is listed here (docs/python.md): the editions and their facts,
Consents built from them, and the validator. Each name is imported when it is first used, so that
`import ndop` and `ndop --help` stay fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ndop.consents import Draft, consent, draft
    from ndop.editions import Coding, Edition
    from ndop.editions.installed import edition_ids, load_edition
    from ndop.system.errors import NdopError
    from ndop.validation import Finding, Result, Validator

__all__ = [
    "Coding",
    "Draft",
    "Edition",
    "Finding",
    "NdopError",
    "Result",
    "Validator",
    "consent",
    "draft",
    "edition_ids",
    "load_edition",
]

_MODULES = {
    "Coding": "ndop.editions",
    "Draft": "ndop.consents",
    "Edition": "ndop.editions",
    "Finding": "ndop.validation",
    "NdopError": "ndop.system.errors",
    "Result": "ndop.validation",
    "Validator": "ndop.validation",
    "consent": "ndop.consents",
    "draft": "ndop.consents",
    "edition_ids": "ndop.editions.installed",
    "load_edition": "ndop.editions.installed",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return __all__
