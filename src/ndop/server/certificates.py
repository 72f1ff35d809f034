"""Certificates for trying mutual TLS: an authority, a server and two clients, in one folder."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ndop.editions.model import Transport
from ndop.system.errors import CertificateError

CLIENTS = ("client-1", "client-2")
_BUNDLE = "ndop"


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files of a folder, in PEM."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The certificate of the authority, which both sides trust."""
        return self.folder / "authority.pem"

    @property
    def clients(self) -> Path:
        """The allow list: the SHA-256 fingerprint or the subject of a client on each line."""
        return self.folder / "clients.txt"

    def key_pair(self, name: str) -> tuple[Path, Path]:
        """The certificate and the key of `server`, `client-1` or `client-2`."""
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def client_context(self, name: str = CLIENTS[0]) -> ssl.SSLContext:
        """The TLS context of a client. Raises CertificateError."""
        try:
            context = ssl.create_default_context(cafile=self.authority)
            context.load_cert_chain(*self.key_pair(name))
        except (OSError, ssl.SSLError) as error:
            raise CertificateError(
                f"No usable certificates in {self.folder} ({error}). "
                f"Make some with 'ndop certificates init {self.folder}'."
            ) from error
        return context

    def settings(self, transport: Transport) -> dict[str, str]:
        """The settings of a server that uses these certificates and the allow list."""
        certificate, key = self.key_pair("server")
        bundle = f"spring.ssl.bundle.pem.{_BUNDLE}"
        return {
            f"{bundle}.keystore.certificate": certificate.resolve().as_uri(),
            f"{bundle}.keystore.private-key": key.resolve().as_uri(),
            f"{bundle}.truststore.certificate": self.authority.resolve().as_uri(),
            f"{bundle}.options.ciphers": ",".join(transport.suites),
            f"{bundle}.options.enabled-protocols": ",".join(transport.protocols),
            f"{bundle}.reload-on-update": "true",
            "server.ssl.bundle": _BUNDLE,
            "server.ssl.client-auth": "need",
            "ndop.clients": str(self.clients.resolve()),
        }


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """The key pair that signs certificates."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @classmethod
    def new(cls, name: str, days: int) -> CertificateAuthority:
        """A self-signed authority."""
        key = _key()
        subject = _name(name)
        certificate = (
            _builder(subject, subject, key, timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate, key)

    def issue(
        self, certificates: Certificates, name: str, valid: timedelta, hosts: Sequence[str] = ()
    ) -> x509.Certificate:
        """Write a certificate and its key: for a server with `hosts`, otherwise for a client.

        With a negative `valid` it has already expired.
        """
        key = _key()
        usage = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = _builder(_name(name), self.certificate.subject, key, valid).add_extension(
            x509.ExtendedKeyUsage([usage]), critical=False
        )
        if hosts:
            names = x509.SubjectAlternativeName([_host(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(self.key, hashes.SHA256())
        certificate_file, key_file = certificates.key_pair(name)
        certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        _write_key(key_file, key)
        return certificate


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 fingerprint of a certificate, as it is written in the allow list."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def init(folder: Path, days: int = 365) -> Certificates:
    """Create an authority, and certificates of a server on this machine and two allowed clients.

    Raises CertificateError: the folder already has certificates, or cannot be written.
    """
    certificates = Certificates(folder)
    if certificates.authority.exists():
        raise CertificateError(
            f"{folder} already has certificates. Choose another folder, or remove that one."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        authority = CertificateAuthority.new("Test authority of ndop-fhir", days)
        pem = authority.certificate.public_bytes(serialization.Encoding.PEM)
        authority.issue(certificates, "server", timedelta(days=days), ["localhost", "127.0.0.1"])
        clients = [authority.issue(certificates, name, timedelta(days=days)) for name in CLIENTS]
        listed = [f"{fingerprint(one)}  # {one.subject.rfc4514_string()}" for one in clients]
        certificates.clients.write_text("\n".join([*listed, ""]), encoding="utf-8")
        _write_key(folder / "authority.key", authority.key)
        certificates.authority.write_bytes(pem)
    except OSError as error:
        raise CertificateError(f"Certificates cannot be written to {folder}: {error}") from error
    return certificates


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _write_key(file: Path, key: rsa.RSAPrivateKey) -> None:
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, valid: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    begins = min(now, now + valid) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(now + valid)
    )
