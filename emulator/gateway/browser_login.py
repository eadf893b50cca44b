"""OpenID Connect at the gateway: a browser without a session is sent to the identity domain, and comes back with one.

The validation failure policy of type OAUTH2 with a login back end at a static path. Source:
https://docs.oracle.com/iaas/Content/APIGateway/Tasks/apigatewayaddingloginbackends.htm. It does not say, so we chose:
names of the cookies, that they hold a number whose rest the gateway keeps, and that only a GET or HEAD is sent to the
domain, while other methods are refused with 401 as before.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SESSION, STEP = "apigw-session", "apigw-step"
STEP_SECONDS = 600
CSRF = "X-CSRF-TOKEN"
"""As https://docs.oracle.com/en-us/iaas/Content/APIGateway/Tasks/apigatewayusingjwttokens.htm has it."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOGIN_BACKEND = "OAUTH2_LOGIN_BACKEND"
_SECONDS = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True)
class LoginPolicy:
    """Where to log in and as which application; ``path`` is the route that the domain sends a browser back to."""

    discovery_uri: str
    client_id: str
    secret_id: str
    scopes: tuple[str, ...]
    path: str
    session_seconds: float


def parse_login(policy: Mapping[str, Any] | None, routes: Sequence[Mapping[str, Any]]) -> LoginPolicy | None:
    """Read `validationFailurePolicy`. Raises ValueError for what the emulator does not serve."""
    if policy is None:
        return None
    where = "requestPolicies.authentication.validationFailurePolicy"
    paths = [route["path"] for route in routes if (route.get("backend") or {}).get("type") == LOGIN_BACKEND]
    wanted = {"type": "OAUTH2", "responseType": "CODE", "usePkce": True, "useCookiesForSession": True}
    for key, value in {**wanted, "useCookiesForIntermediateSteps": True}.items():
        if policy.get(key) != value:
            raise ValueError(f"{where}.{key}: {value!r} is needed")
    if [policy.get("loginPath")] != paths:
        raise ValueError(f"{where}.loginPath: needs one route of this path with the back end {LOGIN_BACKEND}")
    return LoginPolicy(
        discovery_uri=str(policy["sourceUriDetails"]["uri"]),
        client_id=str(policy["clientDetails"]["clientId"]),
        secret_id=str(policy["clientDetails"]["clientSecretId"]),
        scopes=tuple(policy["scopes"]),
        path=paths[0],
        session_seconds=3600.0 * float(policy.get("maxExpiryDurationInHours") or 1),
    )


@dataclass(frozen=True)
class _Step:
    """A login on its way: the PKCE verifier, where the browser wanted to go, when it is given up."""

    verifier: str
    target: str
    ends_at: float


@dataclass(frozen=True)
class _Session:
    """A browser that is logged in: its token, the one that its forms must bring back, when it ends."""

    token: str
    csrf: str
    ends_at: float


class BrowserLogin:
    """Sessions of browsers at one gateway; ``secret_of`` is the vault."""

    def __init__(
        self, policy: LoginPolicy, secret_of: Callable[[str], str], clock: Callable[[], float] = time.time
    ) -> None:
        self.path = policy.path
        self._policy = policy
        self._secret_of = secret_of
        self._clock = clock
        self._steps: dict[str, _Step] = {}
        self._sessions: dict[str, _Session] = {}
        self._endpoints: Mapping[str, str] = {}

    def shown(self, request: web.Request) -> Mapping[str, str]:
        """Return the request's headers, with the token of its session where that has not ended.

        A request that may change something needs the session's CSRF token beside the cookie, which any site's form has.
        """
        session = self._session(request)
        if session is None or "Authorization" in request.headers:
            return request.headers
        if request.method not in _SAFE and request.headers.get(CSRF) != session.csrf:
            return request.headers
        return {"Authorization": f"Bearer {session.token}"}

    def mark(self, request: web.Request, response: web.Response) -> web.Response:
        """Give an answer to a session the token that its next change must bring."""
        if session := self._session(request):
            response.headers[CSRF] = session.csrf
        return response

    def _session(self, request: web.Request) -> _Session | None:
        found = self._sessions.get(request.cookies.get(SESSION, ""))
        return found if found and found.ends_at > self._clock() else None

    async def begin(self, request: web.Request) -> web.Response:
        """Send the browser to the identity domain; what it asked for is kept until it is back."""
        now = self._clock()
        self._steps = {state: step for state, step in self._steps.items() if step.ends_at > now}
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        self._steps[state] = _Step(verifier, request.path_qs, now + STEP_SECONDS)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._policy.client_id,
            "redirect_uri": self._redirect_uri(request),
            "scope": " ".join(self._policy.scopes),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = (await self._discovered())["authorization_endpoint"]
        return _sent(f"{endpoint}?{urlencode(asked)}", STEP, state, STEP_SECONDS, request)

    async def finish(self, request: web.Request) -> web.Response | None:
        """Make a session of the code that the browser brings, and send it where it wanted to go; None: no such login.

        The state must be the one of the browser's own cookie: a link that somebody else made logs nobody in.
        """
        state = request.query.get("state", "")
        step = self._steps.pop(state, None) if state and state == request.cookies.get(STEP) else None
        if step is None or step.ends_at <= self._clock():
            return None
        token = await self._token_for(request.query.get("code", ""), step, self._redirect_uri(request))
        if token is None:
            return None
        session = secrets.token_urlsafe(32)
        ends_at = self._clock() + self._policy.session_seconds
        self._sessions[session] = _Session(token, secrets.token_urlsafe(24), ends_at)
        return _sent(step.target, SESSION, session, self._policy.session_seconds, request)

    async def _token_for(self, code: str, step: _Step, redirect_uri: str) -> str | None:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        basic = aiohttp.encode_basic_auth(self._policy.client_id, self._secret_of(self._policy.secret_id))
        endpoint = (await self._discovered())["token_endpoint"]
        async with (
            aiohttp.ClientSession(timeout=_SECONDS) as session,
            session.post(
                endpoint, data={**form, "code_verifier": step.verifier}, headers={"Authorization": basic}
            ) as answer,
        ):
            document = await answer.json() if answer.status == 200 else {}
        return document.get("access_token")

    async def _discovered(self) -> Mapping[str, str]:
        if not self._endpoints:
            async with (
                aiohttp.ClientSession(timeout=_SECONDS) as session,
                session.get(self._policy.discovery_uri) as answer,
            ):
                self._endpoints = await answer.json()
        return self._endpoints

    def _redirect_uri(self, request: web.Request) -> str:
        return f"{request.url.origin()}{self._policy.path}"


def _sent(target: str, cookie: str, value: str, seconds: float, request: web.Request) -> web.Response:
    response = web.Response(status=302, headers={"Location": target, "Cache-Control": "no-store"})
    age = int(seconds)
    response.set_cookie(cookie, value, max_age=age, httponly=True, samesite="Lax", secure=request.secure)
    return response
