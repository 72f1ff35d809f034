"""The audit modes: the settings of a server, and the headers that its clients send (D-08)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller, Key
from ndop.server.bench import HeaderFactory, no_headers


class AuditMode(StrEnum):
    """The values of the setting ndop.audit (D-08)."""

    OFF = "off"
    PERMISSIVE = "permissive"
    REQUIRED = "required"

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a server in this mode."""
        return {"ndop.audit": self.value}


@dataclass(frozen=True, slots=True)
class AuditScenario:
    """A mode to measure: settings of the server, and the headers of each request to it."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    headers: HeaderFactory = no_headers


def audit_scenarios(edition: Edition, folder: Path) -> Iterator[AuditScenario]:
    """Off, permissive, required, and required with signatures (ES256; the keys go to `folder`).

    The same headers are sent in each, so that only the work of the server differs.
    """
    key = tokens.new_key("EC")
    keys = folder / "jwks.json"
    keys.write_text(json.dumps(tokens.public_keys([key])), encoding="utf-8")
    for mode in AuditMode:
        yield AuditScenario(mode.value, mode.settings, _headers(edition, None))
    signed = {"ndop.token.signatures": "required", "ndop.token.keys": str(keys)}
    required = AuditMode.REQUIRED
    yield AuditScenario(
        f"{required}, signed", {**required.settings, **signed}, _headers(edition, key)
    )


def _headers(edition: Edition, key: Key | None) -> HeaderFactory:
    def headers(interaction: str) -> Mapping[str, str]:
        claims = tokens.claims(edition, Caller())
        return {
            **tokens.audit_headers(edition, interaction),
            **tokens.token_header(edition, tokens.token(claims, key)),
        }

    return headers
