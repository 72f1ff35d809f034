"""Consents for an edition, from the samples in its YAML."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from fhir.resources.STU3.consent import Consent

from ndop.editions import Coding, Edition

#: A Consent as JSON data, which, unlike the model, may break any rule.
Draft = dict[str, Any]


def draft(
    edition: Edition,
    nhs_number: str,
    *,
    sample: str = "minimal",
    purpose: Coding | None = None,
    status: str | None = None,
) -> Draft:
    """A Consent of the edition for one patient, as JSON data of one's own to change.

    `sample` is one of the edition's: minimal, maximal and others. `purpose` is by default the
    edition's first, `status` the one that means opted out. Raises KeyError for an unknown
    sample.
    """
    coding = purpose or edition.purpose_codings()[0]
    replacements: dict[str, Any] = {
        "$patient": edition.patient.reference_to(nhs_number),
        "$purpose": coding.model_dump(),
    }
    consent: Draft = _replaced(copy.deepcopy(edition.samples[sample]), replacements)
    consent["status"] = status or edition.status.opted_out
    return {key: value for key, value in consent.items() if value != []}


def consent(
    edition: Edition,
    nhs_number: str,
    *,
    sample: str = "minimal",
    purpose: Coding | None = None,
    status: str | None = None,
) -> Consent:
    """As `draft`, as a model of fhir.resources (STU3), which checks it against base STU3."""
    data = draft(edition, nhs_number, sample=sample, purpose=purpose, status=status)
    return Consent.model_validate(data)


def without(consent: Draft, *path: str | int) -> Draft:
    """A copy without the value at `path`, such as `without(draft, "purpose", 0, "code")`.

    Raises KeyError or IndexError where there is none: a test that removes nothing proves
    nothing.
    """

    def remove(holder: Any, key: str | int) -> None:
        del holder[key]

    return _changed(consent, path, remove)


def having(consent: Draft, *path: str | int, value: Any) -> Draft:
    """A copy with `value` at `path`; the last step may be new."""

    def put(holder: Any, key: str | int) -> None:
        holder[key] = value

    return _changed(consent, path, put)


def adding(consent: Draft, *path: str | int, value: Any) -> Draft:
    """A copy whose list at `path` has `value` as its last item; the list may be new."""

    def append(holder: Any, key: str | int) -> None:
        if isinstance(key, str):
            holder.setdefault(key, [])
        holder[key].append(value)

    return _changed(consent, path, append)


def _changed(
    consent: Draft, path: tuple[str | int, ...], change: Callable[[Any, str | int], None]
) -> Draft:
    changed = copy.deepcopy(consent)
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    change(holder, path[-1])
    return changed


def _replaced(value: Any, replacements: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(item, replacements) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, replacements) for item in value]
    if isinstance(value, str) and value in replacements:
        return replacements[value]
    return value
