"""TOKEN_AUTHENTICATION of an API deployment: who may pass which route.

The gateway fetches the identity domain's keys (`REMOTE_JWKS`) and checks signature, time, issuer and audience. Source:
https://docs.oracle.com/en-us/iaas/Content/APIGateway/Tasks/apigatewayusingjwttokens-usinjson.htm
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import aiohttp

from emulator.services.identity import json_web_token as token_format

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Claims = dict[str, object]
Authorization = Literal["ANONYMOUS", "AUTHENTICATION_ONLY"]


@dataclass(frozen=True)
class TokenPolicy:
    """What a token must be: which header and scheme carry it, whose keys sign it, for whom it is."""

    header: str
    scheme: str
    keys_uri: str
    issuers: frozenset[str]
    audiences: frozenset[str]
    skew_seconds: float
    anonymous_allowed: bool


def parse_policy(document: Mapping[str, Any]) -> TokenPolicy:
    """Read `requestPolicies.authentication`. Raises ValueError for what the emulator does not serve."""
    where = "requestPolicies.authentication"
    validation = document.get("validationPolicy") or {}
    if document.get("type") != "TOKEN_AUTHENTICATION" or validation.get("type") != "REMOTE_JWKS":
        raise ValueError(f"{where}: TOKEN_AUTHENTICATION with REMOTE_JWKS is needed")
    if validation.get("isSslVerifyDisabled"):
        raise ValueError(f"{where}.validationPolicy.isSslVerifyDisabled: must be false")
    further = validation.get("additionalValidationPolicy") or {}
    return TokenPolicy(
        header=str(document["tokenHeader"]),
        scheme=str(document["tokenAuthScheme"]),
        keys_uri=str(validation["uri"]),
        issuers=frozenset(further.get("issuers") or ()),
        audiences=frozenset(further.get("audiences") or ()),
        skew_seconds=float(document.get("maxClockSkewInSeconds") or 0),
        anonymous_allowed=bool(document.get("isAnonymousAccessAllowed")),
    )


class Gatekeeper:
    """Decides for each request whether it may pass; keys are fetched once. Without a policy every request may."""

    def __init__(self, policy: TokenPolicy | None, clock: Callable[[], float] = time.time) -> None:
        self._policy = policy
        self._clock = clock
        self._keys: dict[str, str] = {}

    async def admit(self, authorization: Authorization, headers: Mapping[str, str]) -> Claims | None:
        """Return the claims of who may use a route with these headers, None for whoever may not.

        A wrong token is never taken for no token. Claims are those of `request.auth`: none on a route for anybody.
        """
        if self._policy is None:
            return {}
        value = headers.get(self._policy.header)
        if value is None:
            return {} if self._policy.anonymous_allowed and authorization == "ANONYMOUS" else None
        scheme, _, token = value.partition(" ")
        claims = await self._valid_claims(self._policy, token) if scheme == self._policy.scheme else None
        return {} if claims and authorization == "ANONYMOUS" else claims

    async def _valid_claims(self, policy: TokenPolicy, token: str) -> Claims | None:
        try:
            key = token_format.key_of_jwk(await self._key(policy, token_format.key_id(token)))
            claims = token_format.decode_token(token, key)
        except (token_format.TokenError, KeyError):
            return None
        audience = claims.get("aud")
        audiences = set(audience) if isinstance(audience, list) else {audience}
        now = self._clock()
        is_valid = (
            claims.get("iss") in policy.issuers
            and bool(audiences & policy.audiences)
            and float(str(claims.get("exp", 0))) + policy.skew_seconds > now
            and float(str(claims.get("nbf", 0))) - policy.skew_seconds <= now
        )
        return claims if is_valid else None

    async def _key(self, policy: TokenPolicy, key_id: str) -> str:
        """Return a key as JSON text. Raises KeyError for an unknown one."""
        if key_id not in self._keys:
            timeout = aiohttp.ClientTimeout(total=10)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(policy.keys_uri) as answer,
            ):
                document = await answer.json()
            self._keys = {each["kid"]: json.dumps(each) for each in document["keys"]}
        return self._keys[key_id]
