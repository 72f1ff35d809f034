"""ndop token, keys: what a caller says of itself, for curl and for deployments that verify."""

from __future__ import annotations

import json
import os
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ndop.cli.options import EditionOption, load_edition
from ndop.editions import DEFAULT_EDITION
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller
from ndop.system.errors import TokenError
from ndop.system.layout import checkout

#: The private key and the set of public keys, in the folder of `ndop keys`.
PRIVATE_KEY, PUBLIC_KEYS = "token-key.json", "jwks.json"


class Form(StrEnum):
    """How a token is printed."""

    CURL = "curl"
    HEADERS = "headers"
    TOKEN = "token"  # noqa: S105  # the name of a form


class KeyType(StrEnum):
    """Signatures are RS512 with RSA, ES256 with EC."""

    RSA = "RSA"
    EC = "EC"


def token(
    edition: EditionOption = DEFAULT_EDITION,
    patient: Annotated[
        str | None, typer.Option(help="NHS number; the token opens this patient's Consents only.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="Who acts: naming system|value, or a reference.")
    ] = None,
    system: Annotated[str, typer.Option(help="The system that calls, an ASID.")] = tokens.SYSTEM,
    scope: Annotated[
        str | None, typer.Option(help="What it allows; by default all that the edition knows.")
    ] = None,
    sign: Annotated[
        Path | None, typer.Option(help="Private key (JWK or PEM); by default it is unsecured.")
    ] = None,
    expired: Annotated[bool, typer.Option("--expired", help="Ten minutes after its time.")] = False,
    broken: Annotated[
        str | None, typer.Option(metavar="CLAIM", help="This claim has a wrong form.")
    ] = None,
    form: Annotated[
        Form,
        typer.Option(help="curl: every header, as options; headers: for curl -H @-; token: alone."),
    ] = Form.CURL,
) -> None:
    """Make a token for one request; it lives five minutes."""
    facts = load_edition(checkout(), edition)
    caller = Caller(system=system, user=user, patient=patient, scopes=scope)
    made = tokens.claims(facts, caller)
    made = tokens.expired(made) if expired else made
    made = tokens.broken(facts, made, broken) if broken else made
    text = tokens.token(made, tokens.read_key(sign) if sign else None)
    headers = {**tokens.token_header(facts, text), **tokens.audit_headers(facts, "read", caller)}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    printed = {
        Form.TOKEN: text,
        Form.HEADERS: "\n".join(lines),
        Form.CURL: " ".join(f"-H {shlex.quote(line)}" for line in lines),
    }
    # Not by rich: it would wrap the line.
    sys.stdout.write(f"{printed[form]}\n")


def keys(
    folder: Annotated[Path, typer.Argument(help="Where the two files are written.")],
    key_type: Annotated[
        KeyType, typer.Option("--type", help="RSA signs with RS512, EC with ES256.")
    ] = KeyType.RSA,
) -> None:
    """Make a key that signs tokens, and the set of public keys that a server verifies them with."""
    private, public = folder / PRIVATE_KEY, folder / PUBLIC_KEYS
    for file in (private, public):
        if file.exists():
            raise TokenError(f"{file} is there already; choose another folder or move it away.")
    key = tokens.new_key(key_type.value)
    folder.mkdir(parents=True, exist_ok=True)
    # Nobody else on this machine shall read it, from its first byte on.
    descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(key.as_dict(private=True), stream, indent=2)
    public.write_text(json.dumps(tokens.public_keys([key]), indent=2) + "\n", encoding="utf-8")
    typer.echo(f"Private key: {private}. Public keys for the server: {public}")
