"""Faults of formats, version headers and audit headers (NDOP-172 to NDOP-183)."""

from __future__ import annotations

import re
from collections.abc import Callable

from ndop.assurance.mutation.messages import Answer, Request
from ndop.assurance.mutation.model import (
    Fault,
    Filter,
    ReferenceServer,
    answers,
    asks,
    creates,
    updates,
    writes,
)
from ndop.fhir.media_types import JSON

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _any(_request: Request) -> bool:
    return True


def _is_xml(request: Request) -> bool:
    return "xml" in (request.header("content-type") or "")


def _has_older_name(request: Request) -> bool:
    return (request.header("content-type") or "").partition(";")[0].endswith("+fhir")


def _without_charset(answer: Answer, _request: Request, _reference: ReferenceServer) -> Answer:
    kind = answer.header("content-type") or ""
    return answer.with_header("Content-Type", kind.partition(";")[0])


def _knows_only(scheme: str) -> Filter:
    """Understands the audit headers under the first name of each, or under the others only."""

    def rename(request: Request, sound: ReferenceServer) -> Answer:
        names = sound.edition.audit.headers.model_dump(by_alias=True)
        unknown = [
            name
            for meaning in ("trace", "from", "to", "interaction")
            for name in (names[meaning][1:] if scheme == "first" else names[meaning][:1])
        ]
        return sound.ask(request.without_header(*unknown))

    return rename


def _stumbles_over_others(request: Request, sound: ReferenceServer) -> Answer:
    """Refuses an audit header under another than the first of its names."""
    names = sound.edition.audit.headers.model_dump(by_alias=True)
    others = {name for meaning in ("from", "to", "interaction") for name in names[meaning][1:]}
    if any(request.header(name) is not None for name in others):
        return sound.outcome("invalid-header")
    return sound.ask(request)


def _ignores(meaning: str, when: Callable[[str, ReferenceServer], bool]) -> Filter:
    """Does not judge an audit header of some values."""

    def ignore(request: Request, sound: ReferenceServer) -> Answer:
        asked = request
        for name in getattr(sound.edition.audit.headers, meaning):
            value = request.header(name)
            if value is not None and when(value, sound):
                asked = asked.without_header(name)
        return sound.ask(asked)

    return ignore


def _is_of_another_service(value: str, sound: ReferenceServer) -> bool:
    ids = sound.edition.audit.interaction_ids
    return ids is not None and not value.startswith(ids.service)


def _supplies(meaning: str) -> Filter:
    """Does not miss an audit header."""

    def supply(request: Request, sound: ReferenceServer) -> Answer:
        answer = sound.ask(request)
        names = getattr(sound.edition.audit.headers, meaning)
        if not answer.refuses or any(request.header(name) is not None for name in names):
            return answer
        return Answer(201 if creates(request) else 200)

    return supply


FAULTS: list[Fault] = [
    asks("ignores Accept", "NDOP-177", _any, lambda request: request.without_header("accept")),
    asks("ignores _format", "NDOP-178", _any, lambda request: request.without_parameter("_format")),
    asks(
        "answers in JSON by default",
        "NDOP-179",
        lambda request: request.header("accept") is None,
        lambda request: request.with_header("Accept", JSON),
    ),
    answers(
        "takes no XML",
        "NDOP-180",
        lambda request: writes(request) and _is_xml(request),
        lambda _answer, _request, sound: sound.outcome("unsupported-media-type"),
    ),
    answers(
        "fails at the older names of formats",
        "NDOP-180",
        lambda request: writes(request) and _has_older_name(request),
        lambda _answer, _request, sound: sound.outcome("internal-failure"),
    ),
    answers("does not say its charset", "NDOP-182", _any, _without_charset),
    asks(
        "does not compress",
        "NDOP-182",
        _any,
        lambda request: request.with_header("Accept-Encoding", "identity"),
    ),
    answers(
        "updates without an ETag",
        "NDOP-183",
        updates,
        lambda answer, _request, _sound: answer.without_header("etag"),
    ),
    answers(
        "creates with the ETag of another version",
        "NDOP-183",
        creates,
        lambda answer, _request, _sound: answer.with_header("ETag", 'W/"0"'),
    ),
    Fault("knows audit headers by one name", "NDOP-172", _knows_only("first")),
    Fault("stumbles over names of audit headers", "NDOP-172", _stumbles_over_others),
    Fault("does not miss a trace id", "NDOP-173", _supplies("trace"), claims=("requires-token",)),
    Fault(
        "does not miss the caller's address",
        "NDOP-173",
        _supplies("from_"),
        claims=("requires-token",),
    ),
    Fault(
        "does not miss the interaction",
        "NDOP-173",
        _supplies("interaction"),
        claims=("requires-token",),
    ),
    Fault(
        "takes any trace id",
        "NDOP-174",
        _ignores("trace", lambda value, _sound: _UUID.fullmatch(value) is None),
    ),
    Fault(
        "takes the interactions of another service",
        "NDOP-175",
        _ignores("interaction", _is_of_another_service),
    ),
]
