"""Who calls the API server: a cluster token signed by an OCI principal, or a service account's token."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from emulator.base.service_protocol import ServiceAnswerError
from emulator.kubernetes.rbac import MASTERS, User
from emulator.kubernetes.status import StatusError
from emulator.services.identity.signature_check import ALLOWED_SKEW_SECONDS, SignedRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.base.service_protocol import SignedPrincipal
    from emulator.services.identity.service import IdentityService

_AUTHENTICATED = "system:authenticated"


def _ocid(principal: SignedPrincipal) -> str:
    return principal.id


class Authenticator:
    """Turns a bearer token into a user.

    A cluster token is a URL of the container engine, `https://containerengine.{region}.oraclecloud.com/cluster_request/
    {cluster id}`, with the signature of a GET of it in its query, base64url-encoded. `iam_administrators` says whether
    the IAM policies of the tenancy let its principals do everything in the cluster; without it RBAC decides alone.
    Not documented, so knobs: `allowed_skew_seconds` of a token's date, and `name_of`, the user name of a principal.
    """

    def __init__(self, identity: IdentityService, region: str, cluster_id: Callable[[], str]) -> None:
        self._identity = identity
        self._region = region
        self._cluster_id = cluster_id
        self._accounts: dict[str, User] = {}
        self.iam_administrators = True
        self.allowed_skew_seconds: float = ALLOWED_SKEW_SECONDS
        self.name_of = _ocid
        self.refused: list[str] = []

    def clear(self) -> None:
        """Forget all service accounts and go back to the first policies."""
        self._accounts.clear()
        self.refused.clear()
        self.iam_administrators = True
        self.allowed_skew_seconds = ALLOWED_SKEW_SECONDS
        self.name_of = _ocid

    def add_service_account(self, namespace: str, name: str) -> str:
        """Return a new token of a service account."""
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", _AUTHENTICATED)
        token = f"eyJhbGciOiJSUzI1NiJ9.{secrets.token_urlsafe(120)}.{secrets.token_urlsafe(256)}"
        self._accounts[token] = User(f"system:serviceaccount:{namespace}:{name}", groups)
        return token

    def user_of(self, authorization: str) -> User:
        """Return the user of an Authorization header. Raises StatusError 401; `refused` keeps why."""
        # Every refusal is the same bare 401, as from the real server; the reason is for tests and stays in `refused`.
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise self._refuse("no bearer token")
        if token in self._accounts:
            return self._accounts[token]
        principal = self._signer_of(token)
        groups = (_AUTHENTICATED, MASTERS) if self.iam_administrators else (_AUTHENTICATED,)
        return User(self.name_of(principal), groups)

    def _signer_of(self, token: str) -> SignedPrincipal:
        try:
            address = urlsplit(base64.b64decode(token, altchars=b"-_", validate=True).decode())
        except (binascii.Error, ValueError):
            raise self._refuse("the token is neither known nor a signed URL") from None
        wanted = ("https", f"containerengine.{self._region}.oraclecloud.com", f"/cluster_request/{self._cluster_id()}")
        if (address.scheme, address.netloc, address.path) != wanted:
            raise self._refuse("the token is for another host or cluster")
        query = parse_qs(address.query)
        headers = {name: query.get(name, [""])[0] for name in ("authorization", "date")}
        # The query carries what would be headers of the signed GET (`oci ce cluster generate-token`, oci-cli's
        # containerengine_cli_extended.py); the host has no `.oci.`, unlike the container engine's own endpoint.
        signed = SignedRequest("GET", address.path, {**headers, "host": address.netloc})
        try:
            return self._identity.verify(signed, self.allowed_skew_seconds).principal
        except ServiceAnswerError as error:
            raise self._refuse(str(error)) from None

    def _refuse(self, why: str) -> StatusError:
        self.refused.append(why)
        return StatusError(401, message="Unauthorized")
