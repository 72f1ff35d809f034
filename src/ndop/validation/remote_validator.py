"""Validation by a FHIR server's own `$validate`, instead of the toolkit."""

from __future__ import annotations

import re
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx

from ndop.fhir.media_types import JSON, XML
from ndop.java.toolkit import Finding
from ndop.java.validator_process import Answer, Encoding
from ndop.system.errors import CheckError
from ndop.validation.validator_message import UNKNOWN_ELEMENT

_CONCURRENT_REQUESTS = 4
_TIMEOUT_SECONDS = 120
_MEDIA_TYPES: dict[Encoding, str] = {"JSON": JSON, "XML": XML}
_LINE_AND_COLUMN = re.compile(r"Line\[?\s?(\d+)\]?,? Col(?:umn)?\[?\s?(\d+)\]?", re.IGNORECASE)
#: Extensions in which HAPI puts what STU3's OperationOutcome has no element for.
_EXTENSIONS = "http://hl7.org/fhir/StructureDefinition/operationoutcome-"
#: HAPI's message id for a profile that it does not have.
_UNKNOWN_PROFILE = "Validation_VAL_Profile_Unknown"
_NO_ISSUE_CODE = "informational"
#: Statuses with which servers return a verdict.
_VERDICT_STATUSES = (200, 400, 412, 422)
_SEVERITIES = ("fatal", "error", "warning", "information")


class RemoteValidator:
    """Stands in for `ndop.java.validator_process.ValidatorProcess`, by requests to a server.

    The futures raise CheckError: nothing answers at `base_url`, or the server does not offer
    `$validate`, or does not know the profile.
    """

    def __init__(self, base_url: str, resource_type: str, profile: str) -> None:
        self._url = f"{base_url.rstrip('/')}/{resource_type}/$validate"
        self._profile = profile
        self._http = httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False)
        self._threads = ThreadPoolExecutor(_CONCURRENT_REQUESTS)

    def submit(self, encoding: Encoding, text: str) -> Future[Answer]:
        """Submit one resource for validation."""
        return self._threads.submit(self._request, encoding, text)

    def close(self) -> None:
        """Cancel the requests that have not started, and close the connections."""
        self._threads.shutdown(cancel_futures=True)
        self._http.close()

    def _request(self, encoding: Encoding, text: str) -> Answer:
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
        return self._to_answer(response)

    def _to_answer(self, response: httpx.Response) -> Answer:
        issues = _issues(response)
        status = response.status_code
        if issues is None or status not in _VERDICT_STATUSES:
            reason = (
                "; ".join(_issue_text(issue) for issue in issues or []) or response.reason_phrase
            )
            raise CheckError(
                f"{self._url} does not validate: expected an OperationOutcome, found HTTP {status} "
                f"({reason}). Leave --server out to check without a server."
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
    return [one for one in issues if isinstance(one, dict) and one.get("code") != _NO_ISSUE_CODE]


def _finding(issue: dict[str, Any]) -> Finding:
    locations = [*issue.get("location", []), *issue.get("expression", [])]
    extensions = {
        str(one.get("url", "")).removeprefix(_EXTENSIONS): one
        for one in issue.get("extension", [])
        if isinstance(one, dict)
    }
    line, column = _number(extensions.get("issue-line")), _number(extensions.get("issue-col"))
    for location in locations:
        if (match := _LINE_AND_COLUMN.search(location)) is not None:
            line, column = int(match[1]), int(match[2])
    path = next((location for location in locations if not _LINE_AND_COLUMN.search(location)), "")
    severity = issue.get("severity")
    rule = extensions.get("message-id", {}).get("valueString", "")
    return Finding(
        severity if severity in _SEVERITIES else "error",
        path,
        line,
        column,
        rule.rpartition("#")[2] if " " not in rule else "",
        _issue_text(issue),
    )


def _number(extension: dict[str, Any] | None) -> int:
    number = (extension or {}).get("valueInteger")
    return number if isinstance(number, int) else -1


def _issue_text(issue: dict[str, Any]) -> str:
    text = issue.get("details", {}).get("text") if isinstance(issue.get("details"), dict) else None
    return str(issue.get("diagnostics") or text or issue.get("code") or "no words")
