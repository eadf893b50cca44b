"""The login of an identity domain for browsers: OpenID Connect's authorization code, with PKCE, for one application.

Whoever comes is logged in at once as the local user; a real domain asks for a password, and a second factor, first.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import encode_basic_auth, web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.services.identity.service import IdentityService

USER = "joan.citizen@example.com"
CLIENT_ID = "local-gateway"
AUTHORIZE, TOKEN = "/oauth2/v1/authorize", "/oauth2/v1/token"


@dataclass(frozen=True)
class _Grant:
    """What a code stands for."""

    redirect_uri: str
    challenge: str


class LoginService:
    """One confidential application: its secret, and the redirect URLs that it is registered with."""

    name = "identity-login"

    def __init__(self, identity: IdentityService, endpoint: Callable[[], str]) -> None:
        self.client_secret = secrets.token_urlsafe(24)
        self.redirect_uris: set[str] = set()
        self._identity = identity
        self._endpoint = endpoint
        self._grants: dict[str, _Grant] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths of the domain."""
        return [
            web.get("/.well-known/openid-configuration", self._configuration),
            web.get(AUTHORIZE, self._authorize),
            web.post(TOKEN, self._token),
        ]

    async def _configuration(self, _: web.Request) -> web.Response:
        base = self._endpoint()
        return web.json_response({"authorization_endpoint": base + AUTHORIZE, "token_endpoint": base + TOKEN})

    async def _authorize(self, request: web.Request) -> web.Response:
        """Send the browser back with a code; never to an address that is not registered."""
        asked = request.query
        back = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT_ID or back not in self.redirect_uris:
            return web.json_response({"error": "invalid_client"}, status=400)
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            return web.json_response({"error": "invalid_request"}, status=400)
        code = secrets.token_urlsafe(24)
        self._grants[code] = _Grant(back, asked.get("code_challenge", ""))
        location = f"{back}?{urlencode({'code': code, 'state': asked.get('state', '')})}"
        return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})

    async def _token(self, request: web.Request) -> web.Response:
        """Give a token for a code, once, to the application that proves itself and the login that it began."""
        expected = encode_basic_auth(CLIENT_ID, self.client_secret)
        if not secrets.compare_digest(request.headers.get("Authorization", ""), expected):
            return web.json_response({"error": "invalid_client"}, status=401)
        form = await request.post()
        grant = self._grants.pop(str(form.get("code", "")), None)
        verifier = str(form.get("code_verifier", ""))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if grant is None or grant != _Grant(str(form.get("redirect_uri", "")), challenge):
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"access_token": self._identity.mint_access_token(), "token_type": "Bearer"})
