"""Known vulnerabilities, from a database with the API of OSV (https://google.github.io/osv.dev/api/)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from ndop.release.bom import Component
from ndop.system.errors import DatabaseError

DATABASE = "https://api.osv.dev"
_BATCH_SIZE = 500
_TIMEOUT_SECONDS = 30
_Response = TypeVar("_Response", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A vulnerability of a component: `id` in the database, `aliases` such as CVE numbers."""

    component: Component
    id: str
    aliases: tuple[str, ...]
    summary: str


class _OsvId(BaseModel):
    id: str


class _OsvQueryResult(BaseModel):
    vulns: list[_OsvId] = []
    next_page_token: str | None = None


class _OsvBatchResponse(BaseModel):
    results: list[_OsvQueryResult]


class _OsvVulnerability(_OsvId):
    summary: str = ""
    aliases: list[str] = []


def find_vulnerabilities(
    components: Sequence[Component], database: str = DATABASE
) -> list[Vulnerability]:
    """The known vulnerabilities of components, sorted. Raises DatabaseError: no complete answer."""
    with httpx.Client(base_url=database, timeout=_TIMEOUT_SECONDS, follow_redirects=True) as http:
        found = [
            (component, id_)
            for batch in _batches(components)
            for component, id_ in _query(http, batch)
        ]
        details = {id_: _fetch(http, id_) for _, id_ in found}
    return sorted(
        (
            Vulnerability(component, id_, tuple(details[id_].aliases), details[id_].summary)
            for component, id_ in found
        ),
        key=lambda one: (one.component.purl, one.id),
    )


def _batches(components: Sequence[Component]) -> Iterable[list[Component]]:
    rest = iter(components)
    while batch := list(islice(rest, _BATCH_SIZE)):
        yield batch


def _query(http: httpx.Client, components: Sequence[Component]) -> list[tuple[Component, str]]:
    """The first page for every component, then the next page of those that have more."""
    found: list[tuple[Component, str]] = []
    pending: list[tuple[Component, str | None]] = [(one, None) for one in components]
    while pending:
        queries = [
            {"package": {"purl": one.purl}} | ({"page_token": page} if page else {})
            for one, page in pending
        ]
        response = _request(_OsvBatchResponse, http, "POST", "/v1/querybatch", queries=queries)
        if len(response.results) != len(pending):
            raise DatabaseError(
                f"{http.base_url}: expected {len(pending)} answers, found {len(response.results)}."
            )
        pairs = [(one, result) for (one, _), result in zip(pending, response.results, strict=True)]
        found += [
            (one, vulnerability.id) for one, result in pairs for vulnerability in result.vulns
        ]
        pending = [(one, result.next_page_token) for one, result in pairs if result.next_page_token]
    return found


def _fetch(http: httpx.Client, id_: str) -> _OsvVulnerability:
    return _request(_OsvVulnerability, http, "GET", f"/v1/vulns/{id_}")


def _request(
    model: type[_Response], http: httpx.Client, method: str, path: str, **content: Any
) -> _Response:
    try:
        response = http.request(method, path, json=content or None).raise_for_status()
        return model.model_validate_json(response.content)
    except (httpx.HTTPError, ValidationError) as error:
        raise DatabaseError(
            f"{http.base_url}: the database of vulnerabilities cannot be queried ({error}). "
            "Nothing is known about the components. Try again where it can be reached, or name "
            "another with the API of OSV by --database."
        ) from error
