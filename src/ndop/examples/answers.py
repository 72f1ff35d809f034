"""What a server answers to the requests that succeed: a Consent as it is stored, search results
and histories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ndop.consents import Draft
from ndop.examples.model import BASE_URL, Example, Kind, Request
from ndop.examples.opt_outs import fixed_id
from ndop.examples.story import Story

_ANSWERED = "2026-03-14T16:00:00+00:00"


def answers(story: Story) -> Iterator[Example]:
    """Every such answer of an edition, in a stable order."""
    yield from _reads(story)
    yield from _searches(story)
    yield from _histories(story)


def _reads(story: Story) -> Iterator[Example]:
    path = f"{story.edition.consent.type}/{story.ids[0]}"
    yield _answer("read", "read", "The current version, by id", story.changed, path)
    yield _answer(
        "read-version",
        "read",
        "An earlier version, by id and version id",
        story.first_versions[0],
        f"{path}/_history/1",
    )


def _searches(story: Story) -> Iterator[Example]:
    edition = story.edition
    patient = edition.patient.reference_to(story.patient)
    nobody = edition.patient.reference_to(story.nobody)
    named: list[tuple[str, str, dict[str, str], list[Draft]]] = [
        ("search", "Looking up a patient", {"patient": patient}, story.current),
        ("search-nobody", "Looking up a patient without a Consent", {"patient": nobody}, []),
        ("search-by-id", "Looking up an id", {"_id": story.ids[0]}, [story.changed]),
    ]
    if "purpose" in edition.search.parameters:
        last = story.current[-1]
        asked = {"patient": patient, "purpose": _token(last["purpose"][0])}
        named.append(("search-purpose", "Looking up a patient for one purpose", asked, [last]))
    for name, shows, parameters, found in named:
        entries = [
            {"fullUrl": _full_url(one), "resource": one, "search": {"mode": "match"}}
            for one in found
        ]
        yield _bundle(story, name, "search", shows, edition.consent.type, parameters, entries)


def _histories(story: Story) -> Iterator[Example]:
    edition = story.edition
    path = f"{edition.consent.type}/{story.ids[0]}/_history"
    of_the_first = [one for one in story.versions if one["id"] == story.ids[0]]
    yield _history(story, "history", "The versions of one Consent", path, {}, of_the_first)
    if edition.history is None:
        return
    by, path = edition.history.by, f"{edition.consent.type}/_history"
    patient = {by: edition.patient.reference_to(story.patient)}
    nobody = {by: edition.patient.reference_to(story.nobody)}
    shows = "The versions of every Consent of a patient"
    yield _history(story, "history-patient", shows, path, patient, story.versions)
    shows = "The history of a patient without a Consent"
    yield _history(story, "history-nobody", shows, path, nobody, [])
    if edition.history.version is not None:
        parameters = {**patient, edition.history.version: "1"}
        first = [one for one in story.versions if one["meta"]["versionId"] == "1"]
        shows = "One version of a patient's Consent"
        yield _history(story, "history-version", shows, path, parameters, first)
    if "purpose" in edition.history.filters:
        purpose = story.changed["purpose"][0]
        parameters = {**patient, "purpose": _token(purpose)}
        shows = "The history of a patient for one purpose"
        yield _history(story, "history-purpose", shows, path, parameters, of_the_first)


def _history(
    story: Story,
    name: str,
    shows: str,
    path: str,
    parameters: Mapping[str, str],
    versions: Sequence[Draft],
) -> Example:
    entries = []
    for one in versions:
        version = one["meta"]["versionId"]
        request = {
            "method": "POST" if version == "1" else "PUT",
            "url": f"{one['resourceType']}/{one['id']}/_history/{version}",
        }
        entries.append({"fullUrl": _full_url(one), "resource": one, "request": request})
    return _bundle(story, name, "history", shows, path, parameters, entries)


def _bundle(
    story: Story,
    name: str,
    kind: Kind,
    shows: str,
    path: str,
    parameters: Mapping[str, str],
    entries: Sequence[dict[str, Any]],
) -> Example:
    asked = f"{path}?{urlencode(parameters)}" if parameters else path
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "id": fixed_id(story.edition, name),
        "meta": {"lastUpdated": _ANSWERED},
        "type": "searchset" if kind == "search" else kind,
        "total": len(entries),
        "link": [{"relation": "self", "url": f"{BASE_URL}/{asked}"}],
    }
    if entries:
        bundle["entry"] = list(entries)
    return _answer(name, kind, shows, bundle, asked)


def _answer(name: str, kind: Kind, shows: str, resource: Draft, path: str) -> Example:
    return Example(name, kind, shows, name, resource, request=Request("GET", path), status=200)


def _full_url(consent: Draft) -> str:
    return f"{BASE_URL}/{consent['resourceType']}/{consent['id']}"


def _token(coding: Mapping[str, str]) -> str:
    return f"{coding['system']}|{coding['code']}"
