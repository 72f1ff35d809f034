"""Signed tokens: what a known key signed is accepted once; every known attack is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt

from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.runner import run
from ndop.conformance.suite.access import Access
from ndop.conformance.suite.expectations import assert_spine_error
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller, Claims, Key
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.errors import ServerError
from ndop.system.layout import Layout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Server:
    base_url: str
    log: Path
    keys: dict[str, Key]
    other_key: Key
    key_set: Path
    folder: Path


#: An issuer beside the one of the suite's tokens, with a key of its own in the same set.
OTHER_ISSUER = "https://other.example"


def settings_for(key_set: Path) -> dict[str, str]:
    """Of a server that verifies signatures."""
    return {
        "ndop.audit": "required",
        "ndop.token.signatures": "required",
        "ndop.token.keys": str(key_set),
        "ndop.token.keys-pause": "100ms",
    }


def write_keys(key_set: Path, own: list[Key], others: list[Key]) -> None:
    """Writes a set of keys of both issuers."""
    keys = [
        *tokens.public_keys(own)["keys"],
        *tokens.public_keys(others, OTHER_ISSUER)["keys"],
    ]
    key_set.write_text(json.dumps({"keys": keys}), encoding="utf-8")


@pytest.fixture(scope="module")
def signature_server(
    built: Layout, progress: Progress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("keys")
    keys = {"RSA": tokens.new_key("RSA"), "EC": tokens.new_key("EC")}
    other_key = tokens.new_key("EC")
    key_set = folder / "jwks.json"
    write_keys(key_set, list(keys.values()), [other_key])
    settings = settings_for(key_set)
    with process.running(
        built, ServerPlan(DEFAULT_EDITION, settings=settings), progress
    ) as running:
        yield Server(running.base_url, running.log, keys, other_key, key_set, folder)


@pytest.fixture
def claims(edition: Edition) -> Claims:
    return tokens.claims(edition, Caller())


@pytest.fixture
def get_metadata(signature_server: Server, edition: Edition) -> Callable[[str], httpx.Response]:
    def metadata(token: str) -> httpx.Response:
        headers = {
            **tokens.audit_headers(edition, "capabilities"),
            **tokens.token_header(edition, token),
        }
        return httpx.get(f"{signature_server.base_url}/metadata", headers=headers, timeout=60)

    return metadata


@pytest.fixture
def assert_refused(
    get_metadata: Callable[[str], httpx.Response], edition: Edition
) -> Callable[[str, str], None]:
    def expect_rejection(token: str, message: str) -> None:
        response = get_metadata(token)
        assert_spine_error(
            edition, response, status=400, issue="structure", code="MISSING_OR_INVALID_HEADER"
        )
        assert message in response.text

    return expect_rejection


def encode_with_header(header: dict[str, Any], made: Claims, key: Key) -> str:
    return jwt.encode(header, made, key, algorithms=["RS256", "RS512", "ES256"])


def base64url_json(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("key_type", ["RSA", "EC"])
def test_a_signed_token_is_accepted_once(
    signature_server: Server,
    claims: Claims,
    get_metadata: Callable[[str], httpx.Response],
    assert_refused: Callable[[str, str], None],
    key_type: str,
) -> None:
    token = tokens.signed(claims, signature_server.keys[key_type])
    assert get_metadata(token).status_code == 200
    assert_refused(token, "jti")
    other_key = next(key for kind, key in signature_server.keys.items() if kind != key_type)
    assert_refused(tokens.signed(claims, other_key), "jti")


def test_unsecured_tokens_are_refused(
    claims: Claims, assert_refused: Callable[[str, str], None]
) -> None:
    assert_refused(tokens.unsecured(claims), "expected a signature")
    assert_refused(
        base64url_json({"alg": "nOnE"}) + tokens.unsecured(claims).partition(".")[2], "expected"
    )


def test_an_hmac_with_the_public_key_is_refused(
    signature_server: Server, claims: Claims, assert_refused: Callable[[str, str], None]
) -> None:
    key = signature_server.keys["RSA"]
    for secret in (key.as_pem(private=False), json.dumps(key.as_dict(private=False)).encode()):
        for algorithm, digest in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512)):
            header = {"alg": algorithm, "kid": tokens.key_id(key)}
            signed = f"{base64url_json(header)}.{base64url_json(claims)}"
            mac = hmac.new(secret, signed.encode(), digest).digest()
            signature = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
            assert_refused(f"{signed}.{signature}", "another algorithm")


def test_a_changed_payload_is_refused(
    signature_server: Server, claims: Claims, assert_refused: Callable[[str, str], None]
) -> None:
    head, _, signature = tokens.signed(claims, signature_server.keys["EC"]).split(".")
    assert_refused(
        f"{head}.{base64url_json({**claims, 'scope': 'more'})}.{signature}", "no known key made"
    )
    assert_refused(f"{head}.{base64url_json(claims)}.", "found")


def test_another_keys_signature_is_refused(
    signature_server: Server, claims: Claims, assert_refused: Callable[[str, str], None]
) -> None:
    other, known = tokens.new_key("RSA"), tokens.key_id(signature_server.keys["RSA"])
    assert_refused(tokens.signed(claims, other), "no known key made")
    assert_refused(
        encode_with_header({"alg": "RS512", "kid": known}, claims, other), "no known key made"
    )


def test_a_weaker_algorithm_or_no_kid_is_refused(
    signature_server: Server, claims: Claims, assert_refused: Callable[[str, str], None]
) -> None:
    key = signature_server.keys["RSA"]
    assert_refused(
        encode_with_header({"alg": "RS256", "kid": tokens.key_id(key)}, claims, key), "algorithm"
    )
    assert_refused(encode_with_header({"alg": "RS512"}, claims, key), "kid")


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_keys_that_a_token_brings_are_refused(
    signature_server: Server, claims: Claims, assert_refused: Callable[[str, str], None], name: str
) -> None:
    own, known = tokens.new_key("EC"), tokens.key_id(signature_server.keys["EC"])
    value: Any = {
        "jwk": own.as_dict(private=False),
        "jku": "https://keys.example/jwks.json",
        "x5u": "https://keys.example/key.pem",
        "x5c": [base64.b64encode(b"certificate").decode()],
    }[name]
    assert_refused(
        encode_with_header({"alg": "ES256", "kid": known, name: value}, claims, own), f"has {name}"
    )


def test_no_issuer_can_sign_for_another(
    signature_server: Server,
    claims: Claims,
    get_metadata: Callable[[str], httpx.Response],
    assert_refused: Callable[[str, str], None],
) -> None:
    own, other = signature_server.keys["EC"], signature_server.other_key
    message = "a signature by a key of the issuer (iss)"
    assert_refused(tokens.signed(claims, other), message)
    assert_refused(tokens.signed({**claims, "iss": OTHER_ISSUER}, own), message)
    assert_refused(tokens.signed({**claims, "iss": "https://nobody.example"}, own), message)
    assert get_metadata(tokens.signed({**claims, "iss": OTHER_ISSUER}, other)).status_code == 200
    # The id of a token is its issuer's own: the other's use does not count.
    assert get_metadata(tokens.signed(claims, own)).status_code == 200


def test_what_a_signature_does_not_mend(
    signature_server: Server, claims: Claims, assert_refused: Callable[[str, str], None]
) -> None:
    key, now = signature_server.keys["EC"], int(time.time())
    for changed, message in (
        ({"nbf": now + 120}, "nbf: expected a time that is not in the future"),
        ({"nbf": str(now)}, "nbf: expected seconds"),
        ({"reason_for_request": ["patientaccess", "directcare"]}, "reason_for_request: expected"),
        ({"aud": ["https://example.org"]}, "aud: expected"),
        ({"requesting_patient": None}, "requesting_patient: expected"),
    ):
        assert_refused(tokens.signed({**claims, **changed}, key), message)
    header = {"alg": "ES256", "kid": tokens.key_id(key), "typ": "at+jwt"}
    assert_refused(encode_with_header(header, claims, key), "type (typ)")


def test_times_hold_for_signed_tokens(
    signature_server: Server, claims: Claims, assert_refused: Callable[[str, str], None]
) -> None:
    key = signature_server.keys["EC"]
    assert_refused(tokens.signed(tokens.expired(claims), key), "exp: expected a time in the future")
    assert_refused(tokens.signed({**claims, "exp": claims["iat"] + 86400}, key), "at most 300 s")
    ahead = {**claims, "iat": claims["iat"] + 60, "exp": claims["exp"] + 60}
    assert_refused(tokens.signed(ahead, key), "not in the future")
    assert_refused(tokens.signed({**claims, "jti": ""}, key), "jti")


def test_a_new_key_of_the_set_is_found(
    signature_server: Server,
    claims: Claims,
    get_metadata: Callable[[str], httpx.Response],
    assert_refused: Callable[[str, str], None],
) -> None:
    new = tokens.new_key("EC")
    assert_refused(tokens.signed(claims, new), "no known key made")
    keys = [*signature_server.keys.values(), new]
    write_keys(signature_server.key_set, keys, [signature_server.other_key])
    time.sleep(0.2)
    assert get_metadata(tokens.signed(claims, new)).status_code == 200


def test_the_suite_passes_with_signed_tokens(
    signature_server: Server, layout: Layout, tmp_path: Path
) -> None:
    key_file = signature_server.folder / "token-key.json"
    key_file.write_text(
        json.dumps(signature_server.keys["EC"].as_dict(private=True)), encoding="utf-8"
    )
    claimed = ("requires-token", "verifies-signatures")
    plan = RunPlan(
        signature_server.base_url,
        DEFAULT_EDITION,
        tmp_path,
        claims=claimed,
        only=("security-audit", "headers", "read"),
        access=Access(token_key=key_file),
    )
    result = run(layout, plan, lambda *_: None)
    assert [test.id for test in result.tests if test.outcome in ("failed", "warning")] == []
    assert sum(test.outcome == "passed" for test in result.tests) > 60


def test_nothing_failed_unexpectedly(signature_server: Server) -> None:
    """The last test of the module: no attack may have failed unexpectedly."""
    log = signature_server.log.read_text(encoding="utf-8")
    assert "failed unexpectedly" not in log
    assert "eyJ" not in log


def test_a_server_without_keys_does_not_start(built: Layout, progress: Progress) -> None:
    settings = {
        "ndop.audit": "required",
        "ndop.token.signatures": "required",
        "ndop.token.keys": "/nowhere/jwks.json",
    }
    with (
        pytest.raises(ServerError, match=r"(?s)keys of tokens cannot be read.*ndop\.token\.keys"),
        process.running(built, ServerPlan(DEFAULT_EDITION, settings=settings), progress),
    ):
        pass


def test_a_server_that_would_answer_callers_without_a_token_does_not_start(
    built: Layout, progress: Progress, tmp_path: Path
) -> None:
    key_set = tmp_path / "jwks.json"
    write_keys(key_set, [tokens.new_key("EC")], [])
    settings = {**settings_for(key_set), "ndop.audit": "permissive"}
    with (
        pytest.raises(ServerError, match=r"(?s)callers without a token would be answered"),
        process.running(built, ServerPlan(DEFAULT_EDITION, settings=settings), progress),
    ):
        pass


def test_a_used_token_stays_used_after_a_restart(
    built: Layout, progress: Progress, edition: Edition, claims: Claims, tmp_path: Path
) -> None:
    key, key_set = tokens.new_key("EC"), tmp_path / "jwks.json"
    write_keys(key_set, [key], [])
    plan = ServerPlan(DEFAULT_EDITION, data=tmp_path / "data", settings=settings_for(key_set))
    headers = {
        **tokens.audit_headers(edition, "capabilities"),
        **tokens.token_header(edition, tokens.signed(claims, key)),
    }
    statuses = []
    for _ in range(2):
        with process.running(built, plan, progress) as server:
            for _ in range(2):
                response = httpx.get(f"{server.base_url}/metadata", headers=headers, timeout=60)
                statuses.append(response.status_code)
    assert statuses == [200, 400, 400, 400]
