"""Responses to successful reads, searches and histories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ndop.consents import Draft
from ndop.examples.model import BASE_URL, Example, Kind, Request
from ndop.examples.opt_outs import fixed_id
from ndop.examples.scenario import Scenario

_RESPONDED_AT = "2026-03-14T16:00:00+00:00"


def responses(scenario: Scenario) -> Iterator[Example]:
    """Every such response of an edition, in a stable order."""
    yield from _reads(scenario)
    yield from _searches(scenario)
    yield from _histories(scenario)


def _reads(scenario: Scenario) -> Iterator[Example]:
    path = f"{scenario.edition.consent.type}/{scenario.ids[0]}"
    yield _response("read", "read", "The current version, by id", scenario.updated, path)
    yield _response(
        "read-version",
        "read",
        "An earlier version, by id and version id",
        scenario.first_versions[0],
        f"{path}/_history/1",
    )


def _searches(scenario: Scenario) -> Iterator[Example]:
    edition = scenario.edition
    patient = edition.patient.reference_to(scenario.patient)
    unknown = edition.patient.reference_to(scenario.unknown_patient)
    searches: list[tuple[str, str, dict[str, str], list[Draft]]] = [
        ("search", "Looking up a patient", {"patient": patient}, scenario.current),
        ("search-nobody", "Looking up a patient without a Consent", {"patient": unknown}, []),
        ("search-by-id", "Looking up an id", {"_id": scenario.ids[0]}, [scenario.updated]),
    ]
    if "purpose" in edition.search.parameters:
        last = scenario.current[-1]
        parameters = {"patient": patient, "purpose": _token(last["purpose"][0])}
        searches.append(
            ("search-purpose", "Looking up a patient for one purpose", parameters, [last])
        )
    for name, shows, parameters, found in searches:
        entries = [
            {"fullUrl": _full_url(one), "resource": one, "search": {"mode": "match"}}
            for one in found
        ]
        yield _bundle(scenario, name, "search", shows, edition.consent.type, parameters, entries)


def _histories(scenario: Scenario) -> Iterator[Example]:
    edition = scenario.edition
    path = f"{edition.consent.type}/{scenario.ids[0]}/_history"
    first_consent = [one for one in scenario.versions if one["id"] == scenario.ids[0]]
    yield _history(scenario, "history", "The versions of one Consent", path, {}, first_consent)
    if edition.history is None:
        return
    by, path = edition.history.by, f"{edition.consent.type}/_history"
    patient = {by: edition.patient.reference_to(scenario.patient)}
    unknown = {by: edition.patient.reference_to(scenario.unknown_patient)}
    shows = "The versions of every Consent of a patient"
    yield _history(scenario, "history-patient", shows, path, patient, scenario.versions)
    shows = "The history of a patient without a Consent"
    yield _history(scenario, "history-nobody", shows, path, unknown, [])
    if edition.history.version is not None:
        parameters = {**patient, edition.history.version: "1"}
        first = [one for one in scenario.versions if one["meta"]["versionId"] == "1"]
        shows = "One version of a patient's Consent"
        yield _history(scenario, "history-version", shows, path, parameters, first)
    if "purpose" in edition.history.filters:
        purpose = scenario.updated["purpose"][0]
        parameters = {**patient, "purpose": _token(purpose)}
        shows = "The history of a patient for one purpose"
        yield _history(scenario, "history-purpose", shows, path, parameters, first_consent)


def _history(
    scenario: Scenario,
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
    return _bundle(scenario, name, "history", shows, path, parameters, entries)


def _bundle(
    scenario: Scenario,
    name: str,
    kind: Kind,
    shows: str,
    path: str,
    parameters: Mapping[str, str],
    entries: Sequence[dict[str, Any]],
) -> Example:
    url = f"{path}?{urlencode(parameters)}" if parameters else path
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "id": fixed_id(scenario.edition, name),
        "meta": {"lastUpdated": _RESPONDED_AT},
        "type": "searchset" if kind == "search" else kind,
        "total": len(entries),
        "link": [{"relation": "self", "url": f"{BASE_URL}/{url}"}],
    }
    if entries:
        bundle["entry"] = list(entries)
    return _response(name, kind, shows, bundle, url)


def _response(name: str, kind: Kind, shows: str, resource: Draft, path: str) -> Example:
    return Example(name, kind, shows, name, resource, request=Request("GET", path), status=200)


def _full_url(consent: Draft) -> str:
    return f"{BASE_URL}/{consent['resourceType']}/{consent['id']}"


def _token(coding: Mapping[str, str]) -> str:
    return f"{coding['system']}|{coding['code']}"
