"""Identity: mints resource principals and API-key users, and tells who signed a request."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web
from cryptography.hazmat.primitives import serialization

from emulator.base.keys import KeyRing, write_private
from emulator.base.service_protocol import SignedPrincipal, not_authenticated
from emulator.services.identity import json_web_token as token_format
from emulator.services.identity.resource_principals import (
    OVERLAP_SECONDS,
    SESSION_SECONDS,
    SIGNING_KEY,
    ResourceClaims,
    ResourcePrincipals,
)
from emulator.services.identity.signature_check import ALLOWED_SKEW_SECONDS, SignedRequest, Verified, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric import rsa

DEFAULT_TENANCY = "ocid1.tenancy.oc1..aaaaaaaalocalcloudtenancy"
DEFAULT_COMPARTMENT = "ocid1.compartment.oc1..aaaaaaaalocalcloudcompartment"
DEFAULT_REGION = "us-ashburn-1"
DOMAIN_ISSUER = "https://identity.oraclecloud.com/"
"""Of every identity domain's access tokens."""

GATEWAY_AUDIENCE = "https://gateway.local"
"""Primary audience of the local cloud's gateway, the value of `gateway_audience` in deploy/api-gateway.json."""

_TOKEN_PREFIX = "ST$"  # noqa: S105  (marks a session token in a keyId)
_TOKEN_CACHE_SIZE = 256


@dataclass(frozen=True)
class ApiKeyUser:
    """A user with an API key: what stands in a profile of `~/.oci/config`."""

    user: str
    tenancy: str
    fingerprint: str
    region: str
    key_file: Path
    config_file: Path
    profile: str

    @property
    def key_id(self) -> str:
        """Return the keyId of this user's signatures."""
        return f"{self.tenancy}/{self.user}/{self.fingerprint}"


class IdentityService:
    """Mints principals below `folder` and verifies signatures.

    `clock` (epoch seconds) is what signatures and tokens are judged by; tests may set it.
    """

    name = "identity"

    def __init__(self, folder: Path, keys: KeyRing, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._folder = folder
        self._keys = keys
        self.client_access = True
        """The domain's switch "Configure client access", as docs/operations.md has it set; a new domain has it off."""

        self._minted = 0
        self._principals = ResourcePrincipals(folder, keys, self._now)
        self._users: dict[str, tuple[SignedPrincipal, rsa.RSAPublicKey]] = {}
        self._tokens: dict[str, tuple[SignedPrincipal, rsa.RSAPublicKey, float]] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the path of an identity domain's public keys, which an API gateway fetches."""
        return [web.get("/admin/v1/SigningCert/jwk", self._signing_keys)]

    async def _signing_keys(self, request: web.Request) -> web.Response:
        """Answer the keys: to anybody where client access is configured, else to who brings a token of the domain."""
        if not self.client_access and "Authorization" not in request.headers:
            return web.json_response({"status": "401", "detail": "Authorization failed."}, status=401)
        public_key = self._keys.private_key(SIGNING_KEY).public_key()
        return web.json_response({"keys": [token_format.jwk_of(public_key, "asw")]})

    def reset(self) -> None:
        """Forget all users. Session tokens stay valid until they expire: they carry their proof themselves.

        Principals minted afterwards get the same keys again, in the same order: making keys is slow.
        """
        self.client_access = True
        self._minted = 0
        self._users.clear()
        self._tokens.clear()

    def mint_resource_principal(
        self,
        *,
        tenancy: str = DEFAULT_TENANCY,
        compartment: str = DEFAULT_COMPARTMENT,
        region: str = DEFAULT_REGION,
        resource: str = "",
        lifetime_seconds: float = SESSION_SECONDS,
    ) -> dict[str, str]:
        """Return the environment of a version 2.2 resource principal; its files have mode 0600.

        `resource` is the function's OCID (a new one by default). A negative lifetime gives an expired token. The claims
        are those that the SDK reads (`res_tenant`, `res_compartment`, `exp`, `iat`: its security_token_container.py and
        ephemeral_resource_principals_signer.py in oci/auth) and those by which the services know the resource.
        """
        self._minted += 1
        resource = resource or f"ocid1.fnfunc.oc1.iad.aaaaaaaa{uuid.uuid4().hex}"
        claims = ResourceClaims(resource, tenancy, compartment, int(lifetime_seconds))
        folder = self._principals.mint(claims, f"principal-{self._minted}")
        return {
            "OCI_RESOURCE_PRINCIPAL_VERSION": "2.2",
            "OCI_RESOURCE_PRINCIPAL_RPST": str(folder / "rpst"),
            "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": str(folder / "private.pem"),
            "OCI_RESOURCE_PRINCIPAL_REGION": region,
        }

    def rotate(self, overlap_seconds: float = OVERLAP_SECONDS) -> None:
        """Replace token and key in the files of every resource principal, as OCI does under a running container.

        The old tokens are refused as expired after ``overlap_seconds``.
        """
        self._principals.rotate(overlap_seconds)

    async def keep_rotating(self, seconds: float) -> None:
        """Rotate every so many seconds, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.rotate)

    def _now(self) -> float:
        return self.clock()

    def mint_workload_token(
        self,
        public_key: rsa.RSAPublicKey,
        *,
        cluster: str,
        namespace: str,
        service_account: str,
        tenancy: str = DEFAULT_TENANCY,
    ) -> str:
        """Return a session token for a pod's key, with the claims that policies of workload identity name."""
        now = int(self.clock())
        claims = {
            "sub": f"{cluster}/{namespace}/{service_account}",
            "res_type": "workload",
            "res_tenant": tenancy,
            "res_compartment": DEFAULT_COMPARTMENT,
            "cluster_id": cluster,
            "namespace": namespace,
            "service_account": service_account,
            "ptype": "workload",
            "ttype": "res_sp",
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": now + SESSION_SECONDS,
            "jwk": json.dumps(token_format.jwk_of(public_key, "workload")),
        }
        return token_format.encode_token(claims, self._keys.private_key(SIGNING_KEY), "asw")

    def mint_access_token(
        self,
        *,
        audience: str = GATEWAY_AUDIENCE,
        issuer: str = DOMAIN_ISSUER,
        lifetime_seconds: int = 3600,
        subject: str = "joan.citizen@example.com",
    ) -> str:
        """Return an access token of an identity domain, as a person gets one for an API gateway."""
        now = int(self.clock())
        claims = {
            "iss": issuer,
            "aud": [audience],
            "sub": subject,
            "iat": now,
            "exp": now + lifetime_seconds,
            "jti": str(uuid.uuid4()),
        }
        return token_format.encode_token(claims, self._keys.private_key(SIGNING_KEY), "asw")

    def create_user(
        self, *, tenancy: str = DEFAULT_TENANCY, region: str = DEFAULT_REGION, profile: str = "DEFAULT"
    ) -> ApiKeyUser:
        """Return a new user with an API key and a configuration file as the SDK and the CLI read it."""
        self._minted += 1
        private_key = self._keys.private_key(f"principal-{self._minted}")
        user = f"ocid1.user.oc1..aaaaaaaa{uuid.uuid4().hex}"
        fingerprint = api_key_fingerprint(private_key.public_key())
        folder = self._folder / uuid.uuid4().hex
        key_file = write_private(folder / "api_key.pem", self._keys.file(f"principal-{self._minted}").read_bytes())
        lines = (
            f"[{profile}]",
            f"user={user}",
            f"fingerprint={fingerprint}",
            f"tenancy={tenancy}",
            f"region={region}",
            f"key_file={key_file}",
        )
        config_file = write_private(folder / "config", ("\n".join(lines) + "\n").encode())
        made = ApiKeyUser(user, tenancy, fingerprint, region, key_file, config_file, profile)
        self._users[made.key_id] = (SignedPrincipal("user", user, tenancy), private_key.public_key())
        return made

    def verify(self, request: SignedRequest, allowed_skew_seconds: float = ALLOWED_SKEW_SECONDS) -> Verified:
        """Check a request's signature. Raises OciError 401 NotAuthenticated."""
        return verify(request, self.clock(), self._key_of, allowed_skew_seconds)

    def _key_of(self, key_id: str) -> tuple[SignedPrincipal, rsa.RSAPublicKey]:
        if key_id.startswith(_TOKEN_PREFIX):
            return self._key_of_token(key_id.removeprefix(_TOKEN_PREFIX))
        try:
            return self._users[key_id]
        except KeyError as error:
            raise not_authenticated("The required information to complete authentication was not provided.") from error

    def _key_of_token(self, token: str) -> tuple[SignedPrincipal, rsa.RSAPublicKey]:
        if token not in self._tokens:
            self._remember(token)
        principal, key, expires_at_seconds = self._tokens[token]
        if expires_at_seconds <= self.clock() or self._principals.has_ended(token):
            raise not_authenticated("The security token has expired.")
        return principal, key

    def _remember(self, token: str) -> None:
        """Check a token's own signature once and keep what it says."""
        try:
            claims = token_format.decode_token(token, self._keys.private_key(SIGNING_KEY).public_key())
            key = token_format.key_of_jwk(str(claims.get("jwk", "")))
            expires_at_seconds = float(str(claims["exp"]))
        except (token_format.TokenError, KeyError, ValueError) as error:
            raise not_authenticated("The security token is not valid.") from error
        if len(self._tokens) >= _TOKEN_CACHE_SIZE:
            self._tokens.clear()
        principal = SignedPrincipal(
            "resource", str(claims["sub"]), str(claims["res_tenant"]), str(claims["res_compartment"])
        )
        self._tokens[token] = (principal, key, expires_at_seconds)


def api_key_fingerprint(key: rsa.RSAPublicKey) -> str:
    """Return an API key's fingerprint: the MD5 of its DER form, colon-separated."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.md5(der, usedforsecurity=False).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
