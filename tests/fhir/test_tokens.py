"""Tokens are made by the facts of the edition, and signed so that others can verify them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from ndop.conformance.suite.credentials import Credentials, interaction_of
from ndop.editions import Edition, EditionFolder
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller
from ndop.system.errors import TokenError

PATIENT = "9990000018"
USER = "https://fhir.nhs.uk/Id/sds-role-profile-id|4711"


def payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def test_every_mandatory_claim_is_there(folder: EditionFolder) -> None:
    for edition in folder.load_all():
        claims = tokens.claims(edition, Caller(patient=PATIENT), now=1000)
        for name, claim in edition.audit.claims.items():
            assert not claim.required or claims[name] is not None, name
        if edition.audit.lifetime:
            assert claims["exp"] - claims["iat"] == edition.audit.lifetime
            assert claims["iat"] == 1000


def test_the_subject_is_who_acts(edition: Edition) -> None:
    system = tokens.claims(edition, Caller())
    patient = tokens.claims(edition, Caller(patient=PATIENT))
    user = tokens.claims(edition, Caller(user=USER, patient=PATIENT))
    assert system["sub"] == system["requesting_system"]
    assert patient["sub"] == patient["requesting_patient"]
    assert patient["requesting_patient"].endswith(f"|{PATIENT}")
    assert user["sub"] == user["requesting_user"] == USER


def test_a_token_for_a_patient_needs_one(folder: EditionFolder) -> None:
    needing = [edition for edition in folder.load_all() if tokens.names_patient(edition)]
    assert needing
    for edition in needing:
        with pytest.raises(TokenError, match="--patient"):
            tokens.claims(edition, Caller())


def test_no_token_is_made_twice(folder: EditionFolder) -> None:
    for edition in folder.load_all():
        caller = Caller(patient=PATIENT)
        generated = {tokens.unsecured(tokens.claims(edition, caller, now=1)) for _ in range(50)}
        assert len(generated) == 50


def test_an_unsecured_token_ends_in_a_dot(edition: Edition) -> None:
    text = tokens.unsecured(tokens.claims(edition, Caller(), now=7))
    head, claims, signature = text.split(".")
    assert (signature, "=" in text) == ("", False)
    assert (
        base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)) == b'{"alg": "none", "typ": "JWT"}'
    )
    assert payload(text)["iat"] == 7
    assert claims


@pytest.mark.parametrize(("key_type", "algorithm"), [("RSA", "RS512"), ("EC", "ES256")])
def test_others_verify_a_signature(edition: Edition, key_type: str, algorithm: str) -> None:
    key = tokens.new_key(key_type)
    published = json.loads(json.dumps(tokens.public_keys([tokens.new_key("EC"), key])))
    claims = tokens.claims(edition, Caller())
    decoded = jwt.decode(
        tokens.signed(claims, key), KeySet.import_key_set(published), algorithms=[algorithm]
    )
    assert decoded.claims == claims
    assert decoded.header["kid"] == tokens.key_id(key)
    assert "d" not in published["keys"][1]


def test_a_key_is_read_as_jwk_or_pem(tmp_path: Path) -> None:
    key = tokens.new_key("EC")
    json_file, pem_file = tmp_path / "key.json", tmp_path / "key.pem"
    json_file.write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
    pem_file.write_bytes(key.as_pem(private=True))
    assert tokens.key_id(tokens.read_key(json_file)) == tokens.key_id(key)
    assert tokens.key_id(tokens.read_key(pem_file)) == tokens.key_id(key)


def test_what_cannot_sign_is_told(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    public = tokens.new_key("EC").as_dict(private=False)
    for text in ("", "{", "no key", json.dumps(public), '{"kty": "oct", "k": "c2VjcmV0"}', "[]"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(TokenError, match=r"key\.json: expected a private"):
            tokens.read_key(file)
    with pytest.raises(TokenError, match="expected a private key"):
        tokens.read_key(tmp_path / "missing")


def test_expired_and_broken(folder: EditionFolder) -> None:
    for edition in folder.load_all():
        claims = tokens.claims(edition, Caller(user=USER, patient=PATIENT), now=10_000)
        if "exp" in claims:
            assert tokens.expired(claims)["exp"] < 10_000
        for name in edition.audit.claims:
            assert tokens.broken(edition, claims, name)[name] != claims[name]
        with pytest.raises(TokenError, match="found 'colour'"):
            tokens.broken(edition, claims, "colour")


def test_headers_have_the_editions_own_names(folder: EditionFolder) -> None:
    for edition in folder.load_all():
        names = edition.audit.headers
        headers = tokens.audit_headers(edition, "capabilities")
        assert list(headers) == [
            names.trace[0],
            names.from_[0],
            names.to[0],
            names.interaction[0],
        ]
        if edition.audit.interaction_ids:
            assert headers[names.interaction[0]] == edition.audit.interaction_ids.capabilities


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("GET", "metadata", "capabilities"),
        ("GET", "http://127.0.0.1/fhir/metadata?_format=xml", "capabilities"),
        ("OPTIONS", "http://127.0.0.1/fhir", "capabilities"),
        ("GET", "http://127.0.0.1/fhir/Consent/1", "read"),
        ("POST", "http://127.0.0.1/fhir/Consent", "create"),
        ("PUT", "http://127.0.0.1/fhir/Consent/metadata-1", "update"),
    ],
)
def test_the_suite_names_the_interaction(method: str, url: str, expected: str) -> None:
    assert interaction_of(method, url) == expected


def test_the_suite_names_the_patient_of_the_request(folder: EditionFolder) -> None:
    edition = next(one for one in folder.load_all() if tokens.names_patient(one))
    credentials = Credentials(edition)
    first, second = PATIENT, "9990000026"

    def named(method: str, url: str, body: str = "") -> str:
        token = credentials.headers(method, url, body)[edition.audit.headers.token[0]]
        reference: str = payload(token)["requested_record"]["patient"]["reference"]
        return reference[-10:]

    base = "http://127.0.0.1/fhir/Consent"
    assert named("GET", f"{base}?patient=https%3A%2F%2Fa%2FPatient%2F{second}") == second
    body = f'{{"patient": {{"reference": "https://a/Patient/{first}"}}}}'
    assert named("POST", base, body) == first
    credentials.remember({"location": f"{base}/abc-1/_history/1"})
    assert named("GET", f"{base}?patient=https://a/Patient/{second}") == second
    assert named("GET", f"{base}/abc-1/_history/1") == first
    assert named("GET", f"{base}/unknown") == first
    with_ten_digits = "0b7d1c2e-94ab-4347-8591-9434765919ab"
    credentials.remember({"location": f"{base}/{with_ten_digits}/_history/1"})
    named("GET", f"{base}?patient=https://a/Patient/{second}")
    assert named("GET", f"{base}?_id={with_ten_digits}") == first
    xml = (
        f'<id value="{with_ten_digits}"/><patient><reference value="https://a/{second}"/></patient>'
    )
    assert named("PUT", f"{base}/{with_ten_digits}", xml) == second
