"""OCI request signatures for a resource principal, without the OCI SDK.

Importing the SDK's object-storage client costs more CPU than the whole answer of a small function may take (the table
is in docs/codecard-avatar.md); signing one PUT needs 20 lines on `cryptography`. The result is equal, byte for byte,
to the SDK's own signer (tests/contract/shared/test_signature.py). Format: draft-cavage-http-signatures-08 as Oracle
uses it, https://docs.oracle.com/en-us/iaas/Content/API/Concepts/signingrequests.htm, and oci/signer.py of the SDK
2.189.0.
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shared.errors import NotAuthorised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

GENERIC_HEADERS = ("date", "(request-target)", "host")
BODY_HEADERS = ("content-length", "content-type", "x-content-sha256")
VERSION = "2.2"
"""Of the resource principals that OCI Functions hands out (OCI_RESOURCE_PRINCIPAL_VERSION)."""

ENVIRONMENT = ("OCI_RESOURCE_PRINCIPAL_RPST", "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", "OCI_RESOURCE_PRINCIPAL_REGION")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signs: key id (``ST$`` + session token), RSA key; what the token says of tenancy, region and compartment.

    ``expires_epoch_seconds`` is the token's end.
    """

    key_id: str
    private_key: RSAPrivateKey
    tenancy_id: str
    region: str
    expires_epoch_seconds: float
    compartment_id: str = ""

    def __repr__(self) -> str:
        return f"Principal(tenancy_id={self.tenancy_id!r}, region={self.region!r})"


def load_resource_principal(environment: Mapping[str, str]) -> Principal:
    """Return the principal that OCI Functions put into the environment; token and key are texts or absolute paths.

    Raises NotAuthorised when the environment has none, or one that cannot be read.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # only who signs pays

    missing = [name for name in ENVIRONMENT if not environment.get(name)]
    if missing or environment.get("OCI_RESOURCE_PRINCIPAL_VERSION") != VERSION:
        raise NotAuthorised(
            "the environment has no resource principal of version 2.2",
            fix="run as an OCI function, or publish through a pre-authenticated URL",
        )
    token_source, key_source, region = (environment[name] for name in ENVIRONMENT)
    try:
        token = _text(token_source).strip()
        key: Any = load_pem_private_key(_text(key_source).strip().encode(), None)
        claims = _claims(token)
    except (OSError, ValueError, TypeError) as fault:
        raise NotAuthorised(f"the resource principal cannot be read ({type(fault).__name__})") from None
    return Principal(
        key_id=f"ST${token}",
        private_key=key,
        tenancy_id=str(claims.get("res_tenant", "")),
        region=region,
        expires_epoch_seconds=float(claims.get("exp", 0)),
        compartment_id=str(claims.get("res_compartment", "")),
    )


def sign(
    principal: Principal,
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    now_epoch_seconds: float,
    body: bytes | None = None,
) -> dict[str, str]:
    """Return the headers to send: those given (lower case), date and host where missing, and ``authorization``.

    With ``body`` its length, type and SHA-256 are signed too (POST, PUT and PATCH of most services); without it only
    date, target and host are (GET, HEAD, DELETE and Object Storage's PutObject). ``url`` is absolute and encoded.
    """
    parts = urlsplit(url)
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    signed = {name.lower(): value for name, value in headers.items()}
    signed.setdefault("date", email.utils.formatdate(now_epoch_seconds, usegmt=True))
    signed.setdefault("host", parts.netloc)
    signed.setdefault("content-type", "application/json")
    names: tuple[str, ...] = GENERIC_HEADERS
    if body is not None:
        names += BODY_HEADERS
        signed.setdefault("content-length", str(len(body)))
        signed.setdefault("x-content-sha256", base64.b64encode(hashlib.sha256(body).digest()).decode())
    # The service builds this text again from the request that it receives, in the order of `headers` in the signature;
    # one byte that a proxy or http.client changes on the way (a second Host, another case of the path) is a 401.
    values = {**signed, "(request-target)": f"{method.lower()} {target}"}
    message = "\n".join(f"{name}: {values[name]}" for name in names)
    signed["authorization"] = (
        f'Signature algorithm="rsa-sha256",headers="{" ".join(names)}",keyId="{principal.key_id}",'
        f'signature="{_rsa_sha256(principal.private_key, message)}",version="1"'
    )
    return signed


def _rsa_sha256(key: RSAPrivateKey, message: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return base64.b64encode(key.sign(message.encode("ascii"), PKCS1v15(), SHA256())).decode()


def _text(source: str) -> str:
    return Path(source).read_text(encoding="utf-8") if source.startswith("/") else source


def _claims(token: str) -> dict[str, Any]:
    """Return the claims of a JSON web token, unverified: whom the token belongs to is for the service to check."""
    try:
        payload = token.split(".")[1]
        # JSON web tokens leave the padding out (RFC 7515, section 2); Python wants it.
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, binascii.Error) as fault:
        raise ValueError("no JSON web token") from fault
    if not isinstance(claims, dict):
        raise ValueError("no JSON web token")  # noqa: TRY004  (a malformed token, not a wrong argument type)
    return claims
