"""Resource principals as files: a session token and its key, replaced under the running process as OCI does."""

from __future__ import annotations

import json
import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.base.keys import KeyRing, write_private
from emulator.services.identity import json_web_token as token_format

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIGNING_KEY = "identity"
"""Name of the key that signs every token."""

ROTATION_SECONDS = 15 * 60
"""OCI replaces the files of a function's container so often."""

OVERLAP_SECONDS = 5 * 60
"""How long the old token is taken after it was replaced."""

SESSION_SECONDS = ROTATION_SECONDS + OVERLAP_SECONDS


@dataclass(frozen=True)
class ResourceClaims:
    """Whom a principal stands for."""

    resource: str
    tenancy: str
    compartment: str
    lifetime_seconds: int


@dataclass
class _Minted:
    """A principal's files; ``key_names`` take turns, because making keys is slow."""

    folder: Path
    claims: ResourceClaims
    key_names: tuple[str, str]
    token: str = ""


class ResourcePrincipals:
    """Mints principals below ``folder`` and rotates them; thread-safe."""

    def __init__(self, folder: Path, keys: KeyRing, now_epoch_seconds: Callable[[], float]) -> None:
        self._folder = folder
        self._keys = keys
        self._now = now_epoch_seconds
        self._minted: list[_Minted] = []
        self._ends: dict[str, float] = {}
        self._lock = threading.Lock()

    def mint(self, claims: ResourceClaims, key_name: str) -> Path:
        """Write a principal's files, `rpst` and `private.pem` with mode 0600, and return their folder."""
        made = _Minted(self._folder / uuid.uuid4().hex, claims, (key_name, f"{key_name}-next"))
        with self._lock:
            self._write(made)
            self._minted.append(made)
        return made.folder

    def rotate(self, overlap_seconds: float = OVERLAP_SECONDS) -> None:
        """Replace token and key of every principal; the old tokens are refused after ``overlap_seconds``."""
        with self._lock:
            for made in self._minted:
                self._ends[made.token] = self._now() + overlap_seconds
                made.key_names = made.key_names[::-1]
                self._write(made)

    def has_ended(self, token: str) -> bool:
        """Tell whether a token was replaced, and its overlap is over."""
        end = self._ends.get(token)
        return end is not None and end <= self._now()

    def _write(self, made: _Minted) -> None:
        key_name = made.key_names[0]
        made.token = token_format.encode_token(self._claims(made), self._keys.private_key(SIGNING_KEY), "asw")
        write_private(made.folder / "private.pem", self._keys.file(key_name).read_bytes())
        write_private(made.folder / "rpst", made.token.encode())

    def _claims(self, made: _Minted) -> dict[str, object]:
        now, key_name, claims = int(self._now()), made.key_names[0], made.claims
        public_key = self._keys.private_key(key_name).public_key()
        return {
            "sub": claims.resource,
            "res_id": claims.resource,
            "res_type": "fnfunc",
            "res_tenant": claims.tenancy,
            "res_compartment": claims.compartment,
            "tenant": claims.tenancy,
            "ptype": "resource",
            "ttype": "res_sp",
            "aud": "oci",
            "iss": "authService.oracle.com",
            "jti": str(uuid.uuid4()),
            "iat": now + min(0, claims.lifetime_seconds),
            "exp": now + claims.lifetime_seconds,
            "jwk": json.dumps(token_format.jwk_of(public_key, key_name)),
        }
