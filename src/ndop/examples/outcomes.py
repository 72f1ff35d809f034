"""The OperationOutcome of each situation in the catalogue of errors, with a request that provokes
it where a single request can. Its diagnostics are recorded (ndop.examples.recordings).
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
from ndop.examples.scenario import Scenario
from ndop.fhir.media_types import JSON
from ndop.fhir.outcomes import issue

_JSON = {"Content-Type": JSON}
#: Prefix of the names of these examples; the situation follows.
NAME_PREFIX = "outcome-"
#: The default limits of the server (docs/settings.md).
_MAX_BODY_BYTES = 1024 * 1024
_MAX_URL_LENGTH = 4096
_MAX_PARAMETERS = 30
_MAX_BODY_DEPTH = 50


@dataclass(frozen=True, slots=True)
class _Situation:
    """One situation, and the request that provokes it; None where no single request does."""

    key: str
    shows: str
    request: Request | None = None
    needs: dict[str, str] = field(default_factory=dict)


def outcomes(scenario: Scenario, recordings: Recordings) -> Iterator[Example]:
    """The outcome of every situation of an edition, without diagnostics until they are recorded."""
    edition = scenario.edition
    for situation in _situations(scenario):
        answer = edition.answer_to(situation.key)
        diagnostics = recordings.diagnostics(edition.id, situation.key) or (None,)
        outcome = {
            "resourceType": "OperationOutcome",
            "id": fixed_id(edition, situation.key),
            "meta": {"profile": [edition.structure(edition.outcome).url]},
            "issue": [issue(edition, situation.key, text) for text in diagnostics],
        }
        yield Example(
            name=f"{NAME_PREFIX}{situation.key}",
            kind="outcome",
            shows=f"{answer.status} {answer.code}: {situation.shows}",
            category=f"outcome {answer.code}",
            resource=outcome,
            request=situation.request,
            status=answer.status,
            needs=situation.needs,
        )


def _situations(scenario: Scenario) -> list[_Situation]:
    return [
        *_situations_of_headers(scenario),
        *_situations_of_bodies(scenario),
        *_situations_of_urls(scenario),
        *_situations_of_updates(scenario),
        *_situations_of_limits(scenario),
        *_situations_without_a_request(scenario.edition),
    ]


def _situations_of_headers(scenario: Scenario) -> list[_Situation]:
    stored = f"{scenario.edition.consent.type}/{scenario.ids[0]}"
    names = scenario.edition.audit.headers
    return [
        _Situation(
            "invalid-token",
            "a token of two parts",
            Request("GET", stored, {names.token[0]: "Bearer of.patience"}),
        ),
        _Situation(
            "invalid-header",
            "a trace id that is not a UUID",
            Request("GET", stored, {names.trace[0]: "123"}),
        ),
    ]


def _situations_of_bodies(scenario: Scenario) -> list[_Situation]:
    edition, unsent = scenario.edition, scenario.unsent
    kind = edition.consent.type
    without_purpose = _text(without(unsent, "purpose"))
    wrong_check_digit = _text(_with_wrong_check_digit(scenario))
    return [
        _Situation(
            "unreadable-body",
            "a body that is not JSON",
            Request("POST", kind, _JSON, '{"resourceType": '),
        ),
        _Situation(
            "body-of-another-type",
            "a body that is a Patient",
            Request("POST", kind, _JSON, '{"resourceType": "Patient"}'),
        ),
        _Situation(
            "body-too-large",
            "a body above the limit",
            Request("POST", kind, _JSON, _text(unsent), padding=_MAX_BODY_BYTES),
        ),
        _Situation(
            "unsupported-media-type",
            "a body that is plain text",
            Request("POST", kind, {"Content-Type": "text/plain"}, "I opt out."),
        ),
        _Situation(
            "client-assigned-id",
            "a create with an id in the body",
            Request("POST", kind, _JSON, _text({**unsent, "id": scenario.ids[0]})),
        ),
        _Situation(
            "invalid-resource",
            "a create that breaks a rule of the profile",
            Request("POST", kind, _JSON, without_purpose),
        ),
        _Situation(
            "invalid-nhs-number",
            "an NHS number whose check digit is wrong",
            Request("POST", kind, _JSON, wrong_check_digit),
            needs={"ndop.strict-nhs-number": "true"},
        ),
        _Situation(
            "duplicate",
            "a second Consent with the same identity",
            Request("POST", kind, _JSON, _text(scenario.created[0])),
        ),
        _Situation(
            "not-implemented",
            "a conditional create",
            Request(
                "POST",
                kind,
                {**_JSON, "If-None-Exist": _query({"patient": "any"})},
                _text(unsent),
            ),
        ),
    ]


def _situations_of_urls(scenario: Scenario) -> list[_Situation]:
    edition = scenario.edition
    kind = edition.consent.type
    stored = f"{kind}/{scenario.ids[0]}"
    patient = {"patient": edition.patient.reference_to(scenario.patient)}
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
            "a URL with too many segments",
            Request("GET", f"{stored}/_history/1/1"),
        ),
        _Situation(
            "unknown-record",
            "an unknown id",
            Request("GET", f"{kind}/{fixed_id(edition, 'nothing')}"),
        ),
        _Situation(
            "interaction-refused",
            "a delete",
            Request("DELETE", stored),
        ),
        _Situation(
            "unacceptable-media-type",
            "a request for an image",
            Request("GET", stored, {"Accept": "image/png"}),
        ),
        _Situation(
            "other-type-or-operation",
            "another resource type",
            Request("GET", "Patient/1"),
        ),
    ]


def _situations_of_updates(scenario: Scenario) -> list[_Situation]:
    edition, stored = scenario.edition, f"{scenario.edition.consent.type}/{scenario.ids[0]}"
    kind = edition.consent.type
    asking_for_outcome = {**_JSON, "Prefer": "return=OperationOutcome"}
    return [
        _Situation(
            "body-id-missing",
            "an update whose body has no id",
            Request("PUT", stored, _JSON, _text(without(scenario.update, "id"))),
        ),
        _Situation(
            "stale-version",
            "an update of a version that is no longer current",
            Request("PUT", stored, {**_JSON, "If-Match": 'W/"1"'}, _text(scenario.update)),
        ),
        _Situation(
            "version-required",
            "an update without If-Match",
            Request("PUT", stored, _JSON, _text(scenario.update)),
            needs={"ndop.require-if-match": "true"},
        ),
        _Situation(
            "updated",
            "the client asked for an outcome",
            Request(
                "PUT", stored, {**asking_for_outcome, "If-Match": 'W/"2"'}, _text(scenario.update)
            ),
        ),
        _Situation(
            "created",
            "the client asked for an outcome",
            Request("POST", kind, asking_for_outcome, _text(scenario.unsent)),
        ),
    ]


def _situations_of_limits(scenario: Scenario) -> list[_Situation]:
    edition = scenario.edition
    kind = edition.consent.type
    long = _query({"_id": "0" * _MAX_URL_LENGTH})
    situations = [
        _Situation(
            "body-too-complex",
            "a body that is nested too deeply",
            Request("POST", kind, _JSON, '{"extension": ' + "[" * _MAX_BODY_DEPTH),
        ),
        _Situation(
            "address-too-long",
            "a search for a very long id",
            Request("GET", f"{kind}?{long}"),
        ),
        _Situation(
            "too-many-parameters",
            "a search that repeats a parameter too often",
            Request("GET", f"{kind}?" + "&".join(["_id=1"] * (_MAX_PARAMETERS + 1))),
        ),
    ]
    if edition.capability.cors:
        asked = {"Origin": "https://portal.example", "Access-Control-Request-Method": "DELETE"}
        refused = _Situation(
            "access-denied",
            "a CORS preflight request for a delete",
            Request("OPTIONS", kind, asked),
        )
        situations.append(refused)
    return situations


def _situations_without_a_request(edition: Edition) -> list[_Situation]:
    situations = [
        _Situation(
            "request-too-slow",
            "a body that arrives a byte at a time",
        ),
        _Situation(
            "overloaded",
            "more requests at once than the server accepts",
        ),
        _Situation(
            "too-many-requests",
            "more requests from one client in a minute than the operator allows",
            needs={"ndop.max-per-minute": "600"},
        ),
        _Situation(
            "unknown-certificate",
            "a genuine client certificate that is not on the operator's list",
            needs={"ndop.clients": "clients.txt"},
        ),
        _Situation(
            "internal-failure",
            "a read of a database in which a table is missing",
        ),
        _Situation(
            "store-unavailable",
            "a create while the database cannot be reached",
        ),
        _Situation(
            "outcome-unknown",
            "a create whose connection to the database breaks during the commit",
        ),
    ]
    if any(claim.bounds for claim in edition.audit.claims.values()):
        other = _Situation(
            "another-patient",
            "a token for one patient, a request about another",
        )
        situations.append(other)
    return situations


def _with_wrong_check_digit(scenario: Scenario) -> Draft:
    wrong = scenario.unknown_patient[:-1] + str((int(scenario.unknown_patient[-1]) + 1) % 10)
    return preference(scenario.edition, wrong, date_time=OPTED_OUT)


def _text(consent: Draft) -> str:
    return json.dumps(consent)


def _query(parameters: dict[str, str]) -> str:
    return urlencode(parameters)
