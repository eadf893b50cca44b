"""Errors of the driver as typed reasons: made with the driver's own error class, as it raises them."""

from __future__ import annotations

import socket
import ssl

import oracledb
import pytest

from functions.adw_billing.warehouse.oracle.errors import ConnectionLost, codes, typed
from shared.errors import MissingInputData


def error(text: str, cause: BaseException | None = None) -> BaseException:
    made = oracledb.DatabaseError(text)
    made.__cause__ = cause
    return made


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("ORA-01017: invalid username/password; logon denied", "login-failed", "db_pass"),
        ("ORA-28000: The account is locked.", "login-failed", "UNLOCK"),
        ("ORA-01045: user X lacks CREATE SESSION privilege", "login-failed", "GRANT CREATE SESSION"),
        ("DPY-2034: access_token requires use of the tcps protocol", "login-failed", "tcps"),
        ("DPY-6005: cannot connect\nDPY-6001: … (Similar to ORA-12514)", "database-unreachable", "service name"),
        ("DPY-6005: no connection\n[Errno 111] Connection refused", "database-unreachable", "host and port"),
        ("DPY-6005: cannot connect\nDPY-2018: wallet file was not found", "database-unreachable", "db_ocid"),
        ("ORA-01033: initialization or shutdown in progress", "database-unreachable", "try again"),
        ("ORA-00942: table or view does not exist", "not-authorised", "owner"),
        ("ORA-01031: insufficient privileges", "not-authorised", "GRANT"),
        ("ORA-01653: unable to extend table", "disk-full", "tablespace"),
        ("ORA-01536: space quota exceeded", "disk-full", "quota"),
        ("ORA-00054: resource busy", "warehouse-busy", ""),
        ("DPY-4024: call timeout of 100 ms exceeded", "deadline-exceeded", ""),
        ("ORA-00904: invalid identifier", "database-error", ""),
        ("DPY-4011: the database or network closed the connection", "database-unreachable", ""),
        ("ORA-03113: end-of-file on communication channel", "database-unreachable", ""),
    ],
)  # fmt: skip
def test_each_kind_of_failure_has_its_reason_and_the_fix_in_words(text: str, reason: str, words: str) -> None:
    found = typed(error(text))
    assert found.reason == reason
    assert words in found.fix


def test_a_dsn_that_cannot_be_used_is_a_fault_of_that_key() -> None:
    with pytest.raises(oracledb.Error) as caught:
        oracledb.ConnectParams().parse_connect_string("(DESC")
    found = typed(caught.value)
    assert isinstance(found, MissingInputData)
    assert found.keys == ["db_dsn"]


def test_the_drivers_own_code_is_found_in_its_error_object() -> None:
    with pytest.raises(oracledb.Error) as caught:
        oracledb.ConnectParams(config_dir="/nonexistent").parse_connect_string("alias")
    assert codes(caught.value)[0] == "DPY-4026"


def test_a_lost_connection_is_told_from_one_that_was_never_made() -> None:
    assert isinstance(typed(error("DPY-4011: closed")), ConnectionLost)
    assert not isinstance(typed(error("DPY-6005: cannot connect")), ConnectionLost)


def test_tls_and_name_lookup_failures_are_unreachable_and_name_their_cause() -> None:
    tls = typed(error("DPY-6005: cannot connect", ssl.SSLError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] no")))
    assert (tls.reason, "certificate" in tls.fix) == ("database-unreachable", True)
    assert typed(socket.gaierror(-2, "Name or service not known")).reason == "database-unreachable"


def test_no_text_of_the_database_is_passed_on() -> None:
    body = typed(error("ORA-00904: \"SECRET_COLUMN\": invalid identifier near 'hunter2'")).to_body()
    assert "SECRET_COLUMN" not in str(body)
    assert "hunter2" not in str(body)
