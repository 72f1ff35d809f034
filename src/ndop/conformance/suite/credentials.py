"""The audit headers and the token that the suite sends with each request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ndop.conformance.suite.masking import UUID
from ndop.conformance.suite.settings import Settings
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller, Key

_NHS_NUMBER = re.compile(r"(?<![0-9])[0-9]{10}(?![0-9])")
_CONSENT = re.compile(r"Consent/([A-Za-z0-9\-.]{1,64})")

_WRITES = {"POST": "create", "PUT": "update"}


@dataclass(slots=True)
class Credentials:
    """Makes the headers of requests: a new token each time (NDOP-155), signed where there is a key.

    Where tokens name the patient (NDOP-169), that is the patient of the request: the one in its
    URL or body, or the one whose Consent was stored earlier under the id in its URL.
    """

    edition: Edition
    key: Key | None = None
    _patients: dict[str, str] = field(default_factory=dict)
    _last_patient: str = field(default_factory=lambda: next(synthetic()))

    @classmethod
    def of(cls, edition: Edition, settings: Settings) -> Credentials | None:
        """For a run whose server requires them; None where it does not. Raises TokenError."""
        return cls.from_settings(edition, settings) if "requires-token" in settings.claims else None

    @classmethod
    def from_settings(cls, edition: Edition, settings: Settings) -> Credentials:
        """For any run. Raises TokenError: the key cannot be used."""
        file = settings.access.token_key
        return cls(edition, tokens.read_key(file) if file else None)

    def headers(self, method: str, url: str, body: str = "") -> dict[str, str]:
        """Headers for a request; `url` with its query."""
        patient = self._patient_of(url, body)
        named = patient if tokens.names_patient(self.edition) else None
        claims = tokens.claims(self.edition, Caller(patient=named))
        return {
            **tokens.audit_headers(self.edition, interaction_of(method, url)),
            **tokens.token_header(self.edition, tokens.token(claims, self.key)),
        }

    def remember(self, response_headers: Mapping[str, str]) -> None:
        """Remember the patient of the last request for the id in the Location of its answer."""
        found = _CONSENT.search(response_headers.get("location", ""))
        if found:
            self._patients[found.group(1)] = self._last_patient

    def _patient_of(self, url: str, body: str) -> str:
        for text in (url.partition("?")[2], body.partition('"patient"')[2] or body):
            named = _NHS_NUMBER.search(UUID.sub("", text))
            if named:
                self._last_patient = named.group(0)
                return self._last_patient
        for segment in re.findall(r"[A-Za-z0-9\-.]{1,64}", url):
            if segment in self._patients:
                self._last_patient = self._patients[segment]
        return self._last_patient


def interaction_of(method: str, url: str) -> str:
    """FHIR's code for the interaction of a request, as far as its interaction id needs it."""
    path = url.partition("?")[0].rstrip("/")
    if path.rpartition("/")[2] == "metadata" or method == "OPTIONS":
        return "capabilities"
    return _WRITES.get(method, "read")
