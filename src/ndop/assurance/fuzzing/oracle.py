"""The oracle: whether a response is one that the API may give, whatever the request was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import httpx
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from ndop.assurance.fuzzing.health import lines_with_numbers
from ndop.assurance.fuzzing.raw_http import Request
from ndop.conformance.suite.expectations import ExpectationError, assert_spine_error, outcome_of
from ndop.editions import Edition
from ndop.profiles import openapi
from ndop.system.masking import mask_numbers

#: In place of an interaction: the request is none of the API's.
OTHER = "other"

#: Statuses that are a complete response without a body.
_NO_BODY = {304}
#: Statuses above 499 that do not mean that the server failed: what it does not implement.
_PERMITTED_5XX = {501}
#: A request about the container rather than a resource (RFC 9110, section 9.3.7), in any version of
#: HTTP: the container may respond by itself, without a body.
_ABOUT_THE_CONTAINER = (b"OPTIONS", b"*")
#: What discloses products or internals.
_INTERNALS = re.compile(
    rb"HAPI|Exception|<html|\bat [a-z]\w*\.[\w.$]+\(|Tomcat|Apache|Spring|Hibernate|java\."
)


class ViolationError(Exception):
    """A response that the API may not give.

    `rule` is short, and the same for all violations of a kind.
    """

    def __init__(self, rule: str, explanation: str) -> None:
        super().__init__(f"{rule}: {explanation}")
        self.rule = rule


class Oracle:
    """Judges responses by an edition's OpenAPI description. `api` is the path of the API, `numbers`
    are the NHS numbers that were sent, of which no message may have one.
    """

    def __init__(self, edition: Edition, api: str, numbers: Set[str] = frozenset()) -> None:
        self._numbers = numbers
        self._edition = edition
        self._api = api.encode()
        self._codes = {purpose.code for purpose in edition.purpose_codings()}
        self._description = openapi.describe(edition)
        self._registry: Registry[Any] = Registry().with_contents(
            [("urn:openapi", self._description)], default_specification=DRAFT202012
        )
        self._operations = list(self._read_operations())
        self._schemas: dict[tuple[str, int], Draft202012Validator] = {}

    def interaction(self, request: Request) -> str:
        """The operation id that the description has for a request; OTHER if it has none."""
        path = request.target.partition(b"?")[0]
        if not path.startswith(self._api):
            return OTHER
        method = b"get" if request.method == b"HEAD" else request.method.lower()
        for operation_id, operation_method, pattern in self._operations:
            if method == operation_method and pattern.fullmatch(path.removeprefix(self._api)):
                return operation_id
        return OTHER

    def judge(self, request: Request, response: httpx.Response) -> str:
        """The Spine code of an error, or an empty text. Raises ViolationError."""
        if (request.method, request.target) == _ABOUT_THE_CONTAINER and not response.content:
            return ""
        self._check_status_and_disclosure(request, response)
        if response.status_code in _NO_BODY or request.method == b"HEAD":
            if response.content:
                raise ViolationError("unexpected body", repr(response.content[:200]))
            return ""
        if response.status_code >= 400:
            return self._check_error(request, response)
        self._check_success(request, response)
        return ""

    def _check_status_and_disclosure(self, request: Request, response: httpx.Response) -> None:
        status = response.status_code
        if status >= 500 and status not in _PERMITTED_5XX:
            raise ViolationError(f"status {status}", response.text[:400])
        if status < 200 or (300 <= status < 400 and status not in _NO_BODY):
            raise ViolationError(f"status {status}", "expected a success or an error of the API")
        for name in ("server", "x-powered-by"):
            if name in response.headers:
                raise ViolationError("product disclosed", f"{name}: {response.headers[name]}")
        if self._is_published(request) and status < 400:
            return
        sent = request.as_bytes(b"") + unquote_to_bytes(request.target)
        for found in _INTERNALS.findall(str(response.headers).encode() + response.content):
            if found not in sent:
                raise ViolationError("internals disclosed", f"{found!r} in {response.text[:400]}")

    def _is_published(self, request: Request) -> bool:
        """Whether the request is for something that does not come of it, and has any words."""
        path = request.target.partition(b"?")[0]
        types = (f"/{name}".encode() for name in self._edition.conformance.types)
        return any(part in path for part in (b"/examples", b"/profiles", *types))

    def _check_error(self, request: Request, response: httpx.Response) -> str:
        try:
            assert_spine_error(self._edition, response, status=response.status_code)
            outcome = outcome_of(response)
        except ExpectationError as error:
            raise ViolationError("not a Spine OperationOutcome", str(error)) from error
        self._check_schema(self.interaction(request), response.status_code, outcome)
        for issue in outcome["issue"]:
            text = str(issue.get("diagnostics", ""))
            if mask_numbers(text, self._codes) != text or lines_with_numbers(text, self._numbers):
                raise ViolationError("a patient's number in a message", text[:400])
        return str(outcome["issue"][0]["details"]["coding"][0]["code"])

    def _check_success(self, request: Request, response: httpx.Response) -> None:
        interaction = self.interaction(request)
        if interaction == OTHER or not response.content:
            return
        media_type = response.headers.get("content-type", "")
        if "xml" in media_type:
            try:
                ET.fromstring(response.content)  # noqa: S314  # of the server that the user names
            except ET.ParseError as error:
                raise ViolationError("malformed XML", f"{error}: {response.text[:200]}") from error
            return
        try:
            body = response.json()
        except ValueError as error:
            raise ViolationError(
                "malformed JSON", f"{media_type}: {response.text[:200]}"
            ) from error
        self._check_schema(interaction, response.status_code, body)

    def _check_schema(self, interaction: str, status: int, body: object) -> None:
        """Raises ViolationError if the description has no such response."""
        key = (interaction, status)
        if key not in self._schemas:
            self._schemas[key] = Draft202012Validator(
                self._schema(interaction, status), registry=self._registry
            )
        error = best_match(self._schemas[key].iter_errors(body))
        if error is not None:
            raise ViolationError(
                f"undocumented {status} response to {interaction}",
                f"{error.json_path}: {error.message[:300]}",
            )

    def _schema(self, interaction: str, status: int) -> dict[str, Any]:
        if interaction == OTHER:
            # Any error of the catalogue that has this status.
            any_of = [
                {"$ref": f"urn:openapi#/components/schemas/issue.{situation}"}
                for situation, entry in self._edition.errors.items()
                if entry.status == status
            ]
            issue = {"issue": {"items": {"anyOf": any_of} if any_of else False}}
            return {"properties": issue}
        for path in self._description["paths"].values():
            for operation in path.values():
                if operation["operationId"] == interaction:
                    content = operation["responses"].get(str(status), {}).get("content", {})
                    for media_type in content.values():
                        if "schema" in media_type:
                            return {**_with_absolute_references(media_type["schema"])}
        return {"not": {}}

    def _read_operations(self) -> Iterator[tuple[str, bytes, re.Pattern[bytes]]]:
        for path, operations in self._description["paths"].items():
            pattern = re.sub(r"\\{\w+\\}", r"[A-Za-z0-9\\-.]{1,64}", re.escape(path))
            for method, operation in operations.items():
                yield operation["operationId"], method.encode(), re.compile(pattern.encode())


def _with_absolute_references(schema: Any) -> Any:
    """The schema with references that resolve outside the description too."""
    if isinstance(schema, dict):
        return {
            key: f"urn:openapi{value}" if key == "$ref" else _with_absolute_references(value)
            for key, value in schema.items()
        }
    if isinstance(schema, list):
        return [_with_absolute_references(one) for one in schema]
    return schema
