"""Audit headers and tokens for the requests of cases (D-08).

With them, a server that requires tokens lets a request through to what the case is about.
"""

from __future__ import annotations

from collections.abc import Callable

from ndop.assurance.fuzzing.raw_http import Request
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.server.audit_modes import AuditMode

#: The interaction of a request that is none of the API's.
_ANY_INTERACTION = "read"

#: Makes the request that is sent out of that of a case and the NHS number of its patient.
Authenticator = Callable[[Request, str], Request]


def authenticator(
    edition: Edition, mode: AuditMode, interaction: Callable[[Request], str]
) -> Authenticator:
    """Adds to a request the headers that a server in this mode requires and the case leaves out.

    `interaction` gives FHIR's code of a request's interaction.
    """
    if mode is not AuditMode.REQUIRED:
        return lambda request, _patient: request
    names = edition.audit.headers
    groups = (names.token, names.trace, names.from_, names.to, names.interaction)

    def authenticate(request: Request, patient: str) -> Request:
        code = interaction(request)
        code = code if code in (*edition.interactions, "capabilities") else _ANY_INTERACTION
        claims = tokens.claims(edition, tokens.Caller(patient=patient))
        headers = {
            **tokens.audit_headers(edition, code),
            **tokens.token_header(edition, tokens.unsecured(claims)),
        }
        missing = (
            (group[0].encode(), headers[group[0]].encode())
            for group in groups
            if all(request.header(name.encode()) is None for name in group)
        )
        return request.with_headers(missing)

    return authenticate
