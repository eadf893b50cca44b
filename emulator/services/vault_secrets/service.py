"""Vault secrets: the bundle of a secret's version, as `SecretsClient.get_secret_bundle` reads it.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/secretretrieval/20190301/SecretBundle/GetSecretBundle
"""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, not_allowed_or_not_found, principal_of, timestamp
from emulator.services.identity.service import DEFAULT_TENANCY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

STAGES = ("CURRENT", "PENDING", "LATEST", "PREVIOUS", "DEPRECATED")


@dataclass
class VaultSecret:
    """A secret of a tenancy; `versions` are its contents, the newest last and current."""

    id: str
    tenancy: str
    created_epoch_seconds: float
    versions: list[bytes] = field(default_factory=list)


class SecretsService:
    """The service. `secrets` maps OCIDs to secrets; `denied` holds ids of principals without a policy."""

    name = "secrets"
    signed = True

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.secrets: dict[str, VaultSecret] = {}
        self.denied: set[str] = set()
        self._clock = clock

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one path that functions read."""
        return [web.get("/20190301/secretbundles/{secret}", self._get)]

    def reset(self) -> None:
        """Forget all secrets."""
        self.secrets.clear()
        self.denied.clear()

    def create(self, content: str | bytes, *, tenancy: str = DEFAULT_TENANCY) -> str:
        """Make a secret with one version; return its OCID."""
        secret_id = f"ocid1.vaultsecret.oc1.iad.amaaaaaa{uuid.uuid4().hex}"
        self.secrets[secret_id] = VaultSecret(secret_id, tenancy, self._clock())
        self.add_version(secret_id, content)
        return secret_id

    def add_version(self, secret_id: str, content: str | bytes) -> None:
        """Give a secret a new current version. Raises KeyError for an unknown secret."""
        self.secrets[secret_id].versions.append(content.encode() if isinstance(content, str) else content)

    async def _get(self, request: web.Request) -> web.Response:
        principal = principal_of(request)
        secret = self.secrets.get(request.match_info["secret"])
        if principal is None or secret is None or secret.tenancy != principal.tenancy or principal.id in self.denied:
            raise not_allowed_or_not_found()
        number = _version(secret, request)
        return json_response(
            {
                "secretId": secret.id,
                "timeCreated": timestamp(secret.created_epoch_seconds),
                "versionNumber": number,
                "versionName": None,
                "secretBundleContent": {
                    "contentType": "BASE64",
                    "content": base64.b64encode(secret.versions[number - 1]).decode(),
                },
                "timeOfDeletion": None,
                "timeOfExpiry": None,
                "stages": ["CURRENT", "LATEST"] if number == len(secret.versions) else ["PREVIOUS"],
                "metadata": None,
            }
        )


def _version(secret: VaultSecret, request: web.Request) -> int:
    """Return the version number that is asked for. Raises OciError 400 or 404."""
    stage = request.query.get("stage", "CURRENT")
    if stage not in STAGES:
        raise OciError(400, "InvalidParameter", f"stage: one of {', '.join(STAGES)}")
    newest = len(secret.versions)
    text = request.query.get("versionNumber", str(newest - 1 if stage == "PREVIOUS" else newest))
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= newest or stage in {"PENDING", "DEPRECATED"}:
        raise not_allowed_or_not_found()
    return number
