"""ndop token and ndop keys."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet

from ndop.editions import EditionFolder
from tests.cli.command import ndop_in_process as ndop
from tests.fhir.test_tokens import payload

PATIENT = "9990000018"


def test_curl_takes_what_is_printed(folder: EditionFolder) -> None:
    for edition in folder.load_all():
        printed = ndop("token", "--edition", edition.id, "--patient", PATIENT)
        assert printed.returncode == 0, printed.stderr
        names = edition.audit.headers
        for name in (names.token, names.trace, names.from_, names.to, names.interaction):
            assert f"-H '{name[0]}: " in printed.stdout
        assert printed.stdout.count("\n") == 1


def test_roles_scopes_and_faults() -> None:
    def claims(*options: str) -> dict[str, object]:
        printed = ndop("token", "--form", "token", *options)
        assert printed.returncode == 0, printed.stderr
        return payload(printed.stdout.strip())

    user = "https://fhir.nhs.uk/Id/sds-role-profile-id|4711"
    whole = claims("--patient", PATIENT, "--user", user, "--system", "7", "--scope", "a b")
    assert str(whole["requesting_patient"]).endswith(PATIENT)
    assert (whole["sub"], whole["requesting_user"], whole["scope"]) == (user, user, "a b")
    assert str(whole["requesting_system"]).endswith("|7")
    late = claims("--expired")
    assert isinstance(late["exp"], int)
    assert isinstance(whole["iat"], int)
    assert late["exp"] < whole["iat"]
    assert claims("--broken", "exp")["exp"] == "broken"


def test_the_headers_name_the_interaction() -> None:
    for interaction, named in (("create", "create:consent"), ("capabilities", "read:metadata")):
        printed = ndop("token", "--form", "headers", "--interaction", interaction)
        assert f"fhir:rest:{named}\n" in printed.stdout


def test_a_key_says_whose_it_is(tmp_path: Path) -> None:
    folder, issuer = tmp_path / "keys", "https://portal.example"
    assert ndop("keys", str(folder), "--type", "EC", "--issuer", issuer).returncode == 0
    (key,) = json.loads((folder / "jwks.json").read_text(encoding="utf-8"))["keys"]
    printed = ndop("token", "--form", "token", "--issuer", issuer)
    assert key["iss"] == payload(printed.stdout.strip())["iss"] == issuer


def test_bad_input_is_told(tmp_path: Path) -> None:
    for arguments, message in (
        (["--broken", "colour"], "found 'colour'"),
        (["--sign", str(tmp_path / "none.json")], "expected a private key"),
        (["--edition", "ndop-0.0.9-alpha"], "--patient"),
        (["--edition", "ndop-7"], "There is no edition"),
    ):
        printed = ndop("token", *arguments)
        assert printed.returncode == 2
        assert message in printed.stderr


def test_keys_sign_and_verify(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert ndop("keys", str(folder), "--type", "EC").returncode == 0
    private, public = folder / "token-key.json", folder / "jwks.json"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    printed = ndop("token", "--sign", str(private), "--form", "headers")
    token = printed.stdout.splitlines()[0].removeprefix("Authorization: Bearer ")
    keys = KeySet.import_key_set(json.loads(public.read_text(encoding="utf-8")))
    assert jwt.decode(token, keys, algorithms=["ES256"]).claims["iss"]
    before = private.read_bytes()
    again = ndop("keys", str(folder))
    assert again.returncode == 2
    assert "already exists" in again.stderr
    assert private.read_bytes() == before
