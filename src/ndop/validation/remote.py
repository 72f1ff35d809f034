"""Asking a FHIR server's own `$validate` instead of the toolkit."""

from __future__ import annotations

import re
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx

from ndop.fhir.media_types import JSON, XML
from ndop.java.toolkit import Finding
from ndop.java.validator_process import Answer, Encoding
from ndop.system.errors import CheckError
from ndop.validation.finding_explainer import UNKNOWN_ELEMENT

_REQUESTS_AT_ONCE = 4
_SECONDS = 120
_MEDIA_TYPES: dict[Encoding, str] = {"JSON": JSON, "XML": XML}
_LINE_AND_COLUMN = re.compile(r"Line\[?\s?(\d+)\]?,? Col(?:umn)?\[?\s?(\d+)\]?", re.IGNORECASE)
#: Extensions by which HAPI tells what STU3's OperationOutcome has no element for.
_EXTENSIONS = "http://hl7.org/fhir/StructureDefinition/operationoutcome-"
#: HAPI's answer to a profile that it does not have.
_UNKNOWN_PROFILE = "Validation_VAL_Profile_Unknown"
_ALL_IS_WELL = "informational"
#: Statuses with which servers tell a verdict.
_VERDICTS = (200, 400, 412, 422)
_SEVERITIES = ("fatal", "error", "warning", "information")


class RemoteValidator:
    """As `ndop.java.validator_process.ValidatorProcess`, by requests to a server.

    Answers raise CheckError where nothing answers at `base_url`, or the server does not offer
    `$validate`, or does not know the profile.
    """

    def __init__(self, base_url: str, resource_type: str, profile: str) -> None:
        self._url = f"{base_url.rstrip('/')}/{resource_type}/$validate"
        self._profile = profile
        self._http = httpx.Client(timeout=_SECONDS, follow_redirects=False)
        self._threads = ThreadPoolExecutor(_REQUESTS_AT_ONCE)

    def submit(self, encoding: Encoding, text: str) -> Future[Answer]:
        """Have one resource judged."""
        return self._threads.submit(self._ask, encoding, text)

    def close(self) -> None:
        """Drop what is under way."""
        self._threads.shutdown(cancel_futures=True)
        self._http.close()

    def _ask(self, encoding: Encoding, text: str) -> Answer:
        try:
            response = self._http.post(
                self._url,
                params={"profile": self._profile},
                content=text.encode(),
                headers={
                    "Content-Type": _MEDIA_TYPES[encoding],
                    "Accept": _MEDIA_TYPES["JSON"],
                },
            )
        except httpx.HTTPError as error:
            raise CheckError(f"Nothing answers at {self._url}: {error or type(error)}") from None
        except httpx.InvalidURL as error:
            raise CheckError(
                f"--server: expected a base URL, found {self._url} ({error})"
            ) from None
        return self._answer(response)

    def _answer(self, response: httpx.Response) -> Answer:
        issues = _issues(response)
        status = response.status_code
        if issues is None or status not in _VERDICTS:
            told = "; ".join(_said(issue) for issue in issues or []) or response.reason_phrase
            raise CheckError(
                f"{self._url} does not validate: expected an OperationOutcome, found HTTP {status} "
                f"({told}). Leave --server out to check without a server."
            )
        findings = tuple(_finding(issue) for issue in issues)
        if any(finding.rule == _UNKNOWN_PROFILE for finding in findings):
            raise CheckError(
                f"{self._url} does not know the profile {self._profile}: upload the artefacts of "
                "profiles/generated/<edition> to it, or leave --server out."
            )
        if status == httpx.codes.BAD_REQUEST:
            return Answer("unreadable-body", tuple(one.message for one in findings), ())
        if any(UNKNOWN_ELEMENT.search(one.message) for one in findings if one.invalidates):
            return Answer("unreadable-body", (), findings)
        invalid = any(finding.invalidates for finding in findings)
        return Answer("invalid-resource" if invalid else None, (), findings)


def _issues(response: httpx.Response) -> list[dict[str, Any]] | None:
    try:
        outcome = response.json()
    except ValueError:
        return None
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return None
    issues = outcome.get("issue", [])
    return [one for one in issues if isinstance(one, dict) and one.get("code") != _ALL_IS_WELL]


def _finding(issue: dict[str, Any]) -> Finding:
    places = [*issue.get("location", []), *issue.get("expression", [])]
    told = {
        str(one.get("url", "")).removeprefix(_EXTENSIONS): one
        for one in issue.get("extension", [])
        if isinstance(one, dict)
    }
    line, column = _number(told.get("issue-line")), _number(told.get("issue-col"))
    for place in places:
        if (match := _LINE_AND_COLUMN.search(place)) is not None:
            line, column = int(match[1]), int(match[2])
    path = next((place for place in places if not _LINE_AND_COLUMN.search(place)), "")
    severity = issue.get("severity")
    rule = told.get("message-id", {}).get("valueString", "")
    return Finding(
        severity if severity in _SEVERITIES else "error",
        path,
        line,
        column,
        rule.rpartition("#")[2] if " " not in rule else "",
        _said(issue),
    )


def _number(extension: dict[str, Any] | None) -> int:
    number = (extension or {}).get("valueInteger")
    return number if isinstance(number, int) else -1


def _said(issue: dict[str, Any]) -> str:
    text = issue.get("details", {}).get("text") if isinstance(issue.get("details"), dict) else None
    return str(issue.get("diagnostics") or text or issue.get("code") or "no words")
