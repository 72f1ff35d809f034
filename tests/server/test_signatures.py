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
    key_set: Path
    folder: Path


@pytest.fixture(scope="module")
def signature_server(
    built: Layout, progress: Progress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("keys")
    keys = {"RSA": tokens.new_key("RSA"), "EC": tokens.new_key("EC")}
    key_set = folder / "jwks.json"
    key_set.write_text(json.dumps(tokens.public_keys(list(keys.values()))), encoding="utf-8")
    settings = {
        "ndop.audit": "required",
        "ndop.token.signatures": "required",
        "ndop.token.keys": str(key_set),
        "ndop.token.keys-pause": "100ms",
    }
    with process.running(
        built, ServerPlan(DEFAULT_EDITION, settings=settings), progress
    ) as running:
        yield Server(running.base_url, running.log, keys, key_set, folder)


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
    signature_server.key_set.write_text(json.dumps(tokens.public_keys(keys)), encoding="utf-8")
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
    settings = {"ndop.token.signatures": "required", "ndop.token.keys": "/nowhere/jwks.json"}
    with (
        pytest.raises(ServerError, match=r"(?s)keys of tokens cannot be read.*ndop\.token\.keys"),
        process.running(built, ServerPlan(DEFAULT_EDITION, settings=settings), progress),
    ):
        pass
