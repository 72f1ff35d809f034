"""Consents of an edition, built from the samples in its YAML."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from fhir.resources.STU3.consent import Consent

from ndop.editions import Coding, Edition

#: A Consent as JSON data, which unlike the model may break any rule.
Draft = dict[str, Any]
#: Keys and indexes that lead to a value in a Consent, such as `("purpose", 0, "code")`.
Path = tuple[str | int, ...]


def draft(
    edition: Edition,
    nhs_number: str,
    *,
    sample: str = "minimal",
    purpose: Coding | None = None,
    status: str | None = None,
) -> Draft:
    """A Consent of the edition for one patient, as JSON data that the caller may modify.

    `sample` is the name of one of the edition's samples, such as minimal or maximal. `purpose`
    defaults to the edition's first, `status` to the one that means opted out. Raises KeyError for
    an unknown sample.
    """
    consent: Draft = filled(edition, edition.samples[sample], nhs_number, purpose=purpose)
    consent["status"] = status or edition.status.opted_out
    return {key: value for key, value in consent.items() if value != []}


def preference(
    edition: Edition,
    nhs_number: str,
    *,
    opted_out: bool = True,
    channel: Coding | None = None,
    role: Coding | None = None,
    purpose: Coding | None = None,
    date_time: str | None = None,
) -> Draft:
    """The Consent that records whether a patient opts out.

    `channel`, one of `edition.channel_codings()`, is how the preference reached the service;
    `role`, one of `edition.proxy_codings()`, is that of the proxy who decided, None if the patient
    did; `date_time` is in FHIR's format. Whatever is left out is as in the sample.
    """
    status = edition.status.opted_out if opted_out else edition.status.sharing
    sample = "minimal" if role is None else _sample_with(edition, str(edition.proxy))
    consent = draft(edition, nhs_number, sample=sample, purpose=purpose, status=status)
    if channel is not None:
        _put_coding(consent, edition.url(edition.channel), channel)
    if role is not None:
        _put_coding(consent, edition.url(str(edition.proxy)), role)
    if date_time is not None:
        consent["dateTime"] = date_time
    return consent


def filled(
    edition: Edition, template: Any, nhs_number: str, *, purpose: Coding | None = None
) -> Any:
    """A copy of a sample, or of part of one, with patient and purpose filled in."""
    coding = purpose or edition.purpose_codings()[0]
    return _replaced(
        template,
        {
            "$patient": edition.patient.reference_to(nhs_number),
            "$purpose": coding.model_dump(),
        },
    )


def consent(
    edition: Edition,
    nhs_number: str,
    *,
    sample: str = "minimal",
    purpose: Coding | None = None,
    status: str | None = None,
) -> Consent:
    """Like `draft`, as a model of fhir.resources (STU3), which validates it against base STU3."""
    data = draft(edition, nhs_number, sample=sample, purpose=purpose, status=status)
    return Consent.model_validate(data)


def without(consent: Draft, *path: str | int) -> Draft:
    """A copy without the value at `path`, such as `without(draft, "purpose", 0, "code")`.

    Raises KeyError or IndexError if there is none: a test that removes nothing proves nothing.
    """

    def remove(holder: Any, key: str | int) -> None:
        del holder[key]

    return _changed(consent, path, remove)


def having(consent: Draft, *path: str | int, value: Any) -> Draft:
    """A copy with `value` at `path`; the last step may be new."""

    def put(holder: Any, key: str | int) -> None:
        holder[key] = value

    return _changed(consent, path, put)


def with_id(consent: Draft, consent_id: str) -> Draft:
    """A copy of a Consent without an id, with this one in its usual place."""
    return {"resourceType": consent["resourceType"], "id": consent_id, **consent}


def adding(consent: Draft, *path: str | int, value: Any) -> Draft:
    """A copy whose list at `path` has `value` as its last item; the list may be new."""

    def append(holder: Any, key: str | int) -> None:
        if isinstance(key, str):
            holder.setdefault(key, [])
        holder[key].append(value)

    return _changed(consent, path, append)


def coding_paths(part: Any, path: Path = ()) -> Iterator[Path]:
    """The path of everything in a Consent, or a part of one, that has a system and a code."""
    if isinstance(part, dict):
        if {"system", "code"} <= part.keys():
            yield path
        for key, value in part.items():
            yield from coding_paths(value, (*path, key))
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from coding_paths(value, (*path, index))


def value_at(part: Any, path: Path) -> Any:
    """The value at a path. Raises KeyError or IndexError where there is none."""
    for step in path:
        part = part[step]
    return part


def merged(value: Any, patch: Any) -> Any:
    """A copy of `value` with a JSON merge patch applied (RFC 7386): null removes a key."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = copy.deepcopy(value) if isinstance(value, dict) else {}
    for key, part in patch.items():
        if part is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), part)
    return result


def _sample_with(edition: Edition, extension: str) -> str:
    """Name of the first sample with the extension. Raises KeyError if there is none."""
    url = edition.url(extension)
    for name, sample in edition.samples.items():
        if any(one["url"] == url for one in sample["extension"]):
            return name
    raise KeyError(extension)


def _put_coding(consent: Draft, extension_url: str, coding: Coding) -> None:
    for extension in consent["extension"]:
        if extension["url"] == extension_url:
            extension["valueCodeableConcept"] = {"coding": [coding.model_dump()]}


def _changed(consent: Draft, path: Path, change: Callable[[Any, str | int], None]) -> Draft:
    changed = copy.deepcopy(consent)
    change(value_at(changed, path[:-1]), path[-1])
    return changed


def _replaced(value: Any, replacements: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(item, replacements) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, replacements) for item in value]
    if isinstance(value, str) and value in replacements:
        return replacements[value]
    return value
