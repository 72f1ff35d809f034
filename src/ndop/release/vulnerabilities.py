"""What a database in the form of OSV knows of vulnerable parts (https://google.github.io/osv.dev/api/)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from ndop.release.bill import Component
from ndop.system.errors import DatabaseError

DATABASE = "https://api.osv.dev"
_AT_ONCE = 500
_SECONDS = 30
_Form = TypeVar("_Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """Something known of a component: `id` in the database, `aliases` such as CVE numbers."""

    component: Component
    id: str
    aliases: tuple[str, ...]
    summary: str


class _Named(BaseModel):
    id: str


class _Known(BaseModel):
    vulns: list[_Named] = []
    next_page_token: str | None = None


class _Answers(BaseModel):
    results: list[_Known]


class _Described(_Named):
    summary: str = ""
    aliases: list[str] = []


def known(components: Sequence[Component], database: str = DATABASE) -> list[Vulnerability]:
    """What is known of the components, sorted. Raises DatabaseError: no complete answer."""
    with httpx.Client(base_url=database, timeout=_SECONDS, follow_redirects=True) as http:
        found = [
            (component, name)
            for some in _portions(components)
            for component, name in _found(http, some)
        ]
        described = {name: _described(http, name) for _, name in found}
    return sorted(
        (
            Vulnerability(component, name, tuple(described[name].aliases), described[name].summary)
            for component, name in found
        ),
        key=lambda one: (one.component.purl, one.id),
    )


def _portions(components: Sequence[Component]) -> Iterable[list[Component]]:
    rest = iter(components)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _found(http: httpx.Client, components: Sequence[Component]) -> list[tuple[Component, str]]:
    """Ask for the first page of every component, then for the next of those that have more."""
    found: list[tuple[Component, str]] = []
    asked: list[tuple[Component, str | None]] = [(one, None) for one in components]
    while asked:
        queries = [
            {"package": {"purl": one.purl}} | ({"page_token": page} if page else {})
            for one, page in asked
        ]
        answers = _asked(_Answers, http, "POST", "/v1/querybatch", queries=queries)
        if len(answers.results) != len(asked):
            raise DatabaseError(
                f"{http.base_url}: expected {len(asked)} answers, found {len(answers.results)}."
            )
        pairs = [(one, known) for (one, _), known in zip(asked, answers.results, strict=True)]
        found += [(one, vulnerability.id) for one, known in pairs for vulnerability in known.vulns]
        asked = [(one, known.next_page_token) for one, known in pairs if known.next_page_token]
    return found


def _described(http: httpx.Client, name: str) -> _Described:
    return _asked(_Described, http, "GET", f"/v1/vulns/{name}")


def _asked(form: type[_Form], http: httpx.Client, method: str, path: str, **content: Any) -> _Form:
    try:
        response = http.request(method, path, json=content or None).raise_for_status()
        return form.model_validate_json(response.content)
    except (httpx.HTTPError, ValidationError) as error:
        raise DatabaseError(
            f"{http.base_url}: the database of vulnerabilities gives no answer ({error}). "
            "Nothing is known of the parts. Try again where it can be reached, or name another "
            "in the form of OSV with --database."
        ) from error
