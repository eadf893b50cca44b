"""The unchanged Kubernetes client pointed at the emulated API server, with a token as the function makes it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import requests
from kubernetes import client

from tests.support.oci_sdk import resource_principal_signer

if TYPE_CHECKING:
    from emulator.cloud import Cloud


def cluster_token(
    cloud: Cloud, env: dict[str, str], *, host: str = "", cluster_id: str = "", date: str | None = None
) -> str:
    """Return a signed cluster token of a minted principal, as `oci ce cluster generate-token` makes it."""
    signer = resource_principal_signer(env)
    host = host or f"containerengine.{signer.region}.oraclecloud.com"
    url = f"https://{host}/cluster_request/{cluster_id or cloud.cluster.id}"
    request = requests.Request("GET", url, headers={"date": date} if date else {}).prepare()
    headers = signer.do_request_sign(request).headers
    query = {"authorization": headers["authorization"], "date": headers["date"]}
    signed = requests.Request("GET", url, params=query).prepare().url
    assert signed is not None
    return base64.urlsafe_b64encode(signed.encode()).decode()


def api_client(cloud: Cloud, token: str) -> client.ApiClient:
    """Return the client for a bearer token."""
    configuration = client.Configuration()
    configuration.host = f"https://{cloud.cluster.api_server.address}"
    configuration.ssl_ca_cert = str(cloud.ca_file)
    configuration.api_key = {"authorization": f"Bearer {token}"}
    configuration.retries = False
    return client.ApiClient(configuration)


def raw_call(
    cloud: Cloud, token: str, method: str, path: str, body: object = None, **headers: str
) -> requests.Response:
    """Send one request as it is, without a client that mends it."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(
            method,
            f"https://{cloud.cluster.api_server.address}{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}", **headers},
            verify=str(cloud.ca_file),
            timeout=10,
        )
