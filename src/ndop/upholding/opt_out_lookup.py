"""Looking up who has opted out of a purpose, from a server of the API."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from ndop.editions import Coding, Edition
from ndop.fhir.media_types import JSON
from ndop.system.errors import UpholdingError


class OptOutLookup:
    """Searches a server for the Consents of each NHS number, and stores nothing.

    A patient has opted out if a Consent has the edition's status for it (NDOP-185, NDOP-186); if
    the edition asks several questions, only from the purpose of the Consent (NDOP-188). A patient
    without a Consent has not opted out (NDOP-187).
    """

    def __init__(
        self,
        edition: Edition,
        purpose: Coding,
        base_url: str,
        http: httpx.Client,
        concurrency: int = 8,
    ) -> None:
        self._edition = edition
        self._purpose = purpose
        self._url = f"{base_url.rstrip('/')}/Consent"
        self._http = http
        self._concurrency = concurrency
        self._reference_pattern = edition.patient.form

    def opted_out(self, nhs_numbers: Sequence[str]) -> set[str]:
        """Which of the numbers have opted out.

        Raises UpholdingError if the server gives no answer, or not one of the API: it must not
        pass for an answer that nobody has opted out.
        """
        distinct = list(dict.fromkeys(nhs_numbers))
        pool = ThreadPoolExecutor(self._concurrency)
        try:
            decisions = list(pool.map(self._has_opted_out, distinct))
        finally:
            pool.shutdown(cancel_futures=True)
        return {number for number, out in zip(distinct, decisions, strict=True) if out}

    def _has_opted_out(self, nhs_number: str) -> bool:
        reference = self._edition.patient.reference_to(nhs_number)
        try:
            response = self._http.get(
                self._url, params={"patient": reference}, headers={"Accept": JSON}
            )
        except httpx.HTTPError as error:
            raise UpholdingError(f"No answer from {self._url}: {error or type(error)}") from error
        bundle = self._searchset(response)
        consents = [entry.get("resource", {}) for entry in bundle.get("entry", [])]
        return any(self._opts_out(consent, nhs_number) for consent in consents)

    def _searchset(self, response: httpx.Response) -> dict[str, Any]:
        try:
            bundle = response.json() if response.status_code == httpx.codes.OK else None
        except ValueError:
            bundle = None
        if not isinstance(bundle, dict) or bundle.get("type") != "searchset":
            content_type = response.headers.get("content-type", "no Content-Type")
            raise UpholdingError(
                f"{self._url}: expected a searchset for each patient; found HTTP status "
                f"{response.status_code}, {content_type}."
            )
        if len(bundle.get("entry", [])) != bundle.get("total", len(bundle.get("entry", []))):
            raise UpholdingError(f"{self._url}: the searchset of a patient is not complete.")
        return bundle

    def _opts_out(self, consent: dict[str, Any], nhs_number: str) -> bool:
        reference = self._reference_pattern.match(consent.get("patient", {}).get("reference", ""))
        if reference is None or reference[1] != nhs_number:
            raise UpholdingError(f"{self._url}: a search found the Consent of another patient.")
        if _changes_meaning(consent):
            raise UpholdingError(
                f"{self._url}: a Consent has a modifier extension or implicit rules, which may "
                "change what it means."
            )
        status = self._edition.status
        if consent.get("status") not in (status.opted_out, status.sharing):
            raise UpholdingError(
                f"{self._url}: expected the status {status.opted_out} or {status.sharing}; "
                f"found {consent.get('status')!r}."
            )
        return consent["status"] == status.opted_out and self._has_purpose(consent)

    def _has_purpose(self, consent: dict[str, Any]) -> bool:
        if len(self._edition.purposes) == 1:
            return True
        return any(
            (one.get("system"), one.get("code")) == (self._purpose.system, self._purpose.code)
            for one in consent.get("purpose", [])
        )


def _changes_meaning(part: Any) -> bool:
    """Whether something that is not understood changes what a Consent means (D-23)."""
    if isinstance(part, list):
        return any(map(_changes_meaning, part))
    if not isinstance(part, dict):
        return False
    return bool({"modifierExtension", "implicitRules"} & part.keys()) or any(
        map(_changes_meaning, part.values())
    )
