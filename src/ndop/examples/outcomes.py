"""The outcome for each situation of the catalogue that the server answers, with the request that
meets it where one request can. What the server says in it is recorded (ndop.examples.recordings).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from ndop.consents import Draft, preference, without
from ndop.editions import Edition
from ndop.examples.model import Example, Request
from ndop.examples.opt_outs import OPTED_OUT, fixed_id
from ndop.examples.recordings import Recordings
from ndop.examples.story import Story
from ndop.fhir.media_types import JSON
from ndop.fhir.outcomes import issue

_JSON = {"Content-Type": JSON}
#: What the names of these examples begin with; the situation follows.
OUTCOME = "outcome-"
#: The server's bounds where nobody sets others (docs/settings.md).
_LARGEST_BODY = 1024 * 1024
_LONGEST_ADDRESS = 4096
_MOST_PARAMETERS = 30
_DEEPEST_BODY = 50


@dataclass(frozen=True, slots=True)
class _Situation:
    """One situation, and the request that meets it; None where no single request does."""

    key: str
    shows: str
    request: Request | None = None
    needs: dict[str, str] = field(default_factory=dict)


def outcomes(story: Story, recordings: Recordings) -> Iterator[Example]:
    """Every outcome of an edition, by situation; without diagnostics until they are recorded."""
    edition = story.edition
    for situation in _situations(story):
        answer = edition.answer_to(situation.key)
        diagnostics = recordings.diagnostics(edition.id, situation.key) or (None,)
        outcome = {
            "resourceType": "OperationOutcome",
            "id": fixed_id(edition, situation.key),
            "meta": {"profile": [edition.structure(edition.outcome).url]},
            "issue": [issue(edition, situation.key, text) for text in diagnostics],
        }
        yield Example(
            name=f"{OUTCOME}{situation.key}",
            kind="outcome",
            shows=f"{answer.status} {answer.code}: {situation.shows}",
            one_of=f"outcome {answer.code}",
            resource=outcome,
            request=situation.request,
            status=answer.status,
            needs=situation.needs,
        )


def _situations(story: Story) -> list[_Situation]:
    return [
        *_situations_of_headers(story),
        *_situations_of_bodies(story),
        *_situations_of_addresses(story),
        *_situations_of_updates(story),
        *_situations_of_bounds(story),
        *_situations_without_a_request(story.edition),
    ]


def _situations_of_headers(story: Story) -> list[_Situation]:
    stored = f"{story.edition.consent.type}/{story.ids[0]}"
    names = story.edition.audit.headers
    return [
        _Situation(
            "invalid-token",
            "a token of two parts",
            Request("GET", stored, {names.token[0]: "Bearer of.patience"}),
        ),
        _Situation(
            "invalid-header",
            "a trace id that is no UUID",
            Request("GET", stored, {names.trace[0]: "123"}),
        ),
    ]


def _situations_of_bodies(story: Story) -> list[_Situation]:
    edition, fresh = story.edition, story.fresh
    kind = edition.consent.type
    purposeless = _text(without(fresh, "purpose"))
    miscounted = _text(_with_wrong_check_digit(story))
    return [
        _Situation(
            "unreadable-body",
            "a body that is no JSON",
            Request("POST", kind, _JSON, '{"resourceType": '),
        ),
        _Situation(
            "body-of-another-type",
            "a body that is a Patient",
            Request("POST", kind, _JSON, '{"resourceType": "Patient"}'),
        ),
        _Situation(
            "body-too-large",
            "a body above the bound",
            Request("POST", kind, _JSON, _text(fresh), padding=_LARGEST_BODY),
        ),
        _Situation(
            "unsupported-media-type",
            "a body that is plain text",
            Request("POST", kind, {"Content-Type": "text/plain"}, "I opt out."),
        ),
        _Situation(
            "client-assigned-id",
            "a create with an id in the body",
            Request("POST", kind, _JSON, _text({**fresh, "id": story.ids[0]})),
        ),
        _Situation(
            "invalid-resource",
            "a create that breaks a rule of the profile",
            Request("POST", kind, _JSON, purposeless),
        ),
        _Situation(
            "invalid-nhs-number",
            "an NHS number whose check digit is wrong",
            Request("POST", kind, _JSON, miscounted),
            needs={"ndop.strict-nhs-number": "true"},
        ),
        _Situation(
            "duplicate",
            "a second Consent of one identity",
            Request("POST", kind, _JSON, _text(story.sent[0])),
        ),
        _Situation(
            "not-implemented",
            "a conditional create",
            Request(
                "POST",
                kind,
                {**_JSON, "If-None-Exist": _query({"patient": "any"})},
                _text(fresh),
            ),
        ),
    ]


def _situations_of_addresses(story: Story) -> list[_Situation]:
    edition = story.edition
    kind = edition.consent.type
    stored = f"{kind}/{story.ids[0]}"
    patient = {"patient": edition.patient.reference_to(story.patient)}
    return [
        _Situation(
            "missing-parameter",
            "a search without a parameter",
            Request("GET", kind),
        ),
        _Situation(
            "invalid-parameter",
            "a search by a parameter that the API does not have",
            Request("GET", f"{kind}?{_query({**patient, 'status': 'active'})}"),
        ),
        _Situation(
            "malformed-request",
            "an address with too many segments",
            Request("GET", f"{stored}/_history/1/1"),
        ),
        _Situation(
            "unknown-record",
            "an id that nothing has",
            Request("GET", f"{kind}/{fixed_id(edition, 'nothing')}"),
        ),
        _Situation(
            "interaction-refused",
            "a delete",
            Request("DELETE", stored),
        ),
        _Situation(
            "unacceptable-media-type",
            "an answer asked for as an image",
            Request("GET", stored, {"Accept": "image/png"}),
        ),
        _Situation(
            "other-type-or-operation",
            "another resource type",
            Request("GET", "Patient/1"),
        ),
    ]


def _situations_of_updates(story: Story) -> list[_Situation]:
    edition, stored = story.edition, f"{story.edition.consent.type}/{story.ids[0]}"
    kind = edition.consent.type
    informed = {**_JSON, "Prefer": "return=OperationOutcome"}
    return [
        _Situation(
            "body-id-missing",
            "an update whose body has no id",
            Request("PUT", stored, _JSON, _text(without(story.change, "id"))),
        ),
        _Situation(
            "stale-version",
            "an update of a version that is no longer current",
            Request("PUT", stored, {**_JSON, "If-Match": 'W/"1"'}, _text(story.change)),
        ),
        _Situation(
            "version-required",
            "an update without If-Match",
            Request("PUT", stored, _JSON, _text(story.change)),
            needs={"ndop.require-if-match": "true"},
        ),
        _Situation(
            "updated",
            "the client asked for an outcome",
            Request("PUT", stored, {**informed, "If-Match": 'W/"2"'}, _text(story.change)),
        ),
        _Situation(
            "created",
            "the client asked for an outcome",
            Request("POST", kind, informed, _text(story.fresh)),
        ),
    ]


def _situations_of_bounds(story: Story) -> list[_Situation]:
    edition = story.edition
    kind = edition.consent.type
    long = _query({"_id": "0" * _LONGEST_ADDRESS})
    situations = [
        _Situation(
            "body-too-complex",
            "a body that is nested too deeply",
            Request("POST", kind, _JSON, '{"extension": ' + "[" * _DEEPEST_BODY),
        ),
        _Situation(
            "address-too-long",
            "a search for an endless id",
            Request("GET", f"{kind}?{long}"),
        ),
        _Situation(
            "too-many-parameters",
            "a search by the same parameter again and again",
            Request("GET", f"{kind}?" + "&".join(["_id=1"] * (_MOST_PARAMETERS + 1))),
        ),
    ]
    if edition.capability.cors:
        asked = {"Origin": "https://portal.example", "Access-Control-Request-Method": "DELETE"}
        refused = _Situation(
            "access-denied",
            "a page of another origin that asks whether it may delete",
            Request("OPTIONS", kind, asked),
        )
        situations.append(refused)
    return situations


def _situations_without_a_request(edition: Edition) -> list[_Situation]:
    situations = [
        _Situation(
            "request-too-slow",
            "a body of which a byte comes now and then",
        ),
        _Situation(
            "overloaded",
            "more requests at once than the server takes",
        ),
        _Situation(
            "too-many-requests",
            "more requests of one client in a minute than the operator allows",
            needs={"ndop.max-per-minute": "600"},
        ),
        _Situation(
            "unknown-certificate",
            "a genuine client certificate that is not on the operator's list",
            needs={"ndop.clients": "clients.txt"},
        ),
        _Situation(
            "internal-failure",
            "a create while the disk of the audit trail is full",
            needs={"ndop.trail.file": "audit.jsonl"},
        ),
    ]
    if any(claim.bounds for claim in edition.audit.claims.values()):
        other = _Situation(
            "another-patient",
            "a token for one patient, a request about another",
        )
        situations.append(other)
    return situations


def _with_wrong_check_digit(story: Story) -> Draft:
    wrong = story.nobody[:-1] + str((int(story.nobody[-1]) + 1) % 10)
    return preference(story.edition, wrong, date_time=OPTED_OUT)


def _text(consent: Draft) -> str:
    return json.dumps(consent)


def _query(parameters: dict[str, str]) -> str:
    return urlencode(parameters)
