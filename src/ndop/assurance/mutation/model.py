"""What a fault is, and the kinds that most faults are of.

A fault is a small change of what a sound server does, such as accepting what it has to refuse.
It names the requirement that it breaks: a test of that must catch it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ndop.assurance.mutation.messages import Answer, Request, Resource, answer_with
from ndop.editions import Edition
from ndop.fhir.outcomes import issue


@dataclass(frozen=True, slots=True)
class ReferenceServer:
    """The sound server behind a filter. `memory` is the fault's own, new for each test."""

    edition: Edition
    ask: Callable[[Request], Answer]
    memory: dict[str, Any] = field(default_factory=dict)

    def consents_of(self, consent: Resource, request: Request) -> list[Resource]:
        """The stored Consents of the patient of a Consent."""
        reference = consent.get("patient", {}).get("reference", "")
        found = self.ask(request.to("GET", f"Consent?patient={reference}")).resource() or {}
        return [entry["resource"] for entry in found.get("entry", [])]

    def outcome(self, situation: str) -> Answer:
        """An error of the edition's catalogue."""
        status = self.edition.errors[situation].status
        issues = [issue(self.edition, situation, "As the fault has it.")]
        return answer_with(status, {"resourceType": "OperationOutcome", "issue": issues})


#: What a fault does with a request.
Filter = Callable[[Request, ReferenceServer], Answer]
#: Whether a Consent is one that a fault is about.
When = Callable[[Resource, Edition], bool]
#: Whether a request is.
On = Callable[[Request], bool]
#: Changes the body of an answer in place.
Change = Callable[[Resource, Request, ReferenceServer], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A named change of behaviour.

    `where` says of which editions; `claims` what the sound server must be set up for.
    """

    name: str
    requirement: str
    filter: Filter
    where: Callable[[Edition], bool] = lambda _edition: True
    claims: tuple[str, ...] = ()


def accepts(
    name: str,
    requirement: str,
    when: When,
    *,
    methods: Iterable[str] = ("POST", "PUT"),
    **more: Any,
) -> Fault:
    """Accepts Consents that have to be refused: says so, whatever the sound server said."""

    def accept(request: Request, sound: ReferenceServer) -> Answer:
        answer = sound.ask(request)
        if answer.refuses and request.method in methods and _is(request, sound, when):
            return accepted(request)
        return answer

    return Fault(name, requirement, accept, **more)


def refuses(
    name: str, requirement: str, when: When, *, situation: str = "invalid-resource", **more: Any
) -> Fault:
    """Refuses Consents that have to be accepted."""

    def refuse(request: Request, sound: ReferenceServer) -> Answer:
        if request.method in ("POST", "PUT") and _is(request, sound, when):
            return sound.outcome(situation)
        return sound.ask(request)

    return Fault(name, requirement, refuse, **more)


def asks(
    name: str, requirement: str, on: On, instead: Callable[[Request], Request], **more: Any
) -> Fault:
    """Understands some requests as others: without a parameter, without a header."""

    def ask(request: Request, sound: ReferenceServer) -> Answer:
        return sound.ask(instead(request) if on(request) else request)

    return Fault(name, requirement, ask, **more)


def changes(name: str, requirement: str, on: On, change: Change, **more: Any) -> Fault:
    """Answers some requests with another body."""

    def answer_otherwise(request: Request, sound: ReferenceServer) -> Answer:
        answer = sound.ask(request)
        resource = answer.resource() if on(request) else None
        if resource is None:
            return answer
        change(resource, request, sound)
        return answer.with_resource(resource)

    return Fault(name, requirement, answer_otherwise, **more)


def answers(
    name: str,
    requirement: str,
    on: On,
    instead: Callable[[Answer, Request, ReferenceServer], Answer],
    **more: Any,
) -> Fault:
    """Answers some requests with another status or other headers."""

    def answer_otherwise(request: Request, sound: ReferenceServer) -> Answer:
        answer = sound.ask(request)
        return instead(answer, request, sound) if on(request) else answer

    return Fault(name, requirement, answer_otherwise, **more)


def accepted(request: Request) -> Answer:
    """What a server says that has stored a Consent, or changed one."""
    named = request.steps[1] if len(request.steps) > 1 else str(uuid.uuid4())
    location = f"http://{request.header('host')}/fhir/Consent/{named}/_history/1"
    return answer_with(201 if request.method == "POST" else 200, Location=location, ETag='W/"1"')


def writes(request: Request) -> bool:
    """Whether it creates or updates."""
    return request.method in ("POST", "PUT")


def creates(request: Request) -> bool:
    """Whether it creates."""
    return request.method == "POST" and request.path == "Consent"


def updates(request: Request) -> bool:
    """Whether it updates."""
    return request.method == "PUT"


def _is(request: Request, sound: ReferenceServer, when: When) -> bool:
    """Whether the body is a Consent of the kind; a Consent of another shape is not."""
    consent = request.consent()
    try:
        return consent is not None and when(consent, sound.edition)
    except (LookupError, TypeError, AttributeError):
        return False
