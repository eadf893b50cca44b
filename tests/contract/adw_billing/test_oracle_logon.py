"""The logon's steps before a database answers: wallet, secret and token from the local cloud; dead addresses."""

from __future__ import annotations

import contextlib
import io
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import oracledb
import pytest
from cryptography.hazmat.primitives import serialization

from emulator.base.tls_files import ensure_tls_files, server_context
from functions.adw_billing.errors import DatabaseUnreachable, WalletUnusable
from functions.adw_billing.settings import Settings
from functions.adw_billing.warehouse.oracle import wallet as wallets
from functions.adw_billing.warehouse.oracle.bounded_connect import bounded
from functions.adw_billing.warehouse.oracle.connect import connect
from functions.adw_billing.warehouse.oracle.credentials import credentials, database_token, read_secret
from shared.deadline import Deadline
from shared.errors import FunctionError, MissingInputData, NotAuthorised
from shared.settings import Secret

if TYPE_CHECKING:
    from emulator.cloud import Cloud

TENANCY = "ocid1.tenancy.oc1..aaaaaaaalocalcloudtenancy"


@pytest.fixture(autouse=True)
def _fresh_container() -> Iterator[None]:
    wallets.forget()
    yield
    wallets.forget()


@pytest.fixture
def base(cloud: Cloud, tmp_path: Path) -> dict[str, Any]:
    user = cloud.identity.create_user()
    return {
        "usage_report_bucket": TENANCY,
        "db_user": "loader",
        "db_pass": Secret("pw"),
        "db_dsn": "billing_low",
        "oci_endpoint": cloud.endpoint,
        "oci_config_file": str(user.config_file),
        "TNS_ADMIN": str(tmp_path / "tns"),
    }


def soon() -> Deadline:
    return Deadline.after(20)


def refusal(settings: Settings, seconds: float = 20) -> FunctionError:
    with pytest.raises(FunctionError) as caught:
        connect(settings, Deadline.after(seconds))
    return caught.value


@pytest.mark.parametrize("form", ["zip in gzip", "zip"])
def test_a_wallet_is_fetched_once_and_kept_while_the_container_lives(
    cloud: Cloud, base: dict[str, Any], form: str
) -> None:
    settings = Settings(**base, db_ocid=cloud.database.create(gzipped=form != "zip").id)
    wallet, fresh = wallets.wallet(settings, soon())
    again, fresh_again = wallets.wallet(settings, soon())
    assert (fresh, fresh_again, again) == (True, False, wallet)
    assert len(cloud.log.calls("database", "POST")) == 1
    pem = (wallet.folder / "ewallet.pem").read_bytes()
    serialization.load_pem_private_key(pem, wallet.password.reveal().encode())
    assert str(wallet.folder) == settings.TNS_ADMIN


def test_a_wallet_whose_files_are_gone_is_fetched_again(cloud: Cloud, base: dict[str, Any]) -> None:
    settings = Settings(**base, db_ocid=cloud.database.create().id)
    wallet, _ = wallets.wallet(settings, soon())
    (wallet.folder / "ewallet.pem").unlink()
    renewed, fresh = wallets.wallet(settings, soon())
    assert fresh
    assert renewed.password != wallet.password


def test_a_wallet_that_leads_nowhere_is_rotated_once_and_a_fresh_one_is_not(cloud: Cloud, base: dict[str, Any]) -> None:
    settings = Settings(**base, db_ocid=cloud.database.create().id)
    refusal(settings)
    assert len(cloud.log.calls("database", "POST")) == 1
    refusal(settings)
    assert len(cloud.log.calls("database", "POST")) == 2


def test_an_archive_that_would_write_elsewhere_is_refused_and_nothing_is_written(
    cloud: Cloud, base: dict[str, Any], tmp_path: Path
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ewallet.pem", b"x")
        archive.writestr("tnsnames.ora", b"x")
        archive.writestr("../escaped", b"x")
    database = cloud.database.create()
    database.body = buffer.getvalue()
    with pytest.raises(WalletUnusable):
        wallets.wallet(Settings(**base, db_ocid=database.id), soon())
    assert not list(tmp_path.rglob("escaped"))
    assert not Path(base["TNS_ADMIN"]).exists()


def test_an_archive_without_end_is_not_read_to_its_end(cloud: Cloud, base: dict[str, Any]) -> None:
    database = cloud.database.create()
    database.body = bytes(30 * 1024 * 1024)
    with pytest.raises(WalletUnusable, match="more than"):
        wallets.wallet(Settings(**base, db_ocid=database.id), soon())


def test_a_database_that_may_not_be_read_names_the_policy(cloud: Cloud, base: dict[str, Any]) -> None:
    settings = Settings(**base, db_ocid="ocid1.autonomousdatabase.oc1.iad.none")
    with pytest.raises(NotAuthorised) as caught:
        wallets.wallet(settings, soon())
    assert "read autonomous-databases" in caught.value.fix


def test_a_wallet_whose_download_breaks_off_is_a_service_error(cloud: Cloud, base: dict[str, Any]) -> None:
    cloud.faults.add(service="database", truncate_bytes=100, times=1)
    with pytest.raises(FunctionError) as caught:
        wallets.wallet(Settings(**base, db_ocid=cloud.database.create().id), soon())
    assert caught.value.reason == "oci-service-error"


def test_the_password_comes_from_the_vault_without_its_newline(cloud: Cloud, base: dict[str, Any]) -> None:
    secret = cloud.secrets.create("s3cret\n")
    settings = Settings(**base, db_auth="secret", db_pass_secret_id=secret)
    assert credentials(settings, soon()) == {"user": "loader", "password": "s3cret"}
    cloud.secrets.add_version(secret, "newer")
    assert credentials(settings, soon())["password"] == "newer"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\n"])
def test_a_secret_without_text_is_a_fault_of_its_key(cloud: Cloud, base: dict[str, Any], content: bytes) -> None:
    with pytest.raises(MissingInputData) as caught:
        read_secret(Settings(**base), soon(), cloud.secrets.create(content))
    assert caught.value.keys == ["db_pass_secret_id"]


def test_a_secret_that_may_not_be_read_names_the_policy(base: dict[str, Any]) -> None:
    with pytest.raises(NotAuthorised) as caught:
        read_secret(Settings(**base), soon(), "ocid1.vaultsecret.oc1.iad.none")
    assert "read secret-bundles" in caught.value.fix


def test_a_database_token_is_asked_for_with_a_key_of_2048_bits(cloud: Cloud, base: dict[str, Any]) -> None:
    token, private = database_token(Settings(**base), soon())
    serialization.load_pem_private_key(private.encode(), None)
    assert token.count(".") == 2
    assert cloud.database_token.key_bits == [2048]


def test_a_token_is_asked_for_before_the_connect_so_its_fault_is_told_as_its_own(
    cloud: Cloud, base: dict[str, Any]
) -> None:
    """Nothing listens at the address: a fault of the database would be told as one."""
    settings = Settings(**{**base, "db_dsn": "tcps://127.0.0.1:1/x", "TNS_ADMIN": "", "db_auth": "iam-token"})
    cloud.faults.add(service="identity_data_plane", status=404, code="NotAuthorizedOrNotFound", times=None)
    assert "use database-connections" in refusal(settings).fix


@contextlib.contextmanager
def listener(*, accepts: bool = True) -> Iterator[tuple[int, list[socket.socket]]]:
    """A port that accepts connections and says nothing."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            while accepts:
                try:
                    accepted.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=run, daemon=True).start()
        yield server.getsockname()[1], accepted
        server.shutdown(socket.SHUT_RDWR)
    for each in accepted:
        each.close()


def test_a_listener_that_accepts_and_stays_silent_is_left_at_the_deadline(base: dict[str, Any]) -> None:
    with listener() as (port, accepted):
        fault = refusal(Settings(**{**base, "db_dsn": f"127.0.0.1:{port}/x", "TNS_ADMIN": ""}), seconds=0.6)
        assert isinstance(fault, DatabaseUnreachable)
        assert "did not answer" in fault.message
        accepted[0].settimeout(5)
        while accepted[0].recv(4096):
            pass  # until the client's end is closed: the connection is given up, not forgotten
    assert not [thread for thread in threading.enumerate() if thread.name == "oracle-connect"]


def test_a_stuck_logon_is_ended_though_its_socket_has_the_number_of_a_closed_one(base: dict[str, Any]) -> None:
    """A descriptor that is closed while the driver connects is given to the driver's socket."""
    with listener() as (port, accepted), socket.create_server(("127.0.0.1", 0)) as closing:
        spare = closing.dup()

        def opens() -> oracledb.Connection:
            spare.close()
            return oracledb.connect(user="u", password="p", dsn=f"127.0.0.1:{port}/x")

        with pytest.raises(DatabaseUnreachable):
            bounded(opens, 0.6, {port})
        accepted[0].settimeout(5)
        while accepted[0].recv(4096):
            pass
    assert not [thread for thread in threading.enumerate() if thread.name == "oracle-connect"]


def test_every_silent_address_of_a_descriptor_is_given_up(base: dict[str, Any]) -> None:
    with listener() as (port, accepted), listener() as (other_port, others):
        addresses = "".join(f"(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={each}))" for each in (port, other_port))
        dsn = f"(DESCRIPTION=(ADDRESS_LIST={addresses})(CONNECT_DATA=(SERVICE_NAME=x)))"
        refusal(Settings(**{**base, "db_dsn": dsn, "TNS_ADMIN": ""}), seconds=0.4)
        assert (len(accepted), len(others)) == (1, 1)
        assert not [thread for thread in threading.enumerate() if thread.name == "oracle-connect"]


TWO_LOGONS = """
import sys
import oracledb
from functions.adw_billing.warehouse.oracle.bounded_connect import bounded
from shared.errors import FunctionError

for port, seconds in ((int(sys.argv[1]), 0.3), (1, 10)):
    try:
        bounded(lambda: oracledb.connect(user="u", password="p", dsn=f"127.0.0.1:{port}/x"), seconds, set())
    except FunctionError as fault:
        print(fault.fields.get("code", "no answer"))
"""


def test_a_first_logon_that_never_ends_does_not_hold_back_the_next_ones() -> None:
    """A process of its own: the driver settles its mode once. No port is given, so the first thread stays behind."""
    with listener() as (port, _):
        command = [sys.executable, "-c", TWO_LOGONS, str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    assert done.stdout.split("\n")[:2] == ["no answer", "DPY-6005"]


def test_other_connections_survive_a_logon_that_is_given_up(base: dict[str, Any]) -> None:
    with listener() as (port, _), listener() as (other_port, others):
        mine = socket.create_connection(("127.0.0.1", other_port))
        refusal(Settings(**{**base, "db_dsn": f"127.0.0.1:{port}/x", "TNS_ADMIN": ""}), seconds=0.4)
        mine.sendall(b"alive")
        others[0].settimeout(5)
        assert others[0].recv(5) == b"alive"
        mine.close()


@pytest.mark.parametrize(
    ("dsn", "reason", "words"),
    [
        ("127.0.0.1:1/x", "database-unreachable", "host and port"),
        ("no-such-host.invalid:1521/x", "database-unreachable", "host and port"),
        ("alias_without_folder", "missing-input-data", "tnsnames.ora"),
        ("(DESC", "missing-input-data", "descriptor"),
        ("tcpx://h:1/x", "missing-input-data", "protocol"),
    ],
)
def test_an_address_that_does_not_work_says_why(base: dict[str, Any], dsn: str, reason: str, words: str) -> None:
    fault = refusal(Settings(**{**base, "db_dsn": dsn, "TNS_ADMIN": ""}))
    assert fault.reason == reason
    assert words in str(fault.to_body())


def test_a_descriptor_that_asks_for_retries_is_tried_once(base: dict[str, Any]) -> None:
    """OCI's own aliases ask for 20 retries, 3 s apart: a database that is down would cost the call its whole time."""
    attempts: list[None] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    server.accept()[0].close()
                    attempts.append(None)

        threading.Thread(target=run, daemon=True).start()
        dsn = (
            f"(DESCRIPTION=(RETRY_COUNT=2)(RETRY_DELAY=0)(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)"
            f"(PORT={server.getsockname()[1]}))(CONNECT_DATA=(SERVICE_NAME=x)))"
        )
        fault = refusal(Settings(**{**base, "db_dsn": dsn, "TNS_ADMIN": ""}))
        server.shutdown(socket.SHUT_RDWR)
    assert fault.reason in {"database-unreachable", "connection-lost"}
    assert len(attempts) == 1


def test_a_certificate_that_nobody_trusts_is_refused(cloud: Cloud, base: dict[str, Any]) -> None:
    dsn = cloud.tls_endpoint.replace("https://", "tcps://") + "/x"
    fault = refusal(Settings(**{**base, "db_dsn": dsn, "TNS_ADMIN": ""}))
    assert fault.fields["tls"] == "CERTIFICATE_VERIFY_FAILED"
    by_name = f"(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST=localhost)(PORT={cloud.tls_endpoint.rsplit(':', 1)[1]}))"
    off = by_name + "(CONNECT_DATA=(SERVICE_NAME=x))(SECURITY=(SSL_SERVER_DN_MATCH=no)))"
    fault = refusal(Settings(**{**base, "db_dsn": off, "TNS_ADMIN": ""}))
    assert fault.fields["tls"] == "CERTIFICATE_VERIFY_FAILED"


@pytest.mark.parametrize(("host", "code"), [("127.0.0.1", "DPY-6006"), ("localhost", "")])
def test_a_name_in_the_certificate_counts_even_where_the_dsn_says_no(
    cloud: Cloud, base: dict[str, Any], monkeypatch: pytest.MonkeyPatch, host: str, code: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(cloud.ca_file))
    with socket.create_server(("127.0.0.1", 0)) as server:
        context = server_context(ensure_tls_files(cloud.keys))

        def run() -> None:
            with contextlib.suppress(OSError):
                context.wrap_socket(server.accept()[0], server_side=True).close()

        threading.Thread(target=run, daemon=True).start()
        dsn = (
            f"(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST={host})(PORT={server.getsockname()[1]}))"
            "(CONNECT_DATA=(SERVICE_NAME=x))(SECURITY=(SSL_SERVER_DN_MATCH=no)))"
        )
        fault = refusal(Settings(**{**base, "db_dsn": dsn, "TNS_ADMIN": ""}))
    assert fault.reason == "database-unreachable"
    assert (fault.fields["code"] == "DPY-6006") is bool(code), fault.to_body()


def test_no_secret_is_in_the_errors(cloud: Cloud, base: dict[str, Any]) -> None:
    settings = Settings(**{**base, "db_pass": Secret("hunter2"), "db_dsn": "127.0.0.1:1/x", "TNS_ADMIN": ""})
    fault = refusal(settings)
    assert "hunter2" not in f"{fault.to_body()}{fault!r}{settings!r}"
