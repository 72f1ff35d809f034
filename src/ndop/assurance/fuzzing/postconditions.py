"""Postconditions: what must hold of everything that the server stores when all cases have run."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from ndop.assurance.fuzzing.raw_http import Request
from ndop.assurance.fuzzing.session import ExpectedState, Failure
from ndop.editions import Edition
from ndop.validation import Validator

#: Sends a request that concerns a patient, whose NHS number is given.
Send = Callable[[Request, str], httpx.Response]


def check(
    edition: Edition,
    api: str,
    send: Send,
    expected: ExpectedState,
    on_request: Callable[[int], object] = int,
) -> Iterator[Failure]:
    """Read every Consent that the server reported as stored, and search by every patient.

    Each Consent must be there in its last version, be valid, and be the only one of its identity;
    a search must find no others. `api` is the path of the API; `on_request` is called with 1 for
    each request.
    """
    consents: dict[str, dict[str, Any]] = {}
    for consent_id, version in expected.versions.items():
        on_request(1)
        path = f"{api}/{edition.consent.type}/{consent_id}"
        status, body = _get(send, path, expected.patient_of[consent_id])
        if status != 200:
            yield _failure("lost", f"{consent_id} was stored, but reading it gives {status}")
            continue
        found = body["meta"]["versionId"]
        if found != str(version):
            yield _failure("wrong version", f"{consent_id}: expected {version}, found {found}")
        consents[consent_id] = body
    yield from _invalid(edition, consents)
    yield from duplicates(edition, consents)
    yield from _unreported(edition, api, send, expected, on_request)


def _invalid(edition: Edition, consents: dict[str, dict[str, Any]]) -> Iterator[Failure]:
    if not consents:
        return
    with Validator(edition) as validator:
        for consent_id, consent in consents.items():
            for finding in validator.check(consent):
                if finding.invalidates:
                    yield _failure(
                        "invalid Consent stored",
                        f"{consent_id}: {finding.path}: {finding.message}\n{json.dumps(consent)}",
                    )


def duplicates(edition: Edition, consents: dict[str, dict[str, Any]]) -> Iterator[Failure]:
    """Consents, by id, that share an identity: the patient, or patient and purpose."""
    ids_of: dict[tuple[str, str], list[str]] = defaultdict(list)
    pattern = edition.patient.form
    identity_has_purpose = len(edition.identity.parameters) > 1
    for consent_id, consent in consents.items():
        patient = pattern.search(consent["patient"]["reference"])
        if patient is None:
            yield _failure("not a reference to a patient", f"{consent_id}: {consent['patient']}")
            continue
        purposes = [f"{one.get('system')}|{one.get('code')}" for one in consent.get("purpose", [])]
        ids_of[patient[1], ",".join(purposes) if identity_has_purpose else ""].append(consent_id)
    for ids in ids_of.values():
        if len(ids) > 1:
            yield _failure("two Consents of one identity", ", ".join(ids))


def _unreported(
    edition: Edition,
    api: str,
    send: Send,
    expected: ExpectedState,
    on_request: Callable[[int], object],
) -> Iterator[Failure]:
    """Consents of the patients that no response reported."""
    parameter = next(name for name, one in edition.search.parameters.items() if one.identity)
    for patient in expected.patients:
        on_request(1)
        reference = edition.patient.reference_to(patient)
        path = f"{api}/{edition.consent.type}?{parameter}={reference}"
        status, body = _get(send, path, patient)
        found = [entry["resource"]["id"] for entry in body.get("entry", [])]
        unreported = [one for one in found if one not in expected.versions]
        if status != 200 or unreported:
            yield _failure("stored but not reported", f"{status}: {', '.join(unreported)}")


def _get(send: Send, path: str, patient: str) -> tuple[int, dict[str, Any]]:
    response = send(Request(b"GET", path.encode()), patient)
    return response.status_code, dict(response.json())


def _failure(rule: str, explanation: str) -> Failure:
    return Failure(rule, explanation, kind="postcondition")
