"""Mutual TLS, by real handshakes with one server (NDOP-170)."""

from __future__ import annotations

import shutil
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from subprocess import run

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ndop.conformance.suite.expectations import assert_spine_error
from ndop.editions import DEFAULT_EDITION, Edition
from ndop.server import certificates, process
from ndop.server.certificates import CertificateAuthority, Certificates, fingerprint
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.errors import CertificateError
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.examples.recorder import Recorder

pytestmark = pytest.mark.slow

YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates.init(tmp_path_factory.mktemp("tls") / "certificates")


@pytest.fixture(scope="module")
def tls_server(
    built: Layout, edition: Edition, pki: Certificates, progress: Progress
) -> Iterator[RunningServer]:
    settings = pki.settings(edition.transport)
    plan = ServerPlan(DEFAULT_EDITION, settings=settings, tls=pki.client_context())
    with process.running(built, plan, progress) as server:
        yield server
        assert "failed unexpectedly" not in server.log.read_text(encoding="utf-8")


def get(tls_server: RunningServer, context: ssl.SSLContext) -> httpx.Response:
    return httpx.get(f"{tls_server.base_url}/metadata", verify=context, timeout=60)


def authority_of(pki: Certificates) -> CertificateAuthority:
    key = serialization.load_pem_private_key((pki.folder / "authority.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return CertificateAuthority(x509.load_pem_x509_certificate(pki.authority.read_bytes()), key)


@pytest.mark.parametrize("client", certificates.CLIENTS)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_listed_client_is_served(
    tls_server: RunningServer, pki: Certificates, client: str, version: ssl.TLSVersion
) -> None:
    context = pki.client_context(client)
    context.minimum_version = context.maximum_version = version
    assert get(tls_server, context).json()["resourceType"] == "CapabilityStatement"


@pytest.mark.parametrize(
    "suite",
    [
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "DHE-RSA-AES256-GCM-SHA384",
        "DHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-SHA384",
        "DHE-RSA-AES256-SHA256",
    ],
)
def test_suites_of_the_specification(
    tls_server: RunningServer, pki: Certificates, suite: str
) -> None:
    context = pki.client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{suite}:@SECLEVEL=0")
    assert get(tls_server, context).status_code == 200


def without_certificate(pki: Certificates, _: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=pki.authority)


def with_another_authority(pki: Certificates, folder: Path) -> ssl.SSLContext:
    stranger = certificates.init(folder / "stranger")
    context = without_certificate(pki, folder)
    context.load_cert_chain(*stranger.key_pair("client-1"))
    return context


def with_expired_certificate(pki: Certificates, folder: Path) -> ssl.SSLContext:
    old = Certificates(folder)
    certificate = authority_of(pki).issue(old, "old", timedelta(days=-1))
    with pki.clients.open("a", encoding="utf-8") as listed:
        listed.write(fingerprint(certificate) + "\n")
    context = without_certificate(pki, folder)
    context.load_cert_chain(*old.key_pair("old"))
    return context


def with_server_certificate(pki: Certificates, folder: Path) -> ssl.SSLContext:
    context = without_certificate(pki, folder)
    context.load_cert_chain(*pki.key_pair("server"))
    return context


def with_version(version: ssl.TLSVersion) -> Callable[[Certificates, Path], ssl.SSLContext]:
    def context(pki: Certificates, _: Path) -> ssl.SSLContext:
        context = pki.client_context()
        with pytest.warns(DeprecationWarning, match="deprecated"):
            context.minimum_version = version
        with pytest.warns(DeprecationWarning, match="deprecated"):
            context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    return context


def with_suite(suite: str) -> Callable[[Certificates, Path], ssl.SSLContext]:
    def context(pki: Certificates, _: Path) -> ssl.SSLContext:
        context = pki.client_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{suite}:@SECLEVEL=0")
        return context

    return context


@pytest.mark.parametrize(
    "client",
    [
        pytest.param(without_certificate, id="no certificate"),
        pytest.param(with_another_authority, id="another authority"),
        pytest.param(with_expired_certificate, id="expired"),
        pytest.param(with_server_certificate, id="a server's certificate"),
        pytest.param(with_version(ssl.TLSVersion.TLSv1), id="TLS 1.0"),
        pytest.param(with_version(ssl.TLSVersion.TLSv1_1), id="TLS 1.1"),
        pytest.param(with_suite("AES128-SHA"), id="no forward secrecy"),
        pytest.param(with_suite("AES256-GCM-SHA384"), id="static RSA"),
        pytest.param(with_suite("ECDHE-RSA-AES128-SHA"), id="CBC of 128 bits"),
        pytest.param(with_suite("ECDHE-RSA-CHACHA20-POLY1305"), id="another suite"),
    ],
)
def test_no_handshake(
    tls_server: RunningServer,
    pki: Certificates,
    tmp_path: Path,
    client: Callable[[Certificates, Path], ssl.SSLContext],
) -> None:
    with pytest.raises(httpx.TransportError):
        get(tls_server, client(pki, tmp_path))


def test_a_client_that_is_not_listed(
    tls_server: RunningServer,
    pki: Certificates,
    edition: Edition,
    tmp_path: Path,
    recorder: Recorder,
) -> None:
    """Its certificate is valid, but refused until it is listed; no restart is needed then."""
    newcomer = Certificates(tmp_path)
    certificate = authority_of(pki).issue(newcomer, "newcomer", YEAR)
    context = without_certificate(pki, tmp_path)
    context.load_cert_chain(*newcomer.key_pair("newcomer"))
    refused = get(tls_server, context)
    assert_spine_error(edition, refused, status=403, code="ACCESS_DENIED_SSL")
    recorder.check(refused, "unknown-certificate")
    before = pki.clients.read_text(encoding="utf-8")
    for listed in (fingerprint(certificate).upper(), "CN=newcomer"):
        pki.clients.write_text(f"{before}{listed}\n", encoding="utf-8")
        assert get(tls_server, context).status_code == 200
        pki.clients.write_text(before + "# nobody\n" * len(listed), encoding="utf-8")
        assert get(tls_server, context).status_code == 403
    pki.clients.write_text(before, encoding="utf-8")


def test_plain_http_is_not_spoken(tls_server: RunningServer) -> None:
    try:
        answer = httpx.get(tls_server.base_url.replace("https", "http") + "/metadata", timeout=60)
    except httpx.TransportError:
        return
    assert answer.status_code == 400
    assert "CapabilityStatement" not in answer.text


def test_a_new_certificate_of_the_server_needs_no_restart(
    tls_server: RunningServer, pki: Certificates, tmp_path: Path
) -> None:
    before = ssl.get_server_certificate(address(tls_server))
    renewed = Certificates(tmp_path)
    authority_of(pki).issue(renewed, "server", YEAR, ["localhost", "127.0.0.1"])
    for old, new in zip(
        reversed(pki.key_pair("server")), reversed(renewed.key_pair("server")), strict=True
    ):
        shutil.copy(new, old)
    ends = time.monotonic() + 60
    while ssl.get_server_certificate(address(tls_server)) == before:
        assert time.monotonic() < ends, "the old certificate is still served"
        time.sleep(1)
    assert get(tls_server, pki.client_context()).status_code == 200


def address(tls_server: RunningServer) -> tuple[str, int]:
    url = httpx.URL(tls_server.base_url)
    return url.host, url.port or 443


def test_keys_are_for_their_owner_only(pki: Certificates) -> None:
    for key in pki.folder.glob("*.key"):
        assert key.stat().st_mode & 0o077 == 0


def test_certificates_are_not_overwritten(pki: Certificates) -> None:
    with pytest.raises(CertificateError, match="already has certificates"):
        certificates.init(pki.folder)


def test_missing_certificates_are_told(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="ndop certificates init"):
        Certificates(tmp_path).client_context()


def test_curl_gets_in(tls_server: RunningServer, pki: Certificates) -> None:
    certificate, key = map(str, pki.key_pair("client-1"))
    trusting = ["curl", "-sf", "--cacert", str(pki.authority)]
    done = run(
        [*trusting, "--cert", certificate, "--key", key, f"{tls_server.base_url}/metadata"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "CapabilityStatement" in done.stdout
