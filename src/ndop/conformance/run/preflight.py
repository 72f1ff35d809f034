"""Checking the server before a run: can it be tested at all?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx

from ndop.conformance.suite.access import Access, http_client, why_no_answer
from ndop.conformance.suite.client import JSON, NdopClient
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.masking import Mask
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition
from ndop.system.errors import TargetError

_STU3 = "3.0."


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """Sentences on what was found; `warnings` are about what the tests will judge."""

    observations: tuple[str, ...]
    warnings: tuple[str, ...]


def check_server(
    base_url: str,
    edition: Edition,
    access: Access | None = None,
    patient: str | None = None,
    credentials: Credentials | None = None,
) -> PreflightReport:
    """Check that a server answers, is FHIR STU3, declares Consent and grants access.

    `patient` is an NHS number to search for; `credentials` identify the caller if the server
    requires that. Raises TargetError: it cannot be tested, with what to do about it; PresetError:
    the certificates or keys of `access` cannot be used.
    """
    access = access or Access()
    shown = Mask(access.secrets).text(base_url)
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise TargetError(f"{shown!r} is not a URL: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise TargetError(
            f"Expected the base URL of a FHIR server, such as http://127.0.0.1:8080/fhir; "
            f"found {shown!r}."
        )
    with http_client(access) as http:
        client = NdopClient(base_url, http, access, credentials=credentials)
        return _Preflight(client, shown, access, edition).check(patient or next(synthetic()))


@dataclass(frozen=True, slots=True)
class _Preflight:
    client: NdopClient
    base_url: str
    access: Access
    edition: Edition

    def check(self, patient: str) -> PreflightReport:
        statement = self._statement()
        version = str(statement.get("fhirVersion"))
        if not version.startswith(_STU3):
            raise TargetError(
                f"The server at {self.base_url} speaks FHIR {version}; this API is FHIR STU3 "
                "(3.0.1). Give the base URL of its STU3 endpoint, if it has one."
            )
        software = statement.get("software")
        named = f", {software['name']}" if isinstance(software, dict) and "name" in software else ""
        interactions = _declared_interactions(statement)
        observations = [f"{self.base_url} answers: FHIR {version}{named}"]
        warnings = []
        if interactions is None:
            warnings.append("its CapabilityStatement does not declare Consent")
        else:
            observations.append(
                f"it declares Consent: {', '.join(interactions) or 'no interaction'}"
            )
        reference = self.edition.patient.reference_to(patient)
        found = self._get("Consent", "a search for Consents", {"patient": reference})
        if found.status_code == httpx.codes.OK:
            observations.append("it answers a search for Consents")
        elif interactions is None:
            raise TargetError(
                f"The server at {self.base_url} does not declare Consent, and a search for "
                f"Consents has HTTP status {found.status_code}. Is this its base URL?"
            )
        else:
            warnings.append(f"a search for Consents has HTTP status {found.status_code}")
        return PreflightReport(tuple(observations), tuple(warnings))

    def _statement(self) -> dict[str, Any]:
        address = f"{self.base_url.rstrip('/')}/metadata"
        response = self._get("metadata", "its CapabilityStatement")
        if response.status_code != httpx.codes.OK:
            raise TargetError(
                f"Expected a CapabilityStatement at {address}; the answer has HTTP status "
                f"{response.status_code}. {_hint(response)}"
            )
        try:
            statement = response.json()
        except ValueError as error:
            kind = response.headers.get("content-type", "no Content-Type")
            raise TargetError(
                f"Expected a CapabilityStatement in JSON at {address}; found {kind}. "
                "Is this the base URL of the FHIR server?"
            ) from error
        found = statement.get("resourceType") if isinstance(statement, dict) else None
        if found != "CapabilityStatement":
            raise TargetError(
                f"Expected a CapabilityStatement at {address}; found {found or 'no FHIR resource'}."
            )
        return dict(statement)

    def _get(self, path: str, what: str, params: dict[str, str] | None = None) -> httpx.Response:
        """A response with access granted. Raises TargetError."""
        address = f"{self.base_url.rstrip('/')}/{path}"
        try:
            response = self.client.get(path, params=params, headers={"Accept": JSON})
        except httpx.HTTPError as error:
            raise TargetError(self._no_response(address, error)) from error
        status = response.status_code
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            own = ", ".join(self.access.headers)
            remedy = (
                f"what was sent ({own}) is not accepted: is it still valid?"
                if own
                else "give a token, headers or a client certificate in a preset "
                "(ndop conformance --init writes one)."
            )
            raise TargetError(f"{address} requires authentication (HTTP status {status}): {remedy}")
        if response.is_redirect:
            where = Mask(self.access.secrets).text(response.headers.get("location", ""))
            raise TargetError(
                f"Expected {what} at {address}; it redirects to {where or 'nowhere'} "
                f"(HTTP status {status}). Give a base URL that does not redirect."
            )
        if status == httpx.codes.SERVICE_UNAVAILABLE:
            after = response.headers.get("retry-after")
            when = f" It asks clients to retry after {after} (seconds or time)." if after else ""
            raise TargetError(f"{address} is unavailable (HTTP status {status}).{when}")
        return response

    def _no_response(self, address: str, error: httpx.HTTPError) -> str:
        why = Mask(self.access.secrets).text(why_no_answer(error))
        reason = _without_openssl_details(why)
        if isinstance(error, httpx.ConnectError) and "certificate" in why.lower():
            remedy = (
                "Name the CA of the server in a preset (tls.ca), or use the host name that its "
                "certificate is for."
            )
            return f"The certificate of {address} is not trusted ({reason}). {remedy}"
        if "alert" in why.lower() and "certificate" in why.lower():
            return (
                f"{address} requires a client certificate, or rejects ours ({reason}). "
                "Give tls.certificate and tls.key in a preset."
            )
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return (
                f"Nothing answers at {address} ({why}). "
                "Is the server running, and is this its base URL?"
            )
        return f"Expected an HTTP response from {address}; found {why}."


def _hint(response: httpx.Response) -> str:
    if response.status_code == httpx.codes.BAD_REQUEST and "MISSING_OR_INVALID" in response.text:
        return "It may require a token: give --claim requires-token (docs/audit.md)."
    return "Is this the base URL of the FHIR server?"


def _declared_interactions(statement: dict[str, Any]) -> list[str] | None:
    """The interactions that a statement declares for Consent; None if it does not declare any."""
    for rest in _objects(statement, "rest"):
        for resource in _objects(rest, "resource"):
            if resource.get("type") == "Consent":
                return [str(one.get("code")) for one in _objects(resource, "interaction")]
    return None


def _objects(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The JSON objects in a list, if it is one: a server under test may get anything wrong."""
    found = holder.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _without_openssl_details(why: str) -> str:
    """OpenSSL's message without its error code and source position."""
    return re.sub(r"\[SSL: \w+\] |\s*\(_ssl\.c:\d+\)", "", why).removeprefix("TLS: ")
