"""The local cloud's own certificate authority and the certificate of `localhost`."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric import rsa

    from emulator.base.keys import KeyRing

_AUTHORITY = "Local cloud test authority"
GATEWAY_SUITES = (
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256"
)
"""Of "Supported TLS Versions and Ciphers" in API Gateway's documentation, since 1 April 2025 without CBC."""

BALANCER_SUITES = (
    "AES128-GCM-SHA256:AES128-SHA:AES128-SHA256:AES256-GCM-SHA384:AES256-SHA:AES256-SHA256:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-SHA256:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES128-SHA256:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES256-SHA384"
)
"""Of OCI's predefined `oci-compatible-ssl-cipher-suite-v1`, without the ECDSA ones: the certificate is an RSA one."""

_VALID_DAYS = 365
_RENEW_DAYS = 7


@dataclass(frozen=True)
class TlsFiles:
    """PEM files: the authority's certificate (for clients), the server's certificate and its key."""

    ca_file: Path
    certificate_file: Path
    key_file: Path


def ensure_tls_files(keys: KeyRing) -> TlsFiles:
    """Return the certificate files in the key ring's folder, issued again when missing or about to expire."""
    folder = keys.folder
    files = TlsFiles(folder / "ca.pem", folder / "localhost.pem", keys.file("tls-localhost"))
    if not _is_current(files.certificate_file):
        _issue(keys, files)
    return files


def ensure_address_files(keys: KeyRing, address: str) -> TlsFiles:
    """Return the files of a certificate for one more loopback address, from the same authority."""
    local = ensure_tls_files(keys)
    files = TlsFiles(local.ca_file, keys.folder / f"address-{address}.pem", local.key_file)
    if not _is_current(files.certificate_file):
        key = keys.private_key("tls-localhost")
        leaf = _leaf(keys, key.public_key(), address, [x509.IPAddress(ipaddress.ip_address(address))])
        files.certificate_file.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    return files


def gateway_context(files: TlsFiles) -> ssl.SSLContext:
    """Return the context of OCI's API gateway: TLS 1.2 with the suites that its documentation supports."""
    context = server_context(files)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(GATEWAY_SUITES)
    return context


def balancer_context(files: TlsFiles) -> ssl.SSLContext:
    """Return the context of an OCI load balancer with the predefined list that old devices share suites with."""
    context = server_context(files)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(BALANCER_SUITES)
    return context


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """Return the context of every other service: TLS 1.2 and 1.3, and no RSA key exchange, as Python's servers have it.

    Which suites object storage offers is documented nowhere; this is the stricter guess, for a card.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(files.certificate_file, files.key_file)
    return context


def _is_current(certificate_file: Path) -> bool:
    if not certificate_file.exists():
        return False
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    return certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=_RENEW_DAYS)


def _issue(keys: KeyRing, files: TlsFiles) -> None:
    """Write a new authority certificate and a server certificate signed by it."""
    ca_key, leaf_key = keys.private_key("tls-authority"), keys.private_key("tls-localhost")
    authority = (
        _builder(_name(_AUTHORITY), _name(_AUTHORITY), ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    hosts = [x509.DNSName("localhost"), x509.DNSName("*.localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = _leaf(keys, leaf_key.public_key(), "localhost", hosts)
    files.ca_file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    files.certificate_file.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))


def _leaf(
    keys: KeyRing, public_key: rsa.RSAPublicKey, name: str, hosts: Iterable[x509.GeneralName]
) -> x509.Certificate:
    """Return a server certificate signed by the authority."""
    ca_key = keys.private_key("tls-authority")
    return (
        _builder(_name(name), _name(_AUTHORITY), public_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(subject: x509.Name, issuer: x509.Name, public_key: rsa.RSAPublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=not signs_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
