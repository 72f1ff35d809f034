"""ndop token and ndop keys: access tokens, and the keys that sign and verify them."""

from __future__ import annotations

import json
import os
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ndop.cli.options import EditionOption
from ndop.editions import DEFAULT_EDITION
from ndop.editions.installed import load_edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller
from ndop.system.errors import TokenError

#: The files that `ndop keys` writes: the private key (JWK) and the public key set.
PRIVATE_KEY, PUBLIC_KEYS = "token-key.json", "jwks.json"


class TokenFormat(StrEnum):
    """How a token is printed."""

    CURL = "curl"
    HEADERS = "headers"
    TOKEN = "token"  # noqa: S105  # the name of a format


class Interaction(StrEnum):
    """The kinds of request that the interaction id tells apart."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    CAPABILITIES = "capabilities"


class KeyType(StrEnum):
    """Signatures are RS512 with RSA, ES256 with EC."""

    RSA = "RSA"
    EC = "EC"


def token(
    edition: EditionOption = DEFAULT_EDITION,
    patient: Annotated[
        str | None, typer.Option(help="NHS number; the token is restricted to this patient.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="The user: identifier system|value, or a reference.")
    ] = None,
    system: Annotated[str, typer.Option(help="The requesting system, an ASID.")] = tokens.SYSTEM,
    scope: Annotated[
        str | None, typer.Option(help="Scopes; by default all of the edition.")
    ] = None,
    interaction: Annotated[
        Interaction, typer.Option(help="The interaction that the headers name.")
    ] = Interaction.READ,
    issuer: Annotated[str, typer.Option(help="The token's issuer, a URI.")] = tokens.ISSUER,
    sign: Annotated[
        Path | None,
        typer.Option(help="Private key (JWK or PEM); by default the token is not signed."),
    ] = None,
    expired: Annotated[bool, typer.Option("--expired", help="Expired ten minutes ago.")] = False,
    broken: Annotated[
        str | None, typer.Option(metavar="CLAIM", help="Give this claim an invalid value.")
    ] = None,
    form: Annotated[
        TokenFormat,
        typer.Option(
            help="curl: all headers as options; headers: for curl -H @-; token: the token alone."
        ),
    ] = TokenFormat.CURL,
) -> None:
    """Create a token for one request, valid for five minutes."""
    facts = load_edition(edition)
    caller = Caller(system=system, user=user, patient=patient, scopes=scope, issuer=issuer)
    claims = tokens.claims(facts, caller)
    claims = tokens.expired(claims) if expired else claims
    claims = tokens.broken(facts, claims, broken) if broken else claims
    text = tokens.token(claims, tokens.read_key(sign) if sign else None)
    headers = {
        **tokens.token_header(facts, text),
        **tokens.audit_headers(facts, interaction.value, caller),
    }
    lines = [f"{name}: {value}" for name, value in headers.items()]
    formatted = {
        TokenFormat.TOKEN: text,
        TokenFormat.HEADERS: "\n".join(lines),
        TokenFormat.CURL: " ".join(f"-H {shlex.quote(line)}" for line in lines),
    }
    # Not with rich, which would wrap the line.
    sys.stdout.write(f"{formatted[form]}\n")


def keys(
    folder: Annotated[Path, typer.Argument(help="Folder for the two files.")],
    key_type: Annotated[
        KeyType, typer.Option("--type", help="RSA signs with RS512, EC with ES256.")
    ] = KeyType.RSA,
    issuer: Annotated[str, typer.Option(help="Whose tokens the key signs, a URI.")] = tokens.ISSUER,
) -> None:
    """Create a key that signs tokens, and the key set that a server verifies them with."""
    private, public = folder / PRIVATE_KEY, folder / PUBLIC_KEYS
    for file in (private, public):
        if file.exists():
            raise TokenError(f"{file} already exists; choose another folder or move it away.")
    key = tokens.new_key(key_type.value)
    folder.mkdir(parents=True, exist_ok=True)
    # Created with these permissions, so that no other user can ever read it.
    descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(key.as_dict(private=True), stream, indent=2)
    public.write_text(
        json.dumps(tokens.public_keys([key], issuer), indent=2) + "\n", encoding="utf-8"
    )
    typer.echo(f"Private key: {private}. Public keys for the server: {public}")
