"""The signature of our own equals the OCI SDK's, byte for byte."""

import base64
import json
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from oci.auth.signers import EphemeralResourcePrincipalSigner

from shared.errors import NotAuthorised
from shared.oci.signature import Principal, load_resource_principal, sign

NOW = 1795340900.0
DATE = "Sun, 22 Nov 2026 09:48:20 GMT"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
).decode()


def token() -> str:
    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"res_tenant": "ocid1.tenancy.oc1..t", "res_compartment": "ocid1.compartment.oc1..c", "exp": 4102444800}
    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln"


def environment(**changes: str) -> dict[str, str]:
    return {
        "OCI_RESOURCE_PRINCIPAL_VERSION": "2.2",
        "OCI_RESOURCE_PRINCIPAL_RPST": token(),
        "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": PEM,
        "OCI_RESOURCE_PRINCIPAL_REGION": "eu-frankfurt-1",
    } | changes


@pytest.fixture(scope="module")
def principal() -> Principal:
    return load_resource_principal(environment())


def sdk_headers(method: str, url: str, body: bytes | None, *, content: bool, content_type: str) -> dict[str, str]:
    signer = EphemeralResourcePrincipalSigner(
        session_token=token(), private_key=PEM, region="eu-frankfurt-1", resource_principal_version="2.2"
    )
    headers = {"date": DATE, "content-type": content_type}
    request = requests.Request(method, url, headers=headers, data=body).prepare()
    signed = signer(request, enforce_content_headers=content)
    return {name.lower(): value for name, value in signed.headers.items()}


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_request_without_body_is_signed_as_the_sdk_does(principal: Principal, method: str) -> None:
    url = "https://objectstorage.eu-frankfurt-1.oraclecloud.com/n/ns/b/bucket/o?prefix=a%2Fb&limit=2"
    ours = sign(principal, method, url, {"content-type": "application/json"}, now_epoch_seconds=NOW)
    theirs = sdk_headers(method, url, None, content=True, content_type="application/json")
    assert ours["authorization"] == theirs["authorization"]
    assert ours["date"] == theirs["date"]


@settings(max_examples=25, deadline=None)
@given(body=st.binary(min_size=1, max_size=200), method=st.sampled_from(["POST", "PUT", "PATCH"]))
def test_a_body_is_signed_as_the_sdk_does(body: bytes, method: str) -> None:
    url = "https://containerengine.eu-frankfurt-1.oci.oraclecloud.com/20180222/clusters"
    who = load_resource_principal(environment())
    ours = sign(who, method, url, {"content-type": "application/json"}, now_epoch_seconds=NOW, body=body)
    theirs = sdk_headers(method, url, body, content=True, content_type="application/json")
    assert ours["authorization"] == theirs["authorization"]
    assert ours["x-content-sha256"] == theirs["x-content-sha256"]


def test_put_object_is_signed_without_its_body_as_the_sdk_does(principal: Principal) -> None:
    url = "https://objectstorage.eu-frankfurt-1.oraclecloud.com/n/ns/b/bucket/o/badge-1.bmp"
    ours = sign(principal, "PUT", url, {"content-type": "image/bmp"}, now_epoch_seconds=NOW)
    theirs = sdk_headers("PUT", url, b"BM", content=False, content_type="image/bmp")
    assert ours["authorization"] == theirs["authorization"]


def test_token_and_key_may_be_files(tmp_path: Path) -> None:
    (tmp_path / "rpst").write_text(token() + "\n")
    (tmp_path / "private.pem").write_text(PEM)
    loaded = load_resource_principal(
        environment(
            OCI_RESOURCE_PRINCIPAL_RPST=str(tmp_path / "rpst"),
            OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM=str(tmp_path / "private.pem"),
        )
    )
    assert loaded.tenancy_id == "ocid1.tenancy.oc1..t"
    assert loaded.region == "eu-frankfurt-1"
    assert token() not in repr(loaded)


@pytest.mark.parametrize(
    "changes",
    [
        {"OCI_RESOURCE_PRINCIPAL_VERSION": "1.1"},
        {"OCI_RESOURCE_PRINCIPAL_RPST": ""},
        {"OCI_RESOURCE_PRINCIPAL_RPST": "no-token"},
        {"OCI_RESOURCE_PRINCIPAL_RPST": "/does/not/exist"},
        {"OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": "no key"},
    ],
)
def test_a_principal_that_cannot_be_read_is_a_typed_error(changes: dict[str, str]) -> None:
    with pytest.raises(NotAuthorised):
        load_resource_principal(environment(**changes))
