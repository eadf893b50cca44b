"""The logon against a database: wallet from the emulated service over TCPS, secret, IAM token, refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from functions.adw_billing.warehouse.oracle import wallet as wallets
from functions.adw_billing.warehouse.oracle.connect import connect
from functions.adw_billing.warehouse.oracle.warehouse import open_warehouse
from shared.deadline import Deadline
from shared.errors import FunctionError
from shared.settings import Secret

if TYPE_CHECKING:
    import oracledb

    from emulator.cloud import Cloud
    from tests.support.oracle_server import Control, OracleServer

ALIAS = "adw_high"


@pytest.fixture(autouse=True)
def _fresh_container() -> Iterator[None]:
    wallets.forget()
    yield
    wallets.forget()


@pytest.fixture
def cloud_keys(cloud: Cloud, tmp_path: Path) -> dict[str, Any]:
    """The settings that lead to the emulated services."""
    user = cloud.identity.create_user()
    return {
        "oci_endpoint": cloud.endpoint,
        "oci_config_file": str(user.config_file),
        "TNS_ADMIN": str(tmp_path / "tns"),
        "db_dsn": ALIAS,
    }


@pytest.fixture
def wallet_source(control: Control, tmp_path: Path) -> Callable[[str], dict[str, bytes]]:
    """The server's own client wallet, its key encrypted with the password that the call made up."""
    if not control.state().get("tls_port"):
        pytest.skip("this server has no TCPS port")

    def run(password: str) -> dict[str, bytes]:
        folder = Path(control.wallet(str(tmp_path / "server-wallet"), password)["dir"])
        return {each.name: each.read_bytes() for each in folder.iterdir() if not each.name.startswith("wallet.zip")}

    return run


def user_of(connection: oracledb.Connection) -> str:
    with connection, connection.cursor() as cursor:
        return str(cursor.execute("select user from dual").fetchone()[0])


@pytest.mark.parametrize("form", ["zip in gzip", "zip"])
def test_the_wallet_that_the_service_hands_out_opens_a_tcps_session(
    server: OracleServer, cloud: Cloud, cloud_keys: dict[str, Any], wallet_source: Any, form: str
) -> None:
    database = cloud.database.create(wallet=wallet_source, gzipped=form != "zip")
    settings = server.settings(**cloud_keys, db_ocid=database.id)
    assert user_of(connect(settings, Deadline.after(20))) == server.user.upper()
    assert user_of(connect(settings, Deadline.after(20))) == server.user.upper()
    assert len(cloud.log.calls("database", "POST")) == 1, "kept for the second call"


def test_a_wallet_that_was_rotated_in_the_meantime_is_fetched_anew(
    server: OracleServer, cloud: Cloud, cloud_keys: dict[str, Any], wallet_source: Any
) -> None:
    database = cloud.database.create(wallet=wallet_source)
    settings = server.settings(**cloud_keys, db_ocid=database.id)
    wallet, _ = wallets.wallet(settings, Deadline.after(20))
    pem = wallet.folder / "ewallet.pem"
    pem.write_bytes(pem.read_bytes()[: pem.stat().st_size // 3])  # what is kept no longer opens
    assert user_of(connect(settings, Deadline.after(20))) == server.user.upper()
    assert len(cloud.log.calls("database", "POST")) == 2


def test_a_wallet_of_another_authority_does_not_connect(
    server: OracleServer, cloud: Cloud, cloud_keys: dict[str, Any], wallet_source: Any, control: Control
) -> None:
    def mixed(password: str) -> dict[str, bytes]:
        files = wallet_source(password)
        files["ewallet.pem"] = (
            files["ewallet.pem"].split(b"-----BEGIN CERTIFICATE-----")[0] + cloud.ca_file.read_bytes()
        )
        return files

    settings = server.settings(**cloud_keys, db_ocid=cloud.database.create(wallet=mixed).id)
    with pytest.raises(FunctionError) as caught:
        connect(settings, Deadline.after(20))
    assert caught.value.reason == "database-unreachable"


def test_an_iam_token_of_the_resource_principal_logs_on_without_a_password(
    server: OracleServer, cloud: Cloud, cloud_keys: dict[str, Any], wallet_source: Any
) -> None:
    database = cloud.database.create(wallet=wallet_source)
    settings = server.settings(**cloud_keys, db_ocid=database.id, db_auth="iam-token", db_user="", db_pass=None)
    assert user_of(connect(settings, Deadline.after(20)))
    assert cloud.database_token.key_bits == [2048]


def test_an_iam_token_that_is_refused_or_over_is_a_typed_reason(
    server: OracleServer, cloud: Cloud, cloud_keys: dict[str, Any], wallet_source: Any
) -> None:
    database = cloud.database.create(wallet=wallet_source)
    settings = server.settings(**cloud_keys, db_ocid=database.id, db_auth="iam-token", db_user="", db_pass=None)
    cloud.database_token.lifetime_seconds = -60
    with pytest.raises(FunctionError) as caught:
        connect(settings, Deadline.after(20))
    assert caught.value.reason == "login-failed"
    cloud.faults.add(service="identity_data_plane", status=404, code="NotAuthorizedOrNotFound", times=None)
    with pytest.raises(FunctionError) as caught:
        connect(settings, Deadline.after(20))
    assert caught.value.reason == "not-authorised"
    assert "use database-connections" in caught.value.fix


def test_a_password_from_the_vault_logs_on(server: OracleServer, cloud: Cloud, cloud_keys: dict[str, Any]) -> None:
    secret = cloud.secrets.create(server.password + "\n")
    keys = {**cloud_keys, "db_dsn": server.dsn, "TNS_ADMIN": ""}
    settings = server.settings(**keys, db_auth="secret", db_pass_secret_id=secret, db_pass=None)
    assert user_of(connect(settings, Deadline.after(20))) == server.user.upper()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"db_pass": Secret("wrong-password")}, "login-failed"),
        ({"db_user": "nobody"}, "login-failed"),
        ({"service": "no_such_service"}, "database-unreachable"),
    ],
)
def test_a_logon_that_is_refused_says_what_is_wrong(server: OracleServer, changes: dict[str, Any], reason: str) -> None:
    wanted = dict(changes)
    service = wanted.pop("service", "")
    dsn = f"{server.dsn.rsplit('/', 1)[0]}/{service}" if service else server.dsn
    with pytest.raises(FunctionError) as caught:
        connect(server.settings(db_dsn=dsn, **wanted), Deadline.after(20))
    assert caught.value.reason == reason
    assert "wrong-password" not in str(caught.value.to_body())


def test_what_a_session_does_not_commit_is_not_there(server: OracleServer, database: oracledb.Connection) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table oci_loader (name varchar2(9))")
    ours = connect(server.settings(), Deadline.after(20))
    with ours.cursor() as cursor:
        cursor.execute("insert into oci_loader values ('x')")
    with database.cursor() as cursor:
        assert cursor.execute("select count(*) from oci_loader").fetchone() == (0,)
        ours.close()
        assert cursor.execute("select count(*) from oci_loader").fetchone() == (0,)


def test_a_full_descriptor_is_a_dsn_too(server: OracleServer, database: oracledb.Connection) -> None:
    host, _, rest = server.dsn.rpartition("//")[2].partition(":")
    port, _, service = rest.partition("/")
    dsn = (
        f"(DESCRIPTION=(RETRY_COUNT=20)(ADDRESS=(PROTOCOL=tcp)(HOST={host})(PORT={port}))"
        f"(CONNECT_DATA=(SERVICE_NAME={service})))"
    )
    warehouse = open_warehouse(server.settings(db_dsn=dsn), Deadline.after(20), "call-1")
    warehouse.migrate()
    assert warehouse.ledger("nobody") == {}
    warehouse.close()


def test_a_listener_that_stalls_in_the_logon_is_left_at_the_deadline(server: OracleServer, control: Control) -> None:
    control.fault("auth", "stall", value=20)
    with pytest.raises(FunctionError) as caught:
        connect(server.settings(), Deadline.after(1))
    assert caught.value.reason == "database-unreachable"
