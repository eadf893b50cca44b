"""The wallet of the database that `db_ocid` names: fetched once, kept while the container lives, rotated on failure.

The password is made here, never leaves the process and is not written down; whoever reads the files reads an encrypted
key. A container that starts over fetches a wallet of its own.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.adw_billing.errors import WalletUnusable
from functions.adw_billing.oci_attempts import OCI_ATTEMPTS
from functions.adw_billing.warehouse.oracle.wallet_archive import MAX_BYTES, REQUIRED_FILES, unpack, write
from shared.errors import NotAuthorised, OciServiceError, TokenExpired
from shared.oci.clients import client, oci_errors
from shared.settings import Secret

if TYPE_CHECKING:
    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline

_POLICY = "Allow dynamic-group <group> to read autonomous-databases in compartment <compartment>"
DEFAULT_FOLDER = "/tmp/wallet"  # noqa: S108  (made with mode 0700; refused when another user's)
"""Where the published loader keeps it too."""

_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Wallet:
    """A folder with `ewallet.pem` and `tnsnames.ora`, and the password of the key in it."""

    folder: Path
    password: Secret

    def is_there(self) -> bool:
        """Whether the files are still there: /tmp is anybody's."""
        return all((self.folder / name).is_file() for name in REQUIRED_FILES)


_kept: dict[tuple[str, str], Wallet] = {}


def wallet(settings: Settings, deadline: Deadline) -> tuple[Wallet, bool]:
    """Return the wallet of `db_ocid`, and whether it was fetched just now. Errors as `renewed`."""
    kept = _kept.get((settings.db_ocid, settings.TNS_ADMIN))
    if kept is not None and kept.is_there():
        return kept, False
    return renewed(settings, deadline), True


def renewed(settings: Settings, deadline: Deadline) -> Wallet:
    """Fetch a new wallet in place of the kept one. Raises NotAuthorised, OciServiceError, WalletUnusable."""
    password = Secret(f"a1-{secrets.token_urlsafe(24)}")
    files = unpack(_fetch(settings, deadline, password))
    folder = Path(settings.TNS_ADMIN or DEFAULT_FOLDER)
    write(folder, files)
    made = Wallet(folder, password)
    _kept[settings.db_ocid, settings.TNS_ADMIN] = made
    return made


def forget() -> None:
    """Forget all wallets, as a container that starts over does."""
    _kept.clear()


def _fetch(settings: Settings, deadline: Deadline, password: Secret) -> bytes:
    """Fetch the archive as OCI sends it.

    `oci.database` costs 0.14 CPU-seconds to import, so only who is here pays it.
    """
    try:
        with oci_errors("database"):
            database = client("database", settings, deadline, attempts=OCI_ATTEMPTS)
            from oci.database.models import GenerateAutonomousDatabaseWalletDetails

            details = GenerateAutonomousDatabaseWalletDetails(password=password.reveal(), generate_type="SINGLE")
            answer = database.generate_autonomous_database_wallet(settings.db_ocid, details)
            return _read(answer.data.raw)
    except TokenExpired:
        raise
    except OciServiceError as fault:
        if fault.status in (401, 404):
            raise NotAuthorised(
                "the database of db_ocid does not exist or its wallet may not be read",
                fix=f"check db_ocid, and add the policy: {_POLICY}",
                opc_request_id=fault.opc_request_id,
            ) from None
        raise


def _read(raw: Any) -> bytes:  # noqa: ANN401  (urllib3's response)
    """Read the body, up to a size beyond any wallet's. Raises WalletUnusable."""
    content = b""
    while chunk := raw.read(_CHUNK_BYTES, decode_content=False):
        content += chunk
        if len(content) > MAX_BYTES:
            raise WalletUnusable(f"the wallet has more than {MAX_BYTES} bytes")
    return content
