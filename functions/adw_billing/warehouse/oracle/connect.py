"""Opens the one session of a call: address, wallet or plain TLS, logon, all within the time that is left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.adw_billing.errors import DatabaseUnreachable
from functions.adw_billing.warehouse.oracle import wallet as wallets
from functions.adw_billing.warehouse.oracle.bounded_connect import bounded
from functions.adw_billing.warehouse.oracle.credentials import credentials
from functions.adw_billing.warehouse.oracle.errors import translated

if TYPE_CHECKING:
    from collections.abc import Mapping

    import oracledb

    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline

CONNECT_SECONDS = 20.0
"""For the whole logon: TCP, TLS, negotiation, proof of the password."""

TCP_SECONDS = 5.0
SDU_BYTES = 65535
"""The session data unit asked for, which the server may lower: 8 KiB, the default, cuts a batch of rows into hundreds
of packets. 65,535 is the largest value that every listener from 11g on takes."""

PROGRAM = "adw-billing"


def connect(settings: Settings, deadline: Deadline) -> oracledb.Connection:
    """Open a session without automatic commit; a kept wallet that no longer opens a connection is fetched again, once.

    Raises DatabaseUnreachable, ConnectionLost, LoginFailed, MissingInputData, NotAuthorised, WalletUnusable.
    """
    if not settings.db_ocid:
        return _open(settings, deadline, _own_folder(settings))
    wallet, fresh = wallets.wallet(settings, deadline)
    try:
        return _open(settings, deadline, _wallet_arguments(wallet))
    except DatabaseUnreachable:
        # A wallet that was rotated at the database and a database that is down look the same from here: TLS does not
        # come to pass. One new wallet tells them apart; a wallet fetched just now cannot be the fault.
        if fresh:
            raise
    return _open(settings, deadline, _wallet_arguments(wallets.renewed(settings, deadline)))


def _own_folder(settings: Settings) -> dict[str, Any]:
    """Return the arguments for a folder that came with the image or the laptop: aliases, perhaps a wallet."""
    if not settings.TNS_ADMIN:
        return {}
    has_wallet = (Path(settings.TNS_ADMIN) / "ewallet.pem").is_file()
    return {"config_dir": settings.TNS_ADMIN, **({"wallet_location": settings.TNS_ADMIN} if has_wallet else {})}


def _wallet_arguments(wallet: wallets.Wallet) -> dict[str, Any]:
    folder = str(wallet.folder)
    return {"config_dir": folder, "wallet_location": folder, "wallet_password": wallet.password.reveal()}


def _open(settings: Settings, deadline: Deadline, place: Mapping[str, Any]) -> oracledb.Connection:
    import oracledb  # a call on the embedded warehouse does not pay for it

    with translated():
        params = oracledb.ConnectParams(
            **place,
            **credentials(settings, deadline),
            sdu=SDU_BYTES,
            program=PROGRAM,
            stmtcachesize=50,
        )
        params.parse_connect_string(settings.db_dsn)
        # OCI's aliases ask for 20 retries, 3 s apart: who waits for the answer has a deadline.
        params.set(retry_count=0, tcp_connect_timeout=min(TCP_SECONDS, deadline.bounded(TCP_SECONDS)))
        if "wallet_location" not in place:
            params.set(ssl_server_dn_match=True)  # a public authority signs for anybody: the name is what counts
    connection = bounded(lambda: oracledb.connect(params=params), deadline.bounded(CONNECT_SECONDS), _ports(params))
    connection.autocommit = False
    connection.module = PROGRAM
    return connection


def _ports(params: oracledb.ConnectParams) -> set[int]:
    port = params.port
    return set(port) if isinstance(port, list) else {port}
