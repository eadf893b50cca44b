"""OKE's workload identity: a pod's service-account token is changed for a session token of OCI.

The cluster's node listens on port 12250 of the Kubernetes API's address, over TLS with the cluster's authority; the
request carries the pod's public key, the answer is base64 of `{"token": "ST$…"}`. Source: the SDK's
oci/auth/signers/oke_workload_identity_resource_principal_signer.py (2.189.0).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import time
from typing import TYPE_CHECKING, Any, Protocol, Self

from aiohttp import web
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from emulator.base.keys import write_private
from emulator.base.tls_files import ensure_address_files, server_context
from emulator.services.identity import json_web_token as token_format

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path
    from types import TracebackType

    from emulator.base.keys import KeyRing
    from emulator.services.identity.service import IdentityService

PORT = 12250
PATH = "/resourcePrincipalSessionTokens"
_CLUSTER_KEY = "cluster"
_SUBJECT = "system:serviceaccount"


class RunningCloud(Protocol):
    """What the exchange needs of a `Cloud`, so that no service imports the cloud that mounts it."""

    keys: KeyRing
    identity: IdentityService

    def run(self, work: Coroutine[Any, Any, Any], timeout_seconds: float | None = None) -> Any:  # noqa: ANN401
        """Run a coroutine in the cloud's loop from another thread; return what it returns."""
        ...


class WorkloadIdentity:
    """The exchange as a context manager on a loopback address of this process's own (the port is fixed).

    `enhanced` is the cluster's kind: OCI offers workload identity on enhanced clusters only, and answers 403 on others.
    """

    def __init__(
        self, cloud: RunningCloud, *, cluster: str = "ocid1.cluster.oc1.iad.local", enhanced: bool = True
    ) -> None:
        self.cluster = cluster
        self.enhanced = enhanced
        self.address = f"127.{1 + os.getpid() % 200}.{1 + os.getpid() // 200 % 250}.1"
        self._cloud = cloud
        self._runner: web.AppRunner | None = None

    def pod(self, folder: Path, namespace: str, service_account: str, lifetime_seconds: float = 3600) -> dict[str, str]:
        """Return what a pod of a service account sees: the environment, and `token` with the path of its token."""
        now = int(time.time())
        claims = {
            "iss": "https://kubernetes.default.svc.cluster.local",
            "sub": f"{_SUBJECT}:{namespace}:{service_account}",
            "iat": now + min(0, int(lifetime_seconds)),
            "exp": now + int(lifetime_seconds),
        }
        token = token_format.encode_token(claims, self._cloud.keys.private_key(_CLUSTER_KEY), _CLUSTER_KEY)
        files = ensure_address_files(self._cloud.keys, self.address)
        return {
            "KUBERNETES_SERVICE_HOST": self.address,
            "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH": str(files.ca_file),
            "token": str(write_private(folder / "token", token.encode())),
        }

    def __enter__(self) -> Self:
        self._cloud.run(self._start(), timeout_seconds=10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            self._cloud.run(self._runner.cleanup(), timeout_seconds=10)

    async def _start(self) -> None:
        app = web.Application()
        app.add_routes([web.post(PATH, self._exchange)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        context = server_context(ensure_address_files(self._cloud.keys, self.address))
        await web.TCPSite(self._runner, self.address, PORT, ssl_context=context).start()

    async def _exchange(self, request: web.Request) -> web.Response:
        if not self.enhanced:
            return web.Response(status=403, text="workload identity needs an enhanced cluster")
        try:
            namespace, service_account = self._account(request.headers.get("Authorization", ""))
            public_key = _public_key(await request.json())
        except (token_format.TokenError, ValueError, KeyError, TypeError) as error:
            return web.Response(status=401, text=str(error))
        token = self._cloud.identity.mint_workload_token(
            public_key, cluster=self.cluster, namespace=namespace, service_account=service_account
        )
        return web.Response(body=base64.b64encode(json.dumps({"token": f"ST${token}"}).encode()))

    def _account(self, authorization: str) -> tuple[str, str]:
        """Return namespace and service account of a bearer token. Raises TokenError or ValueError."""
        token = authorization.removeprefix("Bearer ")
        claims = token_format.decode_token(token, self._cloud.keys.private_key(_CLUSTER_KEY).public_key())
        if float(str(claims["exp"])) <= time.time():
            raise token_format.TokenError("The service account's token has expired.")
        account = str(claims["sub"]).removeprefix(f"{_SUBJECT}:")
        namespace, _, name = account.partition(":")
        return namespace, name


def _public_key(body: dict[str, str]) -> rsa.RSAPublicKey:
    """Return the pod's key from `{"podKey": base64 of its DER form}`. Raises ValueError."""
    try:
        key = serialization.load_der_public_key(base64.b64decode(body["podKey"]))
    except (binascii.Error, UnsupportedAlgorithm) as error:
        raise ValueError("podKey is no public key") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("podKey is no RSA key")  # noqa: TRY004  (a client's mistake, not a wrong argument type)
    return key
