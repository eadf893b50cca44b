"""The check of OCI's HTTP signature (draft-cavage-http-signatures-08, version "1"). Pure: time and keys are arguments.

Source: https://docs.oracle.com/en-us/iaas/Content/API/Concepts/signingrequests.htm
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from emulator.base.service_protocol import SignedPrincipal, not_authenticated

ALLOWED_SKEW_SECONDS = 300
"""Source: "maximum allowed client clock skew", five minutes, in the page named above."""

BODY_HEADERS = frozenset({"content-length", "content-type", "x-content-sha256"})
BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_NOT_COMPLETE = "The required information to complete authentication was not provided or was incorrect."

KeySource = Callable[[str], tuple[SignedPrincipal, rsa.RSAPublicKey]]
"""Principal and public key of a keyId; raises OciError 401 when it is unknown or expired."""


@dataclass(frozen=True)
class SignedRequest:
    """The parts of a request that a signature covers.

    `target` is path and query exactly as on the request line; `headers` has lower-case names, repeated ones joined
    with a comma and a blank; `body_exempt` is the real service's exception for streamed object uploads.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body_exempt: bool = False


@dataclass(frozen=True)
class Verified:
    """The outcome: who signed, and the body hash (base64 of SHA-256) that still has to be compared with the body."""

    principal: SignedPrincipal
    content_sha256: str


def verify(
    request: SignedRequest,
    now_epoch_seconds: float,
    key_source: KeySource,
    allowed_skew_seconds: float = ALLOWED_SKEW_SECONDS,
) -> Verified:
    """Check everything but the body. Raises OciError 401 NotAuthenticated."""
    parameters = _parameters(request.headers.get("authorization", ""))
    names = parameters["headers"].lower().split()
    _check_names(request, names)
    _check_date(request.headers, names, now_epoch_seconds, allowed_skew_seconds)
    # The lines of the signing string stand in the order that the client lists.
    principal, key = key_source(parameters["keyId"])
    signing_string = "\n".join(_line(request, name) for name in names)
    try:
        signature = base64.b64decode(parameters["signature"], validate=True)
        key.verify(signature, signing_string.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error) as error:
        raise not_authenticated("Failed to verify the HTTP(S) Signature") from error
    return Verified(principal, request.headers["x-content-sha256"] if "x-content-sha256" in names else "")


def check_body(verified: Verified, body_sha256: bytes) -> None:
    """Compare the body's digest with the signed one. Raises OciError 401."""
    # Which bodies must be signed is decided by `_check_names`; here an unsigned one passes.
    if verified.content_sha256 and base64.b64encode(body_sha256).decode() != verified.content_sha256:
        raise not_authenticated("The body of the request does not match its signed x-content-sha256.")


def sha256(body: bytes) -> bytes:
    """Return the digest that `check_body` takes."""
    return hashlib.sha256(body).digest()


def _parameters(authorization: str) -> dict[str, str]:
    """Return the fields of the Authorization header."""
    if not authorization.startswith("Signature "):
        raise not_authenticated(_NOT_COMPLETE)
    parameters = dict(_PARAMETER.findall(authorization))
    if not {"headers", "keyId", "signature"} <= parameters.keys():
        raise not_authenticated(_NOT_COMPLETE)
    if parameters.get("version") != "1" or parameters.get("algorithm") != "rsa-sha256":
        raise not_authenticated('The signature must have version="1" and algorithm="rsa-sha256".')
    return parameters


def _check_names(request: SignedRequest, names: list[str]) -> None:
    """Check that the signature covers what it must cover, and nothing that is not there."""
    needed = {"(request-target)", "host"}
    if request.method.upper() in BODY_METHODS and not request.body_exempt:
        needed |= BODY_HEADERS
    missing = sorted(needed - set(names))
    if not {"date", "x-date"} & set(names):
        missing.append("date")
    if missing:
        raise not_authenticated(f"The signature does not cover: {', '.join(missing)}.")
    absent = [name for name in names if name != "(request-target)" and name not in request.headers]
    if absent:
        raise not_authenticated(f"Signed headers that are not in the request: {', '.join(absent)}.")


def _check_date(
    headers: Mapping[str, str], names: list[str], now_epoch_seconds: float, allowed_skew_seconds: float
) -> None:
    text = headers["x-date" if "x-date" in names else "date"]
    try:
        moment = parsedate_to_datetime(text)
    except ValueError as error:
        raise not_authenticated(f"Date '{text}' is not a date.") from error
    at_seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    if abs(at_seconds - now_epoch_seconds) > allowed_skew_seconds:
        now = format_datetime(moment.fromtimestamp(now_epoch_seconds, tz=UTC), usegmt=True)
        raise not_authenticated(f"Date '{text}' is not within allowed clock skew. Current '{now}'.")


def _line(request: SignedRequest, name: str) -> str:
    if name == "(request-target)":
        return f"(request-target): {request.method.lower()} {request.target}"
    return f"{name}: {request.headers[name]}"
