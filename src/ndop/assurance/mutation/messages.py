"""Requests and responses as a fault sees and changes them."""

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
    """What requests and responses share. Header names keep the case they arrived in."""

    headers: tuple[Header, ...] = field(default=(), kw_only=True)

    def header(self, name: str) -> str | None:
        """The first value of a header, whose name is matched in any case; None without one."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def without_header(self, *names: str) -> Self:
        """A copy without these headers."""
        lower = {name.lower() for name in names}
        kept = tuple(one for one in self.headers if one[0].lower() not in lower)
        return replace(self, headers=kept)

    def with_header(self, name: str, value: str) -> Self:
        """A copy in which this header has this value only."""
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
        """The path below the base URL, such as `Consent/42/_history`; empty for the base itself."""
        return unquote(urlsplit(self.target).path).partition("/fhir")[2].strip("/")

    @property
    def segments(self) -> list[str]:
        """The segments of the path."""
        return self.path.split("/") if self.path else []

    @property
    def parameters(self) -> dict[str, str]:
        """The query parameters."""
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def is_read(self) -> bool:
        """Whether it reads the current version of a Consent."""
        return (
            self.method == "GET"
            and len(self.segments) == 2
            and self.segments[0] == "Consent"
            and (self.segments[1][0] not in "_$")
        )

    @property
    def is_search(self) -> bool:
        """Whether it is a type-level search."""
        return self.method == "GET" and self.path == "Consent"

    @property
    def is_history(self) -> bool:
        """Whether it is a history, of a patient or of a Consent."""
        return self.method == "GET" and self.segments[-1:] == ["_history"]

    @property
    def is_vread(self) -> bool:
        """Whether it reads one version of a Consent."""
        return self.method == "GET" and len(self.segments) == 4 and self.segments[2] == "_history"

    def without_parameter(self, *names: str) -> Request:
        """A copy without these query parameters."""
        kept = [one for one in parse_qsl(urlsplit(self.target).query) if one[0] not in names]
        path = urlsplit(self.target).path
        return replace(self, target=f"{path}?{urlencode(kept)}" if kept else path)

    def follow_up(self, method: str, path: str, body: bytes = b"") -> Request:
        """Another request on behalf of the same caller; `path` is below the base URL."""
        base = urlsplit(self.target).path.partition("/fhir")[0]
        request = self.without_header("content-length", "content-type", "if-match", "prefer")
        request = request.with_header("Accept", JSON).with_header("Accept-Encoding", "identity")
        if body:
            request = request.with_header("Content-Type", JSON)
        return replace(request, method=method, target=f"{base}/fhir/{path}", body=body)

    def consent(self) -> Resource | None:
        """The Consent in the body, from JSON or XML; None if the body is anything else."""
        if "xml" in (self.header("content-type") or ""):
            try:
                found = json.loads(Consent.model_validate_xml(self.body).model_dump_json())
            except (ValueError, SyntaxError, LookupError):  # of another type
                return None
        else:
            found = _json_object(self.body)
        return found if found and found.get("resourceType") == "Consent" else None


@dataclass(frozen=True, slots=True)
class Response(_Message):
    """One response; `body` is as it was sent."""

    status: int
    body: bytes = b""

    @property
    def is_error(self) -> bool:
        """Whether the status is 400 or above."""
        return self.status >= 400

    def content(self) -> bytes:
        """The body, decompressed."""
        return (
            gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body
        )

    def resource(self) -> Resource | None:
        """The body as a JSON object; None if it is not one."""
        return _json_object(self.content())

    def with_resource(self, resource: Resource) -> Response:
        """A copy with this JSON body, compressed if the original was."""
        body = json.dumps(resource).encode()
        if self.header("content-encoding") == "gzip":
            body = gzip.compress(body)
        return replace(self, body=body).with_header("Content-Type", f"{JSON};charset=UTF-8")


def make_response(status: int, resource: Resource | None = None, **headers: str) -> Response:
    """A response that no server gave. An underscore in the name of a header stands for a hyphen."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    empty = Response(status, headers=named)
    return empty if resource is None else empty.with_resource(resource)


def _json_object(body: bytes) -> Resource | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
