"""The modes of audit, as settings of a server and as what its clients send (D-08)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller, Key
from ndop.server.bench import Sending, nothing


class Audit(StrEnum):
    """The modes of the setting ndop.audit (D-08)."""

    OFF = "off"
    PERMISSIVE = "permissive"
    REQUIRED = "required"

    @property
    def settings(self) -> dict[str, str]:
        """What sets a server to this mode."""
        return {"ndop.audit": self.value}


@dataclass(frozen=True, slots=True)
class AuditMode:
    """A mode by its name: settings of the server, and the headers of each request to it."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    sending: Sending = nothing


def every_mode(edition: Edition, folder: Path) -> Iterator[AuditMode]:
    """Off, permissive, required, and required with signatures (ES256; the keys go to `folder`).

    To all of them the same headers are sent, so that what differs is what the server does.
    """
    key = tokens.new_key("EC")
    keys = folder / "jwks.json"
    keys.write_text(json.dumps(tokens.public_keys([key])), encoding="utf-8")
    for mode in Audit:
        yield AuditMode(mode.value, mode.settings, _sending(edition, None))
    signed = {"ndop.token.signatures": "required", "ndop.token.keys": str(keys)}
    yield AuditMode(
        f"{Audit.REQUIRED}, signed", {**Audit.REQUIRED.settings, **signed}, _sending(edition, key)
    )


def _sending(edition: Edition, key: Key | None) -> Sending:
    def headers(interaction: str) -> Mapping[str, str]:
        claims = tokens.claims(edition, Caller())
        return {
            **tokens.audit_headers(edition, interaction),
            **tokens.token_header(edition, tokens.token(claims, key)),
        }

    return headers
