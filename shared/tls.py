"""The client's side of TLS: every context of the suite is made here, and every one verifies its peer.

A context costs about 20 ms of CPU, most of it for reading the authorities, so those of the system's authorities
are made once a container. Private authorities come from the config key `ca_certificates`: `trust` adds them to the
public ones for every context that is made from then on, those of the OCI SDK's connections included. Clusters and
wallets bring an authority of their own, and that is the only one for them.
"""

from __future__ import annotations

import functools
import ssl
from pathlib import Path

from shared.errors import MissingInputData

RSA_KEY_EXCHANGE_SUITES = "AES128-SHA:AES256-SHA:AES128-SHA256:AES256-SHA256"
"""All that devices with axTLS have, by OpenSSL's names."""

_PEM = "-----BEGIN CERTIFICATE-----"


class _Private:
    """The private authorities of this process: the key's value, and what it holds as PEM."""

    value = ""
    pem = ""


def read_authorities(value: str) -> str:
    r"""Return certificates as PEM, given so or by the path of a file; ``\n`` stands for a line's end, too.

    Raises ValueError, which names the fix, for what holds no certificate.
    """
    text = value.strip().replace("\\n", "\n")
    if _PEM not in text:
        try:
            text = Path(text).read_text(encoding="ascii")
        except (OSError, ValueError) as fault:
            raise ValueError(
                f"must be certificates as PEM, or the path of a file with them ({type(fault).__name__})"
            ) from None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise ValueError(f"holds no certificate that can be read; each begins with {_PEM}") from None
    return text


def trust(ca_certificates: str) -> None:
    """Trust the authorities of the config key beside the public ones; an empty text trusts the public ones alone.

    Raises MissingInputData for a value that holds no certificate: settings are read without files, so it is found here.
    """
    if ca_certificates != _Private.value:
        try:
            pem = read_authorities(ca_certificates) if ca_certificates else ""
        except ValueError as fault:
            raise MissingInputData({"ca_certificates": str(fault)}) from None
        _Private.value, _Private.pem = ca_certificates, pem
        client_context.cache_clear()
        rsa_tls12_context.cache_clear()


def has_private_authorities() -> bool:
    """Return whether `trust` was given any."""
    return bool(_Private.pem)


@functools.cache
def client_context() -> ssl.SSLContext:
    """Return the context for public services: the system's authorities, those of certifi where the system has none."""
    return _public_services()


@functools.cache
def rsa_tls12_context() -> ssl.SSLContext:
    """Return a context that accepts RSA certificates over TLS 1.2 or less only.

    A host with an RSA and an ECDSA certificate shows the one that the client's cipher suites ask for. A small device
    without TLS 1.3 and ECDSA compares the fingerprint of the RSA one, and this context is shown the same.
    """
    context = _public_services()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    # In TLS 1.2 the suite names the kind of certificate: aRSA and kRSA leave no suite for ECDSA. TLS 1.3 suites do not.
    context.set_ciphers("ECDHE+aRSA+AESGCM:ECDHE+aRSA+AES:kRSA+AES")
    return context


def rsa_key_exchange_context() -> ssl.SSLContext:
    """Return a context with the suites of devices that know RSA key exchange alone, to see whether a host has one.

    OpenSSL 3 leaves them out of its defaults and still has them at its usual security level. Rare, so not kept.
    """
    context = _public_services()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(RSA_KEY_EXCHANGE_SUITES)
    return context


def context_of_authority(authority_pem: str) -> ssl.SSLContext:
    """Return a context that trusts this authority and no other, as a private cluster needs it.

    Raises ssl.SSLError or ValueError where the text holds no certificate.
    """
    context = ssl.create_default_context(cadata=authority_pem)
    # Python 3.13 turned on the strict checks of RFC 5280, which ask for key identifiers that the authorities of older
    # clusters lack (kubernetes-client/python issue 2394). Chain, name and dates are checked as before.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _public_services() -> ssl.SSLContext:
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    # Slim images come without ca-certificates; OpenSSL then has no default file and trusts nobody.
    if not (paths.cafile or paths.capath):
        import certifi

        context.load_verify_locations(certifi.where())
    if _Private.pem:
        context.load_verify_locations(cadata=_Private.pem)
    return context
