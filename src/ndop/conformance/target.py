"""A look at the server under test before the run: can it be tested at all?"""

from __future__ import annotations

import httpx

from ndop.conformance.client import JSON
from ndop.errors import TargetError

_SECONDS = 30.0
_STU3 = "3.0."


def insist_on_stu3(base_url: str) -> None:
    """Raise TargetError unless `base_url` is that of a FHIR STU3 server that answers."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise TargetError(f"{base_url!r} is not a URL: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise TargetError(
            f"Expected the base URL of a FHIR server, such as http://127.0.0.1:8080/fhir; "
            f"found {base_url!r}."
        )
    address = f"{base_url.rstrip('/')}/metadata"
    try:
        response = httpx.get(address, headers={"Accept": JSON}, timeout=_SECONDS)
    except httpx.HTTPError as error:
        raise TargetError(
            f"Nothing answers at {address} ({error}). "
            "Is the server running, and is this its base URL?"
        ) from error
    if response.status_code != httpx.codes.OK:
        raise TargetError(
            f"Expected a CapabilityStatement at {address}; the answer has HTTP status "
            f"{response.status_code}. Is this the base URL of the FHIR server?"
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
    version = str(statement.get("fhirVersion"))
    if not version.startswith(_STU3):
        raise TargetError(
            f"The server at {base_url} speaks FHIR {version}; this API is FHIR STU3 (3.0.1)."
        )
