"""Faults in the CapabilityStatement (NDOP-066 to NDOP-078)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ndop.assurance.mutation.messages import Request, Resource, Response
from ndop.assurance.mutation.model import Fault, ReferenceServer, rewrites_body, rewrites_response
from ndop.fhir.media_types import JSON


def _is_capabilities(request: Request) -> bool:
    return request.path == "metadata"


def _rewrites_statement(name: str, requirement: str, change: Callable[[Resource], Any]) -> Fault:
    """Applies a change to the CapabilityStatement."""

    def rewrite(statement: Resource, _request: Request, _server: ReferenceServer) -> None:
        change(statement)

    return rewrites_body(name, requirement, _is_capabilities, rewrite)


def _consent_resource(statement: Resource) -> Resource:
    entry: Resource = statement["rest"][0]["resource"][0]
    return entry


def _adds_interaction(statement: Resource, code: str) -> None:
    _consent_resource(statement)["interaction"].append({"code": code})


def _removes_interaction(statement: Resource, code: str) -> None:
    interactions = _consent_resource(statement)["interaction"]
    interactions[:] = [one for one in interactions if one["code"] != code]


def _always_json(response: Response, request: Request, server: ReferenceServer) -> Response:
    if "xml" not in (request.header("accept") or ""):
        return response
    return server.forward(request.with_header("Accept", JSON))


FAULTS: list[Fault] = [
    rewrites_response("has its statement in JSON only", "NDOP-066", _is_capabilities, _always_json),
    _rewrites_statement("speaks DSTU2", "NDOP-068", lambda s: s.update(fhirVersion="1.0.2")),
    _rewrites_statement(
        "serves its requirements", "NDOP-069", lambda s: s.update(kind="requirements")
    ),
    _rewrites_statement("instantiates nothing", "NDOP-069", lambda s: s.pop("instantiates", None)),
    _rewrites_statement("has no publisher", "NDOP-070", lambda s: s.pop("publisher")),
    _rewrites_statement(
        "accepts what is unknown", "NDOP-070", lambda s: s.update(acceptUnknown="both")
    ),
    _rewrites_statement(
        "declares the older formats",
        "NDOP-071",
        lambda s: s.update(format=["application/json+fhir"]),
    ),
    _rewrites_statement(
        "names no profile", "NDOP-072", lambda s: _consent_resource(s).pop("profile")
    ),
    _rewrites_statement(
        "is a client too", "NDOP-072", lambda s: s["rest"].append({"mode": "client"})
    ),
    _rewrites_statement("hides vread", "NDOP-073", lambda s: _removes_interaction(s, "vread")),
    _rewrites_statement("declares delete", "NDOP-074", lambda s: _adds_interaction(s, "delete")),
    _rewrites_statement(
        "keeps no versions",
        "NDOP-075",
        lambda s: _consent_resource(s).update(versioning="no-version"),
    ),
    _rewrites_statement(
        "says that it creates by update",
        "NDOP-076",
        lambda s: _consent_resource(s).update(updateCreate=True),
    ),
    _rewrites_statement(
        "says that it creates conditionally",
        "NDOP-077",
        lambda s: _consent_resource(s).update(conditionalCreate=True),
    ),
    _rewrites_statement(
        "hides a search parameter", "NDOP-078", lambda s: _consent_resource(s)["searchParam"].pop()
    ),
]
