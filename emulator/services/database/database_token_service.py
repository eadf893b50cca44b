"""Identity's data plane: tokens with which a principal logs on to a database.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/identity-dp/v1/SecurityToken/GenerateScopedAccessToken
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from emulator.base.service_protocol import OciError, json_response, not_allowed_or_not_found, principal_of
from emulator.services.identity import json_web_token as identity_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.base.keys import KeyRing

TOKEN_SECONDS = 3600
SCOPE_PREFIX = "urn:oracle:db::id::"


class DatabaseTokenService:
    """The service. `lifetime_seconds` may be negative for tokens that have expired; `denied` as elsewhere."""

    name = "identity_data_plane"
    signed = True

    def __init__(self, keys: KeyRing, clock: Callable[[], float] = time.time) -> None:
        self.lifetime_seconds: float = TOKEN_SECONDS
        self.denied: set[str] = set()
        self.key_bits: list[int] = []
        """The sizes of the public keys that came, in order."""
        self._keys = keys
        self._clock = clock

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one path."""
        return [web.post("/v1/actions/generateScopedAccessToken", self._generate)]

    def reset(self) -> None:
        """Forget what tests have set."""
        self.lifetime_seconds = TOKEN_SECONDS
        self.denied.clear()
        self.key_bits.clear()

    async def _generate(self, request: web.Request) -> web.Response:
        principal = principal_of(request)
        if principal is None or principal.id in self.denied:
            raise not_allowed_or_not_found()
        key, scope = await _details(request)
        self.key_bits.append(key.key_size)
        now = self._clock()
        claims: dict[str, object] = {
            "sub": principal.id,
            "tenant": principal.tenancy,
            "scope": scope,
            "iat": int(now),
            "exp": int(now + self.lifetime_seconds),
            "jwk": json.dumps(identity_token.jwk_of(key, "db")),
        }
        return json_response({"token": identity_token.encode_token(claims, self._keys.private_key("identity"), "asw")})


async def _details(request: web.Request) -> tuple[rsa.RSAPublicKey, str]:
    """Return public key and scope of the body. Raises OciError 400."""
    try:
        details = json.loads(await request.read())
        key = serialization.load_pem_public_key(str(details["publicKey"]).encode())
        scope = str(details["scope"])
    except (ValueError, KeyError, TypeError) as error:
        raise OciError(400, "InvalidParameter", "publicKey (PEM) and scope are needed.") from error
    if not isinstance(key, rsa.RSAPublicKey) or not scope.startswith(SCOPE_PREFIX):
        raise OciError(400, "InvalidParameter", f"publicKey: an RSA key; scope: {SCOPE_PREFIX}…")
    return key, scope
