"""Cases, their placeholders, and the requests that most of them are made of.

A case is a tuple of requests that are sent one after the other. Placeholders stand for what is
known only then, so that a case means the same whenever it is sent: PATIENT for the patient of the
case, ID and VERSION for the Consent that an earlier request of the case stored.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ndop.assurance.corpus.mutated_consents import PLACEHOLDER_NHS_NUMBER as PATIENT
from ndop.assurance.fuzzing.raw_http import Request
from ndop.consents import draft
from ndop.editions import Edition
from ndop.fhir.media_types import JSON

__all__ = ["ID", "PATIENT", "VERSION", "Case", "Cases", "Headers", "RequestBuilder", "encode"]

Case = tuple[Request, ...]
Cases = SearchStrategy[Case]
Headers = tuple[tuple[bytes, bytes], ...]

ID, VERSION = b"@ID@", b"@VERSION@"


class RequestBuilder:
    """Builds requests to the API of one edition. `api` is its path, such as `/fhir`."""

    def __init__(self, edition: Edition, api: str) -> None:
        self.edition = edition
        self.api = api.encode()
        self.type = edition.consent.type.encode()
        #: The path of the type, such as `/fhir/Consent`.
        self.base = self.api + b"/" + self.type
        #: The path of the stored Consent.
        self.instance = self.base + b"/" + ID
        self.valid = draft(edition, PATIENT)
        #: The reference to the patient, quoted for a query.
        self.patient = quote(edition.patient.reference_to(PATIENT), safe="").encode()

    @property
    def valid_body(self) -> bytes:
        """A valid Consent as JSON."""
        return encode(self.valid)

    @property
    def valid_update_body(self) -> bytes:
        """A valid new version of the stored Consent as JSON."""
        return encode({**self.valid, "id": ID.decode()})

    def create(self, body: bytes, *headers: tuple[bytes, bytes]) -> Request:
        """A create, of JSON unless the headers have a Content-Type."""
        names = {name.lower() for name, _ in headers}
        typed = () if b"content-type" in names else ((b"Content-Type", JSON.encode()),)
        return Request(b"POST", self.base, (*typed, *headers), body)

    def create_valid(self) -> Request:
        """A create of a valid Consent, which the case's further requests are about."""
        return self.create(self.valid_body)

    def update(self, body: bytes, *headers: tuple[bytes, bytes]) -> Request:
        """An update of the stored Consent, otherwise as `create`."""
        create = self.create(body, *headers)
        return Request(b"PUT", self.instance, create.headers, create.body)

    def writes(self, bodies: SearchStrategy[bytes], *headers: tuple[bytes, bytes]) -> Cases:
        """Each body in a create, or in an update of a Consent stored before."""
        return st.one_of(
            bodies.map(lambda body: (self.create(body, *headers),)),
            bodies.map(lambda body: (self.create_valid(), self.update(_with_id(body), *headers))),
        )


def encode(value: Any) -> bytes:
    """The value as JSON."""
    return json.dumps(value, ensure_ascii=True).encode()


def _with_id(body: bytes) -> bytes:
    """With the id of the stored Consent, if the body is a resource without one."""
    if body.startswith(b'{"resourceType"'):
        return b'{"id": "' + ID + b'", ' + body[1:]
    at = body.find(b">")
    if body.startswith(b"<Consent") and at > 0:
        return body[: at + 1] + b'<id value="' + ID + b'"/>' + body[at + 1 :]
    return body
