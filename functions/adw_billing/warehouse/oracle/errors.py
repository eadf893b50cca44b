"""What the driver's errors mean: ORA and DPY codes as typed reasons with the fix in words.

Codes: Oracle Database Error Messages, https://docs.oracle.com/en/error-help/db/ ; DPY codes: python-oracledb's
`errors.py`. A message of the database is not passed on: it may hold statement text or values.
"""

from __future__ import annotations

import contextlib
import re
import ssl
from typing import TYPE_CHECKING

from functions.adw_billing.errors import (
    DatabaseError,
    DatabaseUnreachable,
    DiskFull,
    LoginFailed,
    SumTooLarge,
    WarehouseBusy,
)
from shared.errors import DeadlineExceeded, FunctionError, MissingInputData, NotAuthorised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class ConnectionLost(DatabaseUnreachable):
    """The session broke off: what the last request did is not known until the ledger is asked."""


class RolledBack(WarehouseBusy):
    """The database undid a statement or the transaction: rolled back, it may be done again at once."""


_CODE = re.compile(r"\b(?:ORA|DPY|PLS)-\d{4,5}\b")
_NO_HANDLER = "the listener has no free handler: too many sessions; try again"
_NO_SERVICE = "the service name in db_dsn is not known to the listener; is the database started?"
_ADDRESS = "check host and port in db_dsn, and that the function's subnet may reach them"
_TABLESPACE = "the tablespace is full: let it grow"
_PACKAGE = "load_mode=dbms_cloud: GRANT EXECUTE ON DBMS_CLOUD TO the user"
_PRINCIPAL = (
    "load_mode=dbms_cloud: EXEC DBMS_CLOUD_ADMIN.ENABLE_RESOURCE_PRINCIPAL(username => '<user>'), and the policies of "
    "the reports for a dynamic group of the database"
)
_QUOTA = "give the user quota: ALTER USER … QUOTA … ON <tablespace>"

UNREACHABLE_FIXES = {
    "DPY-6000": "the listener refused: ask its log, or whether the database's access list keeps the function out",
    "DPY-6001": _NO_SERVICE,
    "DPY-6002": "the server's certificate is not the one that db_dsn names: is the wallet another database's?",
    "DPY-6003": "the SID in db_dsn is not known to the listener",
    "DPY-6005": _ADDRESS,
    "DPY-6006": "the server's certificate is for another name than the host in db_dsn",
    "DPY-2018": "the wallet folder has no ewallet.pem: set db_ocid to fetch one, or put it into TNS_ADMIN",
    "ORA-12514": _NO_SERVICE,
    "ORA-12516": _NO_HANDLER,
    "ORA-12519": _NO_HANDLER,
    "ORA-12520": _NO_HANDLER,
    "ORA-12528": "the instance is starting or restricted; try again",
    "ORA-01033": "the database is starting or shutting down; try again",
    "ORA-01034": "the database is not started",
    "ORA-00018": "the database has reached its number of sessions; try again",
    "ORA-00020": "the database has reached its number of processes; try again",
    "ORA-02391": "the user has reached its number of sessions; try again",
}
LOGIN_FIXES = {
    "ORA-01017": "check db_user and db_pass, or the secret of db_pass_secret_id; with iam-token: the user's mapping",
    "ORA-28000": "unlock the account: ALTER USER … ACCOUNT UNLOCK",
    "ORA-28001": "the password has expired: give the user a new one",
    "ORA-01045": "GRANT CREATE SESSION to the user",
    "ORA-01005": "set db_pass or db_pass_secret_id",
    "ORA-25707": "the IAM token was not accepted: let the database use IAM (ENABLE_EXTERNAL_AUTHENTICATION)",
    "ORA-25708": "the IAM token has expired; try again",
    "DPY-2033": "the IAM token has expired; try again",
    "DPY-2034": "an IAM token needs TLS: use a tcps address or a wallet",
    "DPY-4001": "set db_user and db_pass (or db_pass_secret_id), or db_auth=iam-token",
}
RIGHTS_FIXES = {
    "ORA-00942": "the user may not see a table of the warehouse: load as its owner",
    "ORA-01031": "GRANT CREATE TABLE, CREATE VIEW to the user",
    "ORA-41900": "GRANT what the message names to the user",
    "PLS-00201": _PACKAGE,
    "PLS-00904": _PACKAGE,
    "ORA-20401": _PRINCIPAL,
    "ORA-20403": _PRINCIPAL,
    "ORA-20404": _PRINCIPAL,
    "ORA-27476": _PRINCIPAL,
}
DISK_FULL_FIXES = {
    "ORA-01536": _QUOTA,
    "ORA-01950": _QUOTA,
    "ORA-01652": "the temporary tablespace is full: let it grow, or try again",
    "ORA-01653": _TABLESPACE,
    "ORA-01654": _TABLESPACE,
    "ORA-01658": _TABLESPACE,
    "ORA-01691": _TABLESPACE,
    "ORA-30036": "the undo tablespace is full: let it grow",
}
TOO_LARGE_FIXES = {"ORA-01426": "look at the amounts of the day: they add up to 10^126"}
DSN_FAULTS = {
    "DPY-4000": "is not an alias of the tnsnames.ora in TNS_ADMIN: use one of its aliases, such as <name>_low",
    "DPY-4017": "is not a connect descriptor that can be read",
    "DPY-4018": "holds an address that cannot be read",
    "DPY-4021": "names a protocol that is neither tcp nor tcps",
    "DPY-4026": "is an alias, and there is no tnsnames.ora: set db_ocid to fetch a wallet, or TNS_ADMIN to its folder",
    "DPY-4027": "is an alias, and there is no folder with a tnsnames.ora: set db_ocid, or TNS_ADMIN to the folder",
    "DPY-4028": "names a server type that is not known",
    "DPY-2059": "is not set",
}
ERRORS_BY_FIXES: tuple[tuple[type[FunctionError], str, Mapping[str, str]], ...] = (
    (LoginFailed, "the database refused the logon", LOGIN_FIXES),
    (NotAuthorised, "the database user lacks a right", RIGHTS_FIXES),
    (DiskFull, "the database has no room", DISK_FULL_FIXES),
    (SumTooLarge, "amounts add up to more than a column holds", TOO_LARGE_FIXES),
    (DatabaseUnreachable, "the database cannot be reached", UNREACHABLE_FIXES),
)
BUSY_CODES = frozenset({"ORA-00054", "ORA-30006", "ORA-04021"})
ROLLED_BACK_CODES = frozenset({"ORA-00060", "ORA-08177", "ORA-24761"})
LOST_CODES = frozenset(
    {
        *("ORA-00022", "ORA-00028", "ORA-00031", "ORA-00600", "ORA-01012", "ORA-01089", "ORA-01092", "ORA-02396"),
        *("ORA-02399", "ORA-03113", "ORA-03114", "ORA-03135", "ORA-12537", "ORA-12547", "ORA-12570", "ORA-12571"),
        *("ORA-12583", "ORA-25402", "ORA-25408", "DPY-1001", "DPY-4011"),
    }
)
TIMEOUT_CODES = frozenset({"DPY-4024", "ORA-01013"})


def codes(error: BaseException) -> list[str]:
    """All codes of an error, its own first: one error often wraps the one that says more."""
    texts = [str(getattr(argument, "full_code", "")) for argument in error.args]
    return list(dict.fromkeys([*(text for text in texts if text), *_CODE.findall(str(error))]))


def typed(error: BaseException) -> FunctionError:
    """Return the reason of an error of the driver or, while connecting, of the network."""
    # Order: TLS faults carry a code that says only "cannot connect"; a lost connection counts before everything else
    # that its codes may say, because what the last request did is then unknown.
    found = codes(error)
    code = found[0] if found else ""
    if isinstance(error.__cause__, ssl.SSLError):
        return _tls(error.__cause__, code)
    if LOST_CODES.intersection(found):
        return ConnectionLost("the connection to the database broke off", code=code)
    if isinstance(error, OSError):  # a host name without an address comes through as it is (python-oracledb 26.1)
        return DatabaseUnreachable(f"no connection to the database ({type(error).__name__})", fix=_ADDRESS)
    return _by_code(found) or DatabaseError(f"the database answered {code or type(error).__name__}", code=code)


def _by_code(found: list[str]) -> FunctionError | None:
    for code in reversed(found):  # the innermost says most: DPY-6005 wraps the listener's answer
        for kind, message, fixes in ERRORS_BY_FIXES:
            if code in fixes:
                return kind(message, fix=fixes[code], code=code)
        if code in DSN_FAULTS:
            return MissingInputData({"db_dsn": DSN_FAULTS[code]})
        if code in ROLLED_BACK_CODES:
            return RolledBack("the database undid the work for another session's sake", code=code)
        if code in BUSY_CODES:
            return WarehouseBusy("another session holds the rows or tables", code=code)
        if code in TIMEOUT_CODES:
            return DeadlineExceeded("the database did not answer in the time that is left", code=code)
    return None


def _tls(fault: ssl.SSLError, code: str) -> DatabaseUnreachable:
    return DatabaseUnreachable(
        "the TLS connection to the database could not be made",
        fix="compare the wallet, or the authorities that are trusted, with the server's certificate",
        code=code,
        tls=str(getattr(fault, "reason", None) or type(fault).__name__),
    )


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors inside the block into typed ones."""
    import oracledb  # a call on the embedded warehouse does not pay for it

    try:
        yield
    except oracledb.Error as error:
        raise typed(error) from None
