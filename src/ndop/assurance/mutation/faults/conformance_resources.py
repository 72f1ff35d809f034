"""Faults of a server that is asked about its profiles (NDOP-206 to NDOP-208)."""

from __future__ import annotations

import json
from dataclasses import replace

from ndop.assurance.mutation.messages import Request, Resource, Response, make_response
from ndop.assurance.mutation.model import (
    Fault,
    ReferenceServer,
    rewrites_body,
    rewrites_request,
    rewrites_response,
)
from ndop.fhir.media_types import JSON

#: The types of which the tests look at the artefacts.
_TYPES = ("StructureDefinition", "ValueSet", "CodeSystem")
_VALID = {"severity": "information", "code": "informational", "diagnostics": "Valid."}


def _is_search(request: Request) -> bool:
    return request.method == "GET" and request.path in _TYPES


def _is_read(request: Request) -> bool:
    segments = request.segments
    return (
        request.method == "GET"
        and len(segments) == 2
        and segments[0] in _TYPES
        and not segments[1].startswith("$")
    )


def _calls(name: str, request: Request) -> bool:
    return request.segments[-1:] == [f"${name}"]


def _validates(request: Request) -> bool:
    return _calls("validate", request)


def _expands(request: Request) -> bool:
    return _calls("expand", request)


def _validates_code(request: Request) -> bool:
    return _calls("validate-code", request)


def _always_json(response: Response, request: Request, server: ReferenceServer) -> Response:
    if "xml" not in (request.header("accept") or ""):
        return response
    return server.forward(request.with_header("Accept", JSON))


def _deletes(request: Request, server: ReferenceServer) -> Response:
    if request.method == "DELETE" and request.segments[:1] != ["Consent"]:
        return make_response(204)
    return server.forward(request)


def _without_errors(outcome: Resource, _request: Request, _server: ReferenceServer) -> None:
    issues = outcome.get("issue", [])
    kept = [one for one in issues if one["severity"] not in ("error", "fatal")]
    outcome["issue"] = kept or [_VALID]


def _with_an_error(outcome: Resource, _request: Request, _server: ReferenceServer) -> None:
    outcome["issue"][0]["severity"] = "error"


def _without_places(outcome: Resource, _request: Request, _server: ReferenceServer) -> None:
    for issue in outcome.get("issue", []):
        issue.pop("expression", None)
        issue.pop("location", None)


def _json_of(request: Request) -> Resource:
    """The body, as JSON data; empty if it is anything else."""
    try:
        body = json.loads(request.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _as_a_create(request: Request) -> Request:
    """The same Consent, without the id that an update needs, to $validate of the type."""
    body = _json_of(request)
    if "parameter" not in body or len(request.segments) < 3:
        return request
    resource = next(one["resource"] for one in body["parameter"] if "resource" in one)
    resource.pop("id", None)
    return request.follow_up("POST", "Consent/$validate", json.dumps(resource).encode())


def _without_parameter(request: Request, name: str) -> Request:
    """The same call without one of the parameters in its body."""
    body = _json_of(request)
    kept = [one for one in body.get("parameter", []) if one["name"] != name]
    if len(kept) == len(body.get("parameter", [])):
        return request
    text = json.dumps({**body, "parameter": kept}).encode()
    return replace(request.without_header("content-length"), body=text)


def _stores(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    if _validates(request) and len(request.segments) == 2 and request.consent() is not None:
        consent = json.dumps(request.consent()).encode()
        server.forward(request.follow_up("POST", "Consent", consent))
    return response


def _reads_anything(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    if _validates(request) and response.status == 400:
        return make_response(200, {"resourceType": "OperationOutcome", "issue": [_VALID]})
    return response


def _finds_anything(request: Request, server: ReferenceServer) -> Response:
    response = server.forward(request)
    if _expands(request) and response.status == 404:
        return make_response(200, {"resourceType": "ValueSet", "status": "draft"})
    return response


def _without_the_last_code(found: Resource, _request: Request, _server: ReferenceServer) -> None:
    found.get("expansion", {}).get("contains", [None]).pop()


def _always_right(found: Resource, _request: Request, _server: ReferenceServer) -> None:
    for parameter in found.get("parameter", []):
        if parameter["name"] == "result":
            parameter["valueBoolean"] = True


def _without_display(found: Resource, _request: Request, _server: ReferenceServer) -> None:
    found["parameter"] = [one for one in found.get("parameter", []) if one["name"] != "display"]


FAULTS: list[Fault] = [
    rewrites_response("publishes in JSON only", "NDOP-206", _is_read, _always_json),
    rewrites_body(
        "publishes another version",
        "NDOP-206",
        _is_read,
        lambda found, _request, _server: found.update(version="0.0.1"),
    ),
    rewrites_body(
        "publishes profiles without their elements",
        "NDOP-206",
        _is_read,
        lambda found, _request, _server: found.pop("snapshot", None),
    ),
    rewrites_request(
        "finds any profile by any url",
        "NDOP-206",
        _is_search,
        lambda request: request.without_parameter("url"),
    ),
    rewrites_body(
        "does not find a version",
        "NDOP-206",
        lambda request: "|" in request.parameters.get("url", ""),
        lambda found, _request, _server: found.update(total=0, entry=[]),
    ),
    Fault("deletes what it publishes", "NDOP-206", _deletes),
    rewrites_body("validates without errors", "NDOP-207", _validates, _without_errors),
    rewrites_body("finds an error in each Consent", "NDOP-207", _validates, _with_an_error),
    rewrites_body("does not say where an error is", "NDOP-207", _validates, _without_places),
    rewrites_request("validates a create only", "NDOP-207", _validates, _as_a_create),
    rewrites_request(
        "ignores the profile that is named",
        "NDOP-207",
        _validates,
        lambda request: _without_parameter(request, "profile"),
    ),
    Fault("stores what it validates", "NDOP-207", _stores),
    Fault("validates what is unreadable", "NDOP-207", _reads_anything),
    rewrites_body("expands all but one code", "NDOP-208", _expands, _without_the_last_code),
    rewrites_body("knows every code", "NDOP-208", _validates_code, _always_right),
    rewrites_body("does not tell the display", "NDOP-208", _validates_code, _without_display),
    rewrites_body(
        "looks up without the display",
        "NDOP-208",
        lambda request: _calls("lookup", request),
        _without_display,
    ),
    Fault("finds every value set", "NDOP-208", _finds_anything),
]
