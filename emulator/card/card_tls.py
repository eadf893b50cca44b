"""TLS as the cards have it: axTLS of the stock firmware, BearSSL of reflashed ones, and what they check."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from emulator.card.firmwares import TRAITS, FirmwareTraits

AXTLS_SUITES = "AES128-SHA:AES256-SHA:AES128-SHA256:AES256-SHA256"
"""All that axTLS offers: RSA key exchange, which neither OCI's gateway nor most servers of today take."""

BEARSSL_SUITES = (
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA"
)
"""Those of the ESP8266 core's list that OpenSSL has, too; it lacks static ECDH and CCM_8."""

LOOK_SECONDS = 5.0
_NOT_HEX = re.compile(r"[\s:]")
_SHA1_DIGITS = 40


def card_context(traits: FirmwareTraits) -> ssl.SSLContext:
    """Return the client's context of a firmware that opens TLS at all; no authority is ever checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    # Level 0: OpenSSL's own opinion of old suites and keys is not the card's.
    context.set_ciphers(f"{AXTLS_SUITES if traits.tls == 'axtls' else BEARSSL_SUITES}:@SECLEVEL=0")
    return context


def shown_fingerprint(url: str) -> str:
    """Return the SHA-1 of the certificate that a host shows, as its owner would store it; empty where there is none."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return ""
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), timeout=LOOK_SECONDS) as plain,
            card_context(TRAITS["L"]).wrap_socket(plain, server_hostname=parts.hostname) as connection,
        ):
            certificate = connection.getpeercert(binary_form=True) or b""
    except OSError:
        return ""
    return hashlib.sha1(certificate, usedforsecurity=False).digest().hex(" ").upper()


def accepts(traits: FirmwareTraits, certificate: bytes, fingerprint: str, host: str) -> bool:
    """Tell whether a firmware goes on with the certificate (DER) that a host has shown."""
    if not traits.compares:
        return True
    shown = hashlib.sha1(certificate, usedforsecurity=False).hexdigest()
    if _NOT_HEX.sub("", fingerprint).lower()[:_SHA1_DIGITS] != shown:
        return False
    # axTLS' `verify` compares the host's name after the fingerprint; BearSSL's fingerprint stands for everything.
    return traits.tls != "axtls" or _is_for(certificate, host)


def _is_for(certificate: bytes, host: str) -> bool:
    """Tell whether a DNS name of the certificate or its common name is the host's; addresses are not looked at."""
    parsed = x509.load_der_x509_certificate(certificate)
    names = [str(each.value) for each in parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    for extension in parsed.extensions:
        if extension.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME and isinstance(
            extension.value, x509.SubjectAlternativeName
        ):
            names += extension.value.get_values_for_type(x509.DNSName)
    wanted = {host.lower(), "*." + host.lower().partition(".")[2]}
    return any(name.lower() in wanted for name in names)
