"""The outcome for each situation of the catalogue that the server answers, with the request that
meets it where one request can. tests/examples/test_on_a_server.py holds these to a real server,
texts and all; tests/server those that take more than a request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from ndop.consents import Draft, preference, without
from ndop.editions import Edition
from ndop.examples import stu3
from ndop.examples.model import BASE_URL, Example, Request
from ndop.examples.opt_outs import OPTED_OUT, fixed_id
from ndop.examples.story import Story
from ndop.fhir.media_types import JSON
from ndop.fhir.outcomes import issue

_JSON = {"Content-Type": JSON}
#: The server's bounds where nobody sets others (docs/settings.md).
_LARGEST_BODY = 1024 * 1024
_LONGEST_ADDRESS = 4096
_MOST_PARAMETERS = 30
_DEEPEST_BODY = 50


@dataclass(frozen=True, slots=True)
class _Scene:
    """One refusal: the request that meets it, and what the server tells, an issue for each text.

    Without a request: no single one meets it.
    """

    situation: str
    shows: str
    request: Request | None
    diagnostics: str | tuple[str, ...]
    needs: dict[str, str] = field(default_factory=dict)


def outcomes(story: Story) -> Iterator[Example]:
    """Every outcome of an edition, by situation."""
    edition = story.edition
    for scene in _scenes(story):
        answer = edition.errors[scene.situation]
        told = scene.diagnostics
        outcome = {
            "resourceType": "OperationOutcome",
            "id": fixed_id(edition, scene.situation),
            "meta": {"profile": [edition.structure(edition.outcome).url]},
            "issue": [
                issue(edition, scene.situation, text)
                for text in ((told,) if isinstance(told, str) else told)
            ],
        }
        yield Example(
            name=f"outcome-{scene.situation}",
            kind="outcome",
            shows=f"{answer.status} {answer.code}: {scene.shows}",
            resource=outcome,
            request=scene.request,
            status=answer.status,
            needs=scene.needs,
        )


def _scenes(story: Story) -> list[_Scene]:
    return [
        *_scenes_of_headers(story),
        *_scenes_of_bodies(story),
        *_scenes_of_addresses(story),
        *_scenes_of_updates(story),
        *_scenes_of_bounds(story),
        *_scenes_without_a_request(story.edition),
    ]


def _scenes_of_headers(story: Story) -> list[_Scene]:
    stored = f"{story.edition.consent.type}/{story.ids[0]}"
    names = story.edition.audit.headers
    return [
        _Scene(
            "invalid-token",
            "a token of two parts",
            Request("GET", stored, {names.token[0]: "Bearer of.patience"}),
            f"{names.token[0]}: expected a JSON Web Token of 3 parts with dots between; found 2.",
        ),
        _Scene(
            "invalid-header",
            "a trace id that is no UUID",
            Request("GET", stored, {names.trace[0]: "123"}),
            f"{names.trace[0]}: expected a UUID; found '123'.",
        ),
    ]


def _scenes_of_bodies(story: Story) -> list[_Scene]:
    edition, fresh = story.edition, story.fresh
    kind = edition.consent.type
    purposeless = _text(without(fresh, "purpose"))
    miscounted = _text(_with_wrong_check_digit(story))
    return [
        _Scene(
            "unreadable-body",
            "a body that is no JSON",
            Request("POST", kind, _JSON, '{"resourceType": '),
            "Expected JSON in which no object has a name twice; the body is not, or ends early.",
        ),
        _Scene(
            "body-of-another-type",
            "a body that is a Patient",
            Request("POST", kind, _JSON, '{"resourceType": "Patient"}'),
            f"Expected a resource of type {kind}; found Patient.",
        ),
        _Scene(
            "body-too-large",
            "a body above the bound",
            Request("POST", kind, _JSON, _text(fresh), padding=_LARGEST_BODY),
            f"Expected a body of at most {_LARGEST_BODY} bytes; found more.",
        ),
        _Scene(
            "unsupported-media-type",
            "a body that is plain text",
            Request("POST", kind, {"Content-Type": "text/plain"}, "I opt out."),
            "Expected a body with Content-Type application/fhir+json or application/fhir+xml; "
            "found another type.",
        ),
        _Scene(
            "client-assigned-id",
            "a create with an id in the body",
            Request("POST", kind, _JSON, _text({**fresh, "id": story.ids[0]})),
            "A new resource gets its id from the server; found an id in the body.",
        ),
        _Scene(
            "invalid-resource",
            "a create that breaks a rule of the profile",
            Request("POST", kind, _JSON, purposeless),
            f"{kind} (line 1, column {_end_of_object(purposeless)}): {kind}.purpose: "
            "minimum required = 1, but only found 0 "
            f"(from {edition.consent.url}|{edition.consent.version})",
        ),
        _Scene(
            "invalid-nhs-number",
            "an NHS number whose check digit is wrong",
            Request("POST", kind, _JSON, miscounted),
            _on_the_check_digit(edition, miscounted),
            needs={"ndop.strict-nhs-number": "true"},
        ),
        _Scene(
            "duplicate",
            "a second Consent of one identity",
            Request("POST", kind, _JSON, _text(story.sent[0])),
            "There is a Consent of this identity already; it is changed by PUT to its id.",
        ),
        _Scene(
            "not-implemented",
            "a conditional create",
            Request(
                "POST",
                kind,
                {**_JSON, "If-None-Exist": _query({"patient": "any"})},
                _text(fresh),
            ),
            "Conditional create (If-None-Exist) is not supported.",
        ),
    ]


def _scenes_of_addresses(story: Story) -> list[_Scene]:
    edition = story.edition
    kind = edition.consent.type
    stored = f"{kind}/{story.ids[0]}"
    patient = {"patient": edition.patient.reference_to(story.patient)}
    known = " or ".join([*edition.search.parameters, "_count", "_format", "_pretty"])
    return [
        _Scene(
            "missing-parameter",
            "a search without a parameter",
            Request("GET", kind),
            f"Expected the parameter {' or '.join(edition.search.one_of)}; found none.",
        ),
        _Scene(
            "invalid-parameter",
            "a search by a parameter that the API does not have",
            Request("GET", f"{kind}?{_query({**patient, 'status': 'active'})}"),
            f"Expected one of the parameters {known}; found 'status'.",
        ),
        _Scene(
            "malformed-request",
            "an address with too many segments",
            Request("GET", f"{stored}/_history/1/1"),
            "The address has more segments than any of the API.",
        ),
        _Scene(
            "unknown-record",
            "an id that nothing has",
            Request("GET", f"{kind}/{fixed_id(edition, 'nothing')}"),
            "There is no resource at this address.",
        ),
        _Scene(
            "interaction-refused",
            "a delete",
            Request("DELETE", stored),
            "DELETE is not supported; a preference is changed by PUT.",
        ),
        _Scene(
            "unacceptable-media-type",
            "an answer asked for as an image",
            Request("GET", stored, {"Accept": "image/png"}),
            "Answers are application/fhir+json or application/fhir+xml; "
            "Accept asks for another type.",
        ),
        _Scene(
            "other-type-or-operation",
            "another resource type",
            Request("GET", "Patient/1"),
            f"This API has the resource type {kind} only.",
        ),
    ]


def _scenes_of_updates(story: Story) -> list[_Scene]:
    edition, stored = story.edition, f"{story.edition.consent.type}/{story.ids[0]}"
    kind = edition.consent.type
    informed = {**_JSON, "Prefer": "return=OperationOutcome"}
    return [
        _Scene(
            "body-id-missing",
            "an update whose body has no id",
            Request("PUT", stored, _JSON, _text(without(story.change, "id"))),
            "Expected the id of the URL in the body; found none.",
        ),
        _Scene(
            "stale-version",
            "an update of a version that is no longer current",
            Request("PUT", stored, {**_JSON, "If-Match": 'W/"1"'}, _text(story.change)),
            "The stored version is not the one that If-Match names, or changed meanwhile. "
            "Read it again, then repeat the update.",
        ),
        _Scene(
            "version-required",
            "an update without If-Match",
            Request("PUT", stored, _JSON, _text(story.change)),
            "Expected the header If-Match with the version that the update is based on; "
            "found none.",
            needs={"ndop.require-if-match": "true"},
        ),
        _Scene(
            "updated",
            "the client asked for an outcome",
            Request("PUT", stored, {**informed, "If-Match": 'W/"2"'}, _text(story.change)),
            "The Consent was updated.",
        ),
        _Scene(
            "created",
            "the client asked for an outcome",
            Request("POST", kind, informed, _text(story.fresh)),
            "The Consent was stored.",
        ),
    ]


def _scenes_of_bounds(story: Story) -> list[_Scene]:
    edition = story.edition
    kind = edition.consent.type
    below = f"/{BASE_URL.rpartition('/')[2]}/{kind}"
    long = _query({"_id": "0" * _LONGEST_ADDRESS})
    scenes = [
        _Scene(
            "body-too-complex",
            "a body that is nested too deeply",
            Request("POST", kind, _JSON, '{"extension": ' + "[" * _DEEPEST_BODY),
            f"Expected a body of at most {_DEEPEST_BODY} levels and numbers of 100 digits; "
            "found more.",
        ),
        _Scene(
            "address-too-long",
            "a search for an endless id",
            Request("GET", f"{kind}?{long}"),
            f"Expected a path and query of at most {_LONGEST_ADDRESS} characters together; "
            f"found {len(below + long)}.",
        ),
        _Scene(
            "too-many-parameters",
            "a search by the same parameter again and again",
            Request("GET", f"{kind}?" + "&".join(["_id=1"] * (_MOST_PARAMETERS + 1))),
            f"Expected at most {_MOST_PARAMETERS} parameters; found {_MOST_PARAMETERS + 1}.",
        ),
    ]
    if edition.capability.cors:
        asked = {"Origin": "https://portal.example", "Access-Control-Request-Method": "DELETE"}
        refused = _Scene(
            "access-denied",
            "a page of another origin that asks whether it may delete",
            Request("OPTIONS", kind, asked),
            "Pages of this origin may not call, or not with this method.",
        )
        scenes.append(refused)
    return scenes


def _scenes_without_a_request(edition: Edition) -> list[_Scene]:
    scenes = [
        _Scene(
            "request-too-slow",
            "a body of which a byte comes now and then",
            None,
            "The body did not arrive in the time that a request may take.",
        ),
        _Scene(
            "overloaded",
            "more requests at once than the server takes",
            None,
            "The server has as many requests as it can take; repeat it.",
        ),
        _Scene(
            "too-many-requests",
            "more requests of one client in a minute than the operator allows",
            None,
            "This client sent more requests than it may in a minute; repeat in 7 s.",
            needs={"ndop.max-per-minute": "600"},
        ),
        _Scene(
            "unknown-certificate",
            "a genuine client certificate that is not on the operator's list",
            None,
            "Expected a client certificate of the list of this server; found another or none.",
            needs={"ndop.clients": "clients.txt"},
        ),
        _Scene(
            "internal-failure",
            "a create while the disk of the audit trail is full",
            None,
            "The audit record could not be written, so nothing was stored.",
            needs={"ndop.trail.file": "audit.jsonl"},
        ),
    ]
    if any(claim.bounds for claim in edition.audit.claims.values()):
        other = _Scene(
            "another-patient",
            "a token for one patient, a request about another",
            None,
            "Expected the patient that the token is for; found another in the request.",
        )
        scenes.append(other)
    return scenes


def _with_wrong_check_digit(story: Story) -> Draft:
    wrong = story.nobody[:-1] + str((int(story.nobody[-1]) + 1) % 10)
    return preference(story.edition, wrong, date_time=OPTED_OUT)


def _on_the_check_digit(edition: Edition, text: str) -> tuple[str, ...]:
    """What the validator says of each patient reference, in its words."""
    key = edition.patient.check_digit_invariant
    found = []
    for path, element in edition.consent.elements.items():
        if key in element.invariants:
            name = path.rpartition(".")[2]
            listed = "[0]" if isinstance(stu3.smallest(path), list) else ""
            found.append(
                f"{path}{listed} (line 1, column {_end_of_object(text, name)}): Constraint failed: "
                f"{key}: '{edition.invariants[key].human}' (defined in {edition.consent.url})"
            )
    return tuple(found)


def _end_of_object(text: str, name: str | None = None) -> int:
    """The column where the validator places the whole object, or the one called `name`."""
    end = text.rindex("}") if name is None else text.index("}", text.index(f'"{name}"'))
    return end + 2


def _text(consent: Draft) -> str:
    return json.dumps(consent)


def _query(parameters: dict[str, str]) -> str:
    return urlencode(parameters)
