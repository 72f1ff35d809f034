"""Requests and answers as a fault sees and changes them."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from fhir.resources.STU3.consent import Consent

from ndop.fhir.media_types import JSON

#: A resource as JSON data.
Resource = dict[str, Any]
Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Message:
    """What requests and answers have in common. Header names are as they came."""

    headers: tuple[Header, ...] = field(default=(), kw_only=True)

    def header(self, name: str) -> str | None:
        """The value of a header, by its name in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def without_header(self, *names: str) -> Self:
        """The same without some headers."""
        lower = {name.lower() for name in names}
        kept = tuple(one for one in self.headers if one[0].lower() not in lower)
        return replace(self, headers=kept)

    def with_header(self, name: str, value: str) -> Self:
        """The same with one header, in place of what it had under that name."""
        without = self.without_header(name)
        return replace(without, headers=(*without.headers, (name, value)))


@dataclass(frozen=True, slots=True)
class Request(_Message):
    """One request. `target` is path and query."""

    method: str
    target: str
    body: bytes

    @property
    def path(self) -> str:
        """Below the base URL, such as `Consent/42/_history`; empty for the base itself."""
        return unquote(urlsplit(self.target).path).partition("/fhir")[2].strip("/")

    @property
    def steps(self) -> list[str]:
        """The segments of the path."""
        return self.path.split("/") if self.path else []

    @property
    def parameters(self) -> dict[str, str]:
        """The query."""
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def is_read(self) -> bool:
        """Whether the current version of a Consent is asked for."""
        return (
            self.method == "GET"
            and len(self.steps) == 2
            and self.steps[0] == "Consent"
            and (self.steps[1][0] not in "_$")
        )

    @property
    def is_search(self) -> bool:
        """Whether it is the type-level search."""
        return self.method == "GET" and self.path == "Consent"

    @property
    def is_history(self) -> bool:
        """Whether it is a history, of a patient or of a Consent."""
        return self.method == "GET" and self.steps[-1:] == ["_history"]

    @property
    def is_vread(self) -> bool:
        """Whether one version is asked for."""
        return self.method == "GET" and len(self.steps) == 4 and self.steps[2] == "_history"

    def without_parameter(self, *names: str) -> Request:
        """The same without some parameters."""
        kept = [one for one in parse_qsl(urlsplit(self.target).query) if one[0] not in names]
        path = urlsplit(self.target).path
        return replace(self, target=f"{path}?{urlencode(kept)}" if kept else path)

    def to(self, method: str, path: str, body: bytes = b"") -> Request:
        """Another request from the same client; `path` is below the base URL."""
        base = urlsplit(self.target).path.partition("/fhir")[0]
        asked = self.without_header("content-length", "content-type", "if-match", "prefer")
        asked = asked.with_header("Accept", JSON).with_header("Accept-Encoding", "identity")
        if body:
            asked = asked.with_header("Content-Type", JSON)
        return replace(asked, method=method, target=f"{base}/fhir/{path}", body=body)

    def consent(self) -> Resource | None:
        """The Consent in the body, of JSON or XML; None where it is none."""
        if "xml" in (self.header("content-type") or ""):
            try:
                found = json.loads(Consent.model_validate_xml(self.body).model_dump_json())
            except (ValueError, SyntaxError):
                return None
        else:
            found = _json_object(self.body)
        return found if found and found.get("resourceType") == "Consent" else None


@dataclass(frozen=True, slots=True)
class Answer(_Message):
    """One answer, its body as it was sent."""

    status: int
    body: bytes = b""

    @property
    def refuses(self) -> bool:
        """Whether it says no."""
        return self.status >= 400

    def text(self) -> bytes:
        """The body, uncompressed."""
        return (
            gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body
        )

    def resource(self) -> Resource | None:
        """The body as JSON; None where it is none."""
        return _json_object(self.text())

    def with_resource(self, resource: Resource) -> Answer:
        """The same with another body, in JSON, compressed where it was."""
        body = json.dumps(resource).encode()
        if self.header("content-encoding") == "gzip":
            body = gzip.compress(body)
        changed = replace(self, body=body)
        return changed.with_header("Content-Type", f"{JSON};charset=UTF-8")


def answer_with(status: int, resource: Resource | None = None, **headers: str) -> Answer:
    """An answer of one's own."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    bare = Answer(status, headers=named)
    return bare if resource is None else bare.with_resource(resource)


def _json_object(body: bytes) -> Resource | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
