"""The client's side of TLS: every context of the suite is made here, and every one verifies its peer.

A context costs about 20 ms of CPU, most of it for reading the authorities, so those of the system's authorities
are made once a container.
"""

from __future__ import annotations

import functools
import ssl


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
    return context
