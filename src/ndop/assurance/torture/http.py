"""Requests of the load and of the comparison, on a persistent connection."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from ndop.assurance.torture.journal import NO_ANSWER
from ndop.consents.drafts import Draft
from ndop.editions import Edition
from ndop.fhir.media_types import JSON

_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, NO_ANSWER where there is none, and the body, None where it is no JSON object."""

    status: int
    body: dict[str, Any] | None

    @property
    def diagnostics(self) -> str:
        """The text of an OperationOutcome, for a message."""
        issues = (self.body or {}).get("issue") or [{}]
        return str(issues[0].get("diagnostics", ""))


class Connection:
    """One connection to the base URL of a server; opened again when it was lost."""

    def __init__(self, base_url: str, edition: Edition) -> None:
        parts = urlsplit(base_url)
        self._base = parts.path
        self._edition = edition
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)

    def create(self, consent: Draft) -> Answer:
        """POST a Consent."""
        return self._send("POST", "Consent", consent)

    def update(self, consent_id: str, version: int, consent: Draft) -> Answer:
        """PUT a Consent over a version."""
        return self._send("PUT", f"Consent/{consent_id}", consent, {"If-Match": f'W/"{version}"'})

    def read(self, consent_id: str, version: int | None = None) -> Answer:
        """Read a Consent, or a version of it."""
        history = "" if version is None else f"/_history/{version}"
        return self._send("GET", f"Consent/{consent_id}{history}")

    def search(self, patient: str) -> Answer:
        """Search by the NHS number of a patient."""
        reference = quote(self._edition.patient.reference_to(patient), safe="")
        return self._send("GET", f"Consent?patient={reference}")

    def close(self) -> None:
        """Close it."""
        self._http.close()

    def _send(
        self,
        method: str,
        path: str,
        body: Draft | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        content = None if body is None else json.dumps(body)
        sent = {"Accept": JSON, **({"Content-Type": JSON} if body else {}), **(headers or {})}
        try:
            self._http.request(method, f"{self._base}/{path}", content, sent)
            response = self._http.getresponse()
            received = response.read()
        except (OSError, http.client.HTTPException):
            self._http.close()
            return Answer(NO_ANSWER, None)
        try:
            parsed = json.loads(received)
        except ValueError:
            parsed = None
        return Answer(response.status, parsed if isinstance(parsed, dict) else None)


def version_of(consent: Draft | None) -> int | None:
    """The version that a Consent of the server names."""
    version = str(((consent or {}).get("meta") or {}).get("versionId", ""))
    return int(version) if version.isdecimal() else None


def is_as_sent(stored: Draft, sent: Draft) -> bool:
    """Whether the server has of a Consent what was sent, apart from what the server adds."""
    return _content(stored) == _content(sent)


def _content(consent: Draft) -> Draft:
    return {key: value for key, value in consent.items() if key not in ("id", "meta")}
