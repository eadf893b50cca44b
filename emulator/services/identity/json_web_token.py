"""JSON web tokens (RS256) and keys in JWK form: what a resource principal's session token is made of. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

if TYPE_CHECKING:
    from collections.abc import Mapping


class TokenError(Exception):
    """A token that is malformed or not signed by the expected key."""


def encode_token(claims: Mapping[str, object], key: rsa.RSAPrivateKey, key_id: str) -> str:
    """Return a signed token (RFC 7519, RS256)."""
    header = {"kid": key_id, "alg": "RS256", "typ": "JWT"}
    signed = f"{_base64url(_json(header))}.{_base64url(_json(claims))}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_base64url(signature)}"


def decode_token(token: str, key: rsa.RSAPublicKey) -> dict[str, object]:
    """Return the claims of a token that `key` signed. Raises TokenError otherwise; does not look at the time."""
    signed, _, signature = token.rpartition(".")
    try:
        key.verify(_unbase64url(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        claims = json.loads(_unbase64url(signed.split(".")[1]))
    except (InvalidSignature, ValueError, IndexError, binascii.Error) as error:
        raise TokenError("The security token is not one of this identity service.") from error
    if not isinstance(claims, dict):
        raise TokenError("The security token holds no claims.")
    return claims


def key_id(token: str) -> str:
    """Return the id of the key that a token names (`kid`), empty without one. Raises TokenError."""
    try:
        header = json.loads(_unbase64url(token.split(".", maxsplit=1)[0]))
        return str(header.get("kid", ""))
    except (ValueError, AttributeError, binascii.Error) as error:
        raise TokenError("The token is malformed.") from error


def jwk_of(key: rsa.RSAPublicKey, key_id: str) -> dict[str, str]:
    """Return a public key as a JWK (RFC 7517)."""
    numbers = key.public_numbers()
    return {
        "kid": key_id,
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "n": _base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
        "e": _base64url(numbers.e.to_bytes(3, "big")),
    }


def key_of_jwk(jwk: str) -> rsa.RSAPublicKey:
    """Return the public key of a JWK given as JSON text. Raises TokenError."""
    try:
        fields = json.loads(jwk)
        modulus, exponent = (int.from_bytes(_unbase64url(fields[name]), "big") for name in ("n", "e"))
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except (ValueError, KeyError, TypeError) as error:
        raise TokenError("The security token holds no usable public key.") from error


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
