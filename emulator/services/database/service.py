"""The database service: an Autonomous Database's wallet, as `DatabaseClient.generate_autonomous_database_wallet` asks.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/database/20160918/AutonomousDatabase/GenerateAutonomousDatabaseWallet
"""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, not_allowed_or_not_found, principal_of
from emulator.services.database.wallet_files import Listener, packed, wallet_files
from emulator.services.identity.service import DEFAULT_COMPARTMENT, DEFAULT_TENANCY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from emulator.base.keys import KeyRing

WalletSource = Callable[[str], Mapping[str, bytes]]
"""Makes the wallet's files for a password: tests give one that belongs to the server that they run."""

_PASSWORD = re.compile(r"(?=.*[A-Za-z])(?=.*[^A-Za-z]).{8,60}", re.DOTALL)
_PATH = "/20160918/autonomousDatabases/{database}"


@dataclass
class AutonomousDatabase:
    """A database and how its wallet is handed out.

    `gzipped`: the zip comes inside a gzip stream, as it does since 2026-03. `body` replaces the wallet's bytes, for
    archives that no honest service sends. `state` is its lifecycle state.
    """

    id: str
    tenancy: str
    compartment: str
    wallet: WalletSource
    gzipped: bool = True
    body: bytes | None = None
    state: str = "AVAILABLE"


class DatabaseService:
    """The service. `databases` maps OCIDs to databases; `denied` holds ids of principals without a policy."""

    name = "database"
    signed = True

    def __init__(self, keys: KeyRing, ca_file: Callable[[], Path]) -> None:
        self.databases: dict[str, AutonomousDatabase] = {}
        self.denied: set[str] = set()
        self._keys = keys
        self._ca_file = ca_file

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths of an Autonomous Database."""
        return [web.get(_PATH, self._get), web.post(f"{_PATH}/actions/generateWallet", self._generate_wallet)]

    def reset(self) -> None:
        """Forget all databases."""
        self.databases.clear()
        self.denied.clear()

    def create(
        self,
        listener: Listener | None = None,
        *,
        wallet: WalletSource | None = None,
        tenancy: str = DEFAULT_TENANCY,
        gzipped: bool = True,
    ) -> AutonomousDatabase:
        """Add a database; its wallet is for `listener`, or whatever `wallet` makes."""
        place = listener or Listener()
        database = AutonomousDatabase(
            id=f"ocid1.autonomousdatabase.oc1.iad.{uuid.uuid4().hex}",
            tenancy=tenancy,
            compartment=DEFAULT_COMPARTMENT,
            wallet=wallet or (lambda password: wallet_files(self._keys, self._ca_file().read_bytes(), place, password)),
            gzipped=gzipped,
        )
        self.databases[database.id] = database
        return database

    def _database(self, request: web.Request) -> AutonomousDatabase:
        """Return the database in the path if the caller may use it. Raises OciError 404."""
        principal = principal_of(request)
        found = self.databases.get(request.match_info["database"])
        if principal is None or found is None or found.tenancy != principal.tenancy or principal.id in self.denied:
            raise not_allowed_or_not_found()
        return found

    async def _get(self, request: web.Request) -> web.Response:
        database = self._database(request)
        return json_response(
            {
                "id": database.id,
                "compartmentId": database.compartment,
                "dbName": "billing",
                "lifecycleState": database.state,
                "isMtlsConnectionRequired": True,
            }
        )

    async def _generate_wallet(self, request: web.Request) -> web.Response:
        database = self._database(request)
        password = await _password(request)
        if database.state != "AVAILABLE":
            raise OciError(409, "IncorrectState", f"The Autonomous Database is {database.state}.")
        body = database.body
        if body is None:
            body = packed(await asyncio.to_thread(database.wallet, password), gzipped=database.gzipped)
        return web.Response(body=body, content_type="application/octet-stream")


async def _password(request: web.Request) -> str:
    """Return the password in the body. Raises OciError 400 for one that the service does not take."""
    try:
        details = json.loads(await request.read())
        password = str(details["password"])
    except (ValueError, KeyError, TypeError) as error:
        raise OciError(400, "InvalidParameter", "password is needed.") from error
    if details.get("generateType") not in {None, "ALL", "SINGLE"}:
        raise OciError(400, "InvalidParameter", "generateType: ALL or SINGLE.")
    if not _PASSWORD.fullmatch(password):
        raise OciError(
            400, "InvalidParameter", "password: 8 to 60 characters with a letter and a number or special character."
        )
    return password
