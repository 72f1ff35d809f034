"""Faults of the statement at metadata (NDOP-066 to NDOP-078)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ndop.assurance.mutation.messages import Answer, Request, Resource
from ndop.assurance.mutation.model import Fault, ReferenceServer, answers, changes
from ndop.fhir.media_types import JSON


def _of_metadata(request: Request) -> bool:
    return request.path == "metadata"


def _says(name: str, requirement: str, change: Callable[[Resource], Any]) -> Fault:
    """A statement with something else in it."""

    def of_statement(statement: Resource, _request: Request, _reference: ReferenceServer) -> None:
        change(statement)

    return changes(name, requirement, _of_metadata, of_statement)


def _of_consent(statement: Resource) -> Resource:
    entry: Resource = statement["rest"][0]["resource"][0]
    return entry


def _declares(statement: Resource, code: str) -> None:
    _of_consent(statement)["interaction"].append({"code": code})


def _hides(statement: Resource, code: str) -> None:
    interactions = _of_consent(statement)["interaction"]
    interactions[:] = [one for one in interactions if one["code"] != code]


def _in_json_only(answer: Answer, request: Request, sound: ReferenceServer) -> Answer:
    if "xml" not in (request.header("accept") or ""):
        return answer
    return sound.ask(request.with_header("Accept", JSON))


FAULTS: list[Fault] = [
    answers("has its statement in JSON only", "NDOP-066", _of_metadata, _in_json_only),
    _says("speaks DSTU2", "NDOP-068", lambda s: s.update(fhirVersion="1.0.2")),
    _says("serves its requirements", "NDOP-069", lambda s: s.update(kind="requirements")),
    _says("instantiates nothing", "NDOP-069", lambda s: s.pop("instantiates", None)),
    _says("has no publisher", "NDOP-070", lambda s: s.pop("publisher")),
    _says("accepts what is unknown", "NDOP-070", lambda s: s.update(acceptUnknown="both")),
    _says(
        "declares the older formats",
        "NDOP-071",
        lambda s: s.update(format=["application/json+fhir"]),
    ),
    _says("names no profile", "NDOP-072", lambda s: _of_consent(s).pop("profile")),
    _says("is a client too", "NDOP-072", lambda s: s["rest"].append({"mode": "client"})),
    _says("hides vread", "NDOP-073", lambda s: _hides(s, "vread")),
    _says("declares delete", "NDOP-074", lambda s: _declares(s, "delete")),
    _says(
        "keeps no versions", "NDOP-075", lambda s: _of_consent(s).update(versioning="no-version")
    ),
    _says(
        "says that it creates by update",
        "NDOP-076",
        lambda s: _of_consent(s).update(updateCreate=True),
    ),
    _says(
        "says that it creates conditionally",
        "NDOP-077",
        lambda s: _of_consent(s).update(conditionalCreate=True),
    ),
    _says("hides a search parameter", "NDOP-078", lambda s: _of_consent(s)["searchParam"].pop()),
]
