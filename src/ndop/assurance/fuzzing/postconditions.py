"""What must hold of everything that a server has stored when all is over."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from ndop.assurance.fuzzing.session import ExpectedState, Failure
from ndop.assurance.fuzzing.wire import Request, Wire
from ndop.editions import Edition
from ndop.validation import Validator


def inspect(
    edition: Edition, wire: Wire, told: ExpectedState, seen: Callable[[int], object] = int
) -> Iterator[Failure]:
    """Fetch every Consent that was told to be stored, and whatever each patient has.

    Each must be there in its last version, be valid, and be the only one of its identity; and
    nothing may be there that was not told. `seen` is called for each Consent.
    """
    bodies: dict[str, dict[str, Any]] = {}
    for consent_id, version in told.versions.items():
        seen(1)
        answer, body = _fetched(wire, f"{edition.consent.type}/{consent_id}")
        if answer != 200:
            yield _failure("lost", f"{consent_id} was stored, and is answered {answer}")
            continue
        found = body["meta"]["versionId"]
        if found != str(version):
            yield _failure(
                "another version", f"{consent_id}: version {version} was told, {found} is there"
            )
        bodies[consent_id] = body
    yield from _invalid(edition, bodies)
    yield from doubles(edition, bodies)
    yield from _untold(edition, wire, told, seen)


def _invalid(edition: Edition, bodies: dict[str, dict[str, Any]]) -> Iterator[Failure]:
    if not bodies:
        return
    with Validator(edition) as validator:
        for consent_id, body in bodies.items():
            for finding in validator.check(body):
                if finding.invalidates:
                    yield _failure(
                        "something invalid is stored",
                        f"{consent_id}: {finding.path}: {finding.message}\n{json.dumps(body)}",
                    )


def doubles(edition: Edition, bodies: dict[str, dict[str, Any]]) -> Iterator[Failure]:
    """Consents, by id, of the same identity: patient, or patient and purpose."""
    same: dict[tuple[str, str], list[str]] = defaultdict(list)
    form = edition.patient.form
    purposes = len(edition.identity.parameters) > 1
    for consent_id, body in bodies.items():
        patient = form.search(body["patient"]["reference"])
        if patient is None:
            yield _failure("a Consent of nobody", f"{consent_id}: {body['patient']}")
            continue
        coded = [f"{one.get('system')}|{one.get('code')}" for one in body.get("purpose", [])]
        same[patient[1], ",".join(coded) if purposes else ""].append(consent_id)
    for ids in same.values():
        if len(ids) > 1:
            yield _failure("two Consents of one identity", ", ".join(ids))


def _untold(
    edition: Edition, wire: Wire, told: ExpectedState, seen: Callable[[int], object]
) -> Iterator[Failure]:
    """Consents of the patients that no answer told of."""
    by = next(name for name, one in edition.search.parameters.items() if one.identity)
    for patient in told.patients:
        seen(1)
        reference = edition.patient.reference_to(patient)
        answer, body = _fetched(wire, f"{edition.consent.type}?{by}={reference}")
        found = [entry["resource"]["id"] for entry in body.get("entry", [])]
        untold = [one for one in found if one not in told.versions]
        if answer != 200 or untold:
            yield _failure("stored without being told", f"{answer}: {', '.join(untold)}")


def _fetched(wire: Wire, path: str) -> tuple[int, dict[str, Any]]:
    answer = wire.send(Request(b"GET", f"{wire.api}/{path}".encode()))
    return answer.status_code, dict(answer.json())


def _failure(rule: str, explanation: str) -> Failure:
    return Failure(rule, explanation, kind="afterwards")
