"""The signature's check on constructed requests, and the tokens under it."""

from __future__ import annotations

import base64
from email.utils import formatdate

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from emulator.base.service_protocol import OciError, SignedPrincipal
from emulator.services.identity import json_web_token as identity_token
from emulator.services.identity.signature_check import SignedRequest, check_body, sha256, verify

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WHO = SignedPrincipal("user", "u", "t")
NOW = 1_767_225_600.0


def key_source(_key_id: str) -> tuple[SignedPrincipal, rsa.RSAPublicKey]:
    return WHO, KEY.public_key()


def signed(names: str, *, method: str = "GET", body_exempt: bool = False, **headers: str) -> SignedRequest:
    every = {name.replace("_", "-"): value for name, value in headers.items()}
    every = {"host": "h", "date": formatdate(NOW, usegmt=True), **every}
    lines = [
        f"(request-target): {method.lower()} /p?q" if name == "(request-target)" else f"{name}: {every.get(name, '')}"
        for name in names.split()
    ]
    signature = base64.b64encode(KEY.sign("\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    every["authorization"] = (
        f'Signature version="1",keyId="k",algorithm="rsa-sha256",headers="{names}",signature="{signature}"'
    )
    return SignedRequest(method, "/p?q", every, body_exempt)


def refusal(request: SignedRequest) -> str:
    with pytest.raises(OciError) as caught:
        verify(request, NOW, key_source)
    assert (caught.value.status, caught.value.code) == (401, "NotAuthenticated")
    return caught.value.message


def test_headers_may_stand_in_any_order() -> None:
    for names in ("date (request-target) host", "host date (request-target)", "(request-target) host x-date"):
        request = signed(names, x_date=formatdate(NOW, usegmt=True))
        assert verify(request, NOW, key_source).principal == WHO


def test_a_signed_x_date_counts_instead_of_the_date() -> None:
    old = formatdate(NOW - 1000, usegmt=True)
    assert verify(
        signed("host (request-target) x-date", date=old, x_date=formatdate(NOW, usegmt=True)), NOW, key_source
    )
    assert "clock skew" in refusal(signed("host (request-target) x-date", x_date=old))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_needs_its_headers_signed_unless_exempt(method: str) -> None:
    names = "date (request-target) host"
    assert "content-length, content-type, x-content-sha256" in refusal(signed(names, method=method))
    assert verify(signed(names, method=method, body_exempt=True), NOW, key_source).content_sha256 == ""


def test_the_signed_body_hash_is_handed_on_and_compared() -> None:
    digest = base64.b64encode(sha256(b"body")).decode()
    names = "date (request-target) host content-length content-type x-content-sha256"
    request = signed(names, method="POST", content_length="4", content_type="application/json", x_content_sha256=digest)
    verified = verify(request, NOW, key_source)
    check_body(verified, sha256(b"body"))
    with pytest.raises(OciError):
        check_body(verified, sha256(b"other"))


def test_a_hash_that_is_not_signed_is_not_trusted() -> None:
    request = signed("date (request-target) host", x_content_sha256="AAAA")
    assert verify(request, NOW, key_source).content_sha256 == ""


@pytest.mark.parametrize("seconds", [-301, 301])
def test_the_skew_is_measured_on_both_sides(seconds: int) -> None:
    date = formatdate(NOW + seconds, usegmt=True)
    assert "clock skew" in refusal(signed("date (request-target) host", date=date))


def test_a_signature_of_other_text_fails() -> None:
    request = signed("date (request-target) host")
    moved = SignedRequest(request.method, "/p?q=2", request.headers)
    assert refusal(moved) == "Failed to verify the HTTP(S) Signature"


def test_a_token_comes_back_with_its_claims_and_its_key() -> None:
    jwk = identity_token.jwk_of(KEY.public_key(), "k")
    token = identity_token.encode_token({"sub": "x", "jwk": jwk}, KEY, "k")
    claims = identity_token.decode_token(token, KEY.public_key())
    assert claims == {"sub": "x", "jwk": jwk}


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.b.%%%", "é.b.c"])
def test_a_malformed_token_is_an_error(token: str) -> None:
    with pytest.raises(identity_token.TokenError):
        identity_token.decode_token(token, KEY.public_key())


@pytest.mark.parametrize("jwk", ["", "{}", "[]", '{"n": 1, "e": 2}', '{"n": "AQ", "e": "AQ"}'])
def test_a_malformed_key_is_an_error(jwk: str) -> None:
    with pytest.raises(identity_token.TokenError):
        identity_token.key_of_jwk(jwk)
