"""The client wallet of an Autonomous Database: its files, and the zip (inside a gzip) in which it is handed out."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.base.keys import KeyRing

_PEM = serialization.Encoding.PEM
_LEVELS = ("high", "medium", "low")


@dataclass(frozen=True)
class Listener:
    """Where a database listens: host, port and the database's name, of which its services are made."""

    host: str = "localhost"
    port: int = 1522
    name: str = "billing"


def wallet_files(keys: KeyRing, ca_pem: bytes, listener: Listener, password: str) -> dict[str, bytes]:
    """Return the wallet's files by name, the private key in `ewallet.pem` encrypted with the password.

    Names and content: https://docs.oracle.com/en/cloud/paas/autonomous-database/serverless/adbsb/connect-download-wallet.html
    """
    key = keys.private_key("wallet-client")
    encrypted = key.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(password.encode())
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"client of {listener.name}")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    aliases = "\n\n".join(_alias(listener, level) for level in _LEVELS)
    directory = '(SOURCE = (METHOD = file) (METHOD_DATA = (DIRECTORY="?/network/admin")))'
    return {
        "ewallet.pem": encrypted + certificate.public_bytes(_PEM) + ca_pem,
        "tnsnames.ora": f"{aliases}\n".encode(),
        "sqlnet.ora": f"WALLET_LOCATION = {directory}\nSSL_SERVER_DN_MATCH=yes\n".encode(),
        "README": b"Wallet of an emulated Autonomous Database.\n",
    }


def packed(files: Mapping[str, bytes], *, gzipped: bool) -> bytes:
    """Return the files as a zip, inside a gzip stream if asked for (OCI's form since 2026-03)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return gzip.compress(buffer.getvalue()) if gzipped else buffer.getvalue()


def _alias(listener: Listener, level: str) -> str:
    service = f"{listener.name}_{level}"
    return (
        f"{service} = (description= (retry_count=0)(retry_delay=1)"
        f"(address=(protocol=tcps)(port={listener.port})(host={listener.host}))"
        f"(connect_data=(service_name={service}))(security=(ssl_server_dn_match=yes)))"
    )
