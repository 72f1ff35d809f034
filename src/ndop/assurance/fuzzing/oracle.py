"""What an answer must be, whatever the request was.

Breach                    an answer that is none of the API's
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import httpx
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from ndop.assurance.fuzzing.wire import Request
from ndop.conformance.suite.expectations import ExpectationError, assert_spine_error, outcome_of
from ndop.editions import Edition
from ndop.profiles import openapi

#: What no interaction of the API is.
OTHER = "other"

#: Statuses of HTTP itself that tell all by themselves, and have no body.
_NO_BODY = {304}
#: Answers that are no failure of the server: what it does not do, and what no server speaks.
_ADMITTED_5XX = {501}
#: What is asked of the container and of no resource (RFC 9110, 9.3.7), in any version of HTTP: it
#: answers by itself, without a body.
_OF_THE_CONTAINER = (b"OPTIONS", b"*")
_TELLTALES = re.compile(
    rb"HAPI|Exception|<html|\bat [a-z]\w*\.[\w.$]+\(|Tomcat|Apache|Spring|Hibernate|java\."
)


class Breach(Exception):  # noqa: N818  # it says what it is
    """An answer that breaks a promise. `rule` is short and the same for all of a kind."""

    def __init__(self, rule: str, explanation: str) -> None:
        super().__init__(f"{rule}: {explanation}")
        self.rule = rule


class Oracle:
    """Judges answers by an edition's OpenAPI description. `api` is the path of the API."""

    def __init__(self, edition: Edition, api: str) -> None:
        self._edition = edition
        self._api = api.encode()
        self._description = openapi.describe(edition)
        self._registry: Registry[Any] = Registry().with_contents(
            [("urn:openapi", self._description)], default_specification=DRAFT202012
        )
        self._operations = list(self._read_operations())
        self._schemas: dict[tuple[str, int], Draft202012Validator] = {}

    def interaction(self, request: Request) -> str:
        """The operation that a request is, if it is plainly one."""
        path = request.target.partition(b"?")[0]
        if not path.startswith(self._api):
            return OTHER
        method = b"get" if request.method == b"HEAD" else request.method.lower()
        for operation, of_method, form in self._operations:
            if method == of_method and form.fullmatch(path.removeprefix(self._api)):
                return operation
        return OTHER

    def judge(self, request: Request, answer: httpx.Response) -> str:
        """The Spine code of a refusal, else an empty text. Raises Breach."""
        if (request.method, request.target) == _OF_THE_CONTAINER and not answer.content:
            return ""
        self._judge_head(request, answer)
        if answer.status_code in _NO_BODY or request.method == b"HEAD":
            if answer.content:
                raise Breach("a body where none may be", repr(answer.content[:200]))
            return ""
        if answer.status_code >= 400:
            return self._refusal(request, answer)
        self._judge_success(request, answer)
        return ""

    def _judge_head(self, request: Request, answer: httpx.Response) -> None:
        status = answer.status_code
        if status >= 500 and status not in _ADMITTED_5XX:
            raise Breach(f"status {status}", answer.text[:400])
        if status < 200 or (300 <= status < 400 and status not in _NO_BODY):
            raise Breach(f"status {status}", "neither an answer nor a refusal")
        for name in ("server", "x-powered-by"):
            if name in answer.headers:
                raise Breach("a product is told", f"{name}: {answer.headers[name]}")
        sent = request.as_bytes(b"") + unquote_to_bytes(request.target)
        if b"/examples" in request.target or b"/profiles" in request.target:
            return
        for found in _TELLTALES.findall(str(answer.headers).encode() + answer.content):
            if found not in sent:
                raise Breach("something inner is told", f"{found!r} in {answer.text[:400]}")

    def _refusal(self, request: Request, answer: httpx.Response) -> str:
        try:
            assert_spine_error(self._edition, answer, status=answer.status_code)
            outcome = outcome_of(answer)
        except ExpectationError as error:
            raise Breach("no outcome of Spine", str(error)) from error
        interaction = self.interaction(request)
        self._fits(interaction, answer.status_code, outcome)
        return str(outcome["issue"][0]["details"]["coding"][0]["code"])

    def _judge_success(self, request: Request, answer: httpx.Response) -> None:
        interaction = self.interaction(request)
        if interaction == OTHER or not answer.content:
            return
        media_type = answer.headers.get("content-type", "")
        if "xml" in media_type:
            try:
                ET.fromstring(answer.content)  # noqa: S314  # of the server that the user names
            except ET.ParseError as error:
                raise Breach("no XML", f"{error}: {answer.text[:200]}") from error
            return
        try:
            body = answer.json()
        except ValueError as error:
            raise Breach("no JSON", f"{media_type}: {answer.text[:200]}") from error
        self._fits(interaction, answer.status_code, body)

    def _fits(self, interaction: str, status: int, body: object) -> None:
        """Raise Breach where the description does not have this answer."""
        key = (interaction, status)
        if key not in self._schemas:
            self._schemas[key] = Draft202012Validator(
                self._schema(interaction, status), registry=self._registry
            )
        error = best_match(self._schemas[key].iter_errors(body))
        if error is not None:
            raise Breach(
                f"{interaction} is not described to answer {status} so",
                f"{error.json_path}: {error.message[:300]}",
            )

    def _schema(self, interaction: str, status: int) -> dict[str, Any]:
        if interaction == OTHER:
            # Any answer of the catalogue with this status.
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
                    for form in content.values():
                        if "schema" in form:
                            return {**_absolute(form["schema"])}
        return {"not": {}}

    def _read_operations(self) -> Iterator[tuple[str, bytes, re.Pattern[bytes]]]:
        for path, operations in self._description["paths"].items():
            form = re.sub(r"\\{\w+\\}", r"[A-Za-z0-9\\-.]{1,64}", re.escape(path))
            for method, operation in operations.items():
                yield operation["operationId"], method.encode(), re.compile(form.encode())


def _absolute(schema: Any) -> Any:
    """With references into the description that work from outside."""
    if isinstance(schema, dict):
        return {
            key: f"urn:openapi{value}" if key == "$ref" else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(one) for one in schema] if isinstance(schema, list) else schema
