"""The signed cluster token, checked as OKE's API server checks it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from emulator.base.service_protocol import OciError
from emulator.services.identity.signature_check import SignedRequest
from shared.kubernetes.cluster_access import SignedToken
from tests.support.oci_sdk import resource_principal_signer

if TYPE_CHECKING:
    from emulator.cloud import Cloud

CLUSTER = "ocid1.cluster.oc1.iad.aaaaaaaac4t"


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-ashburn-1", "containerengine.us-ashburn-1.oraclecloud.com"),
        ("us-langley-1", "containerengine.us-langley-1.oraclegovcloud.com"),
    ],
)
def test_the_token_is_a_signed_request_to_the_regions_container_engine(
    cloud: Cloud, principal_env: dict[str, str], region: str, host: str
) -> None:
    token = SignedToken(resource_principal_signer(principal_env), region, CLUSTER).token(refused=False)
    url = urlsplit(base64.urlsafe_b64decode(token).decode())
    query = parse_qs(url.query)
    headers = {"host": url.netloc, "date": query["date"][0], "authorization": query["authorization"][0]}
    assert (url.scheme, url.netloc, url.path) == ("https", host, f"/cluster_request/{CLUSTER}")
    verified = cloud.identity.verify(SignedRequest("GET", url.path, headers))
    assert verified.principal.kind == "resource"
    with pytest.raises(OciError):
        cloud.identity.verify(SignedRequest("GET", url.path + "x", headers))


def test_a_refused_token_is_signed_with_the_principal_that_is_there_now(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    source = SignedToken(resource_principal_signer(principal_env), "us-ashburn-1", CLUSTER)
    source.token(refused=False)
    cloud.identity.rotate(overlap_seconds=0)
    url = urlsplit(base64.urlsafe_b64decode(source.token(refused=True)).decode())
    query = parse_qs(url.query)
    headers = {"host": url.netloc, "date": query["date"][0], "authorization": query["authorization"][0]}
    assert cloud.identity.verify(SignedRequest("GET", url.path, headers)).principal.kind == "resource"
